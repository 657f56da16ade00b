package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/server/api"
)

type signalBody struct {
	api.RunPath
	Name           string                      `path:"name" maxLength:"128" doc:"That a step waits for; in a foreach NAME[i]. An approval has the name of its step."`
	IdempotencyKey string                      `header:"Idempotency-Key" maxLength:"255"`
	Body           *map[string]json.RawMessage `doc:"The outputs of the step that waits, by name. A file is the id of an object."`
}

func (s *Server) signalRoute() {
	register(s, huma.Operation{
		Method: http.MethodPost, Path: apiPrefix + "/runs/{id}/signals/{name}", OperationID: "signal-run",
		Summary:      "Send a signal to a run. 202: it is durable. One that comes before its wait is kept.",
		MaxBodyBytes: maxBody, BodyReadTimeout: bodyPatience, DefaultStatus: http.StatusAccepted,
	}, s.postSignal)
}

// postSignal answers when the signal is durable; the run's owner acts on it.
func (s *Server) postSignal(ctx context.Context, in *signalBody) (*reply[api.Run], error) {
	var outputs []dsl.Field
	err := s.folds.look(ctx, in.ID, func(f *fold) error {
		task, ok := executor.SignalTask(f.program, in.Name)
		if !ok {
			return notFound("no step of run %s waits for a signal %q", in.ID, in.Name)
		}
		view, exists := f.run.Task(task)
		if f.run.Done() || exists && view.State.Done() && in.IdempotencyKey == "" {
			return conflict("nothing waits for the signal " + in.Name + " any more")
		}
		outputs = f.program.Steps[f.program.SignalStep(in.Name)].Outputs
		return nil
	})
	if err != nil {
		return nil, err
	}
	words := bindWords{at: "payload", unknown: "is no output of the step that waits", problem: "the payload is not that of the signal"}
	var given map[string]json.RawMessage
	if in.Body != nil {
		given = *in.Body
	}
	payload, err := bindFields(ctx, outputs, given, s.cfg.Objects, words)
	if err != nil {
		return nil, err
	}
	fact := executor.SignalReceived{Name: in.Name, Key: in.IdempotencyKey, Payload: payload}
	if err := s.cfg.Mailbox.Post(ctx, in.ID, in.IdempotencyKey, fact); err != nil {
		return nil, fmt.Errorf("cannot signal run %s: %w", in.ID, err)
	}
	out := &reply[api.Run]{}
	err = s.folds.look(ctx, in.ID, func(f *fold) error {
		out.Body = f.runView(time.Now(), nil)
		return nil
	})
	return out, err
}

func conflict(detail string) *api.Problem {
	return api.NewProblem(http.StatusConflict, "conflict", detail)
}
