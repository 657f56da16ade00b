package server

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

type actionBody struct {
	api.RunPath
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255"`
	Reason         string `query:"reason" maxLength:"1000"`
}

func (s *Server) actionRoutes() {
	s.action("cancel", "End a run: running attempts are aborted", func(reason string) executor.Fact {
		return executor.Cancelled{Reason: reason}
	})
	s.action("pause", "Hold back what has not begun", func(reason string) executor.Fact {
		return executor.Paused{Reason: reason}
	})
	s.action("resume", "Let a paused run go on", func(string) executor.Fact { return executor.Resumed{} })
}

// action registers a route that posts a message to a run. It is answered when
// the message is durable; the run's owner acts on it.
func (s *Server) action(name, summary string, fact func(reason string) executor.Fact) {
	register(s, huma.Operation{
		Method: http.MethodPost, Path: apiPrefix + "/runs/{id}/" + name, OperationID: name + "-run",
		Summary: summary, DefaultStatus: http.StatusAccepted,
	}, func(ctx context.Context, in *actionBody) (*reply[api.Run], error) {
		if err := s.cfg.Mailbox.Post(ctx, in.ID, in.IdempotencyKey, fact(in.Reason)); err != nil {
			return nil, fmt.Errorf("cannot %s run %s: %w", name, in.ID, err)
		}
		out := &reply[api.Run]{}
		err := s.folds.look(ctx, in.ID, func(f *fold) error {
			out.Body = f.runView(time.Now(), nil)
			return nil
		})
		return out, err
	})
}
