package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/server/api"
)

const callbackPrefix = apiPrefix + "/callbacks/"

// isCallback reports whether a path is that of a callback. It needs no other
// token than its own, which nobody can guess and which only ends one attempt:
// who is handed work need not be admitted to the server.
func isCallback(path string) bool {
	rest, ok := strings.CutPrefix(path, callbackPrefix)
	token, verb, _ := strings.Cut(rest, "/")
	return ok && token != "" && (verb == "succeed" || verb == "fail" || verb == "heartbeat")
}

type callbackSucceed struct {
	api.CallbackPath
	Body *map[string]json.RawMessage `doc:"The outputs of the function, by name. A file is the id of an object."`
}

type callbackFail struct {
	api.CallbackPath
	Body *struct {
		Message string `json:"message" maxLength:"4096"`
	}
}

func (s *Server) callbackRoutes() {
	callback(s, "succeed", "End an attempt that was handed over, with its outputs", s.callbackSucceed)
	callback(s, "fail", "End an attempt that was handed over as failed", s.callbackFail)
	callback(s, "heartbeat", "A sign of life of an attempt that was handed over", s.callbackHeartbeat)
}

// callback registers a route that calls an attempt back. It is answered when
// the message is durable.
func callback[I any](s *Server, verb, summary string, h func(context.Context, *I) error) {
	register(s, huma.Operation{
		Method: http.MethodPost, Path: callbackPrefix + "{token}/" + verb, OperationID: "callback-" + verb,
		Summary:      summary + ". 410: the attempt has ended, perhaps by this call before.",
		MaxBodyBytes: maxBody, BodyReadTimeout: bodyPatience, DefaultStatus: http.StatusAccepted,
	}, func(ctx context.Context, in *I) (*struct{}, error) { return nil, h(ctx, in) })
}

func (s *Server) callbackSucceed(ctx context.Context, in *callbackSucceed) error {
	h, err := s.handed(ctx, in.Token)
	if err != nil {
		return err
	}
	var given map[string]json.RawMessage
	if in.Body != nil {
		given = *in.Body
	}
	words := bindWords{at: "outputs", unknown: "is no output of the function", problem: "the outputs are not those of the function"}
	outputs, err := bindFields(ctx, h.outputs, given, s.cfg.Objects, words)
	if err != nil {
		return err
	}
	return s.callBack(ctx, h, executor.CalledBack{Task: h.task, Attempt: h.attempt, Outputs: outputs})
}

func (s *Server) callbackFail(ctx context.Context, in *callbackFail) error {
	h, err := s.handed(ctx, in.Token)
	if err != nil {
		return err
	}
	message := "called back as failed"
	if in.Body != nil && in.Body.Message != "" {
		message = in.Body.Message
	}
	return s.callBack(ctx, h, executor.CalledBack{Task: h.task, Attempt: h.attempt, Failed: message})
}

func (s *Server) callbackHeartbeat(ctx context.Context, in *api.CallbackPath) error {
	h, err := s.handed(ctx, in.Token)
	if err != nil {
		return err
	}
	if err := s.cfg.Mailbox.Post(ctx, h.run, "", executor.Heartbeat{Task: h.task, Attempt: h.attempt}); err != nil {
		return fmt.Errorf("cannot post to run %s: %w", h.run, err)
	}
	return nil
}

// callBack posts the end of an attempt: the first one counts.
func (s *Server) callBack(ctx context.Context, h *handed, fact executor.CalledBack) error {
	key := fmt.Sprintf("callback/%s/%d", h.task, h.attempt)
	if err := s.cfg.Mailbox.Post(ctx, h.run, key, fact); err != nil {
		return fmt.Errorf("cannot call back run %s: %w", h.run, err)
	}
	return nil
}

// A handed attempt is one that a genuine token names and that has not ended.
type handed struct {
	run     executor.RunID
	task    executor.TaskID
	attempt int
	outputs []dsl.Field
}

// handed returns the attempt that a token names.
func (s *Server) handed(ctx context.Context, token string) (*handed, error) {
	unknown := notFound("no such callback token")
	run, task, n, err := executor.ParseCallbackToken(token)
	if err != nil {
		return nil, unknown
	}
	h := &handed{run: run, task: task, attempt: n}
	err = s.folds.look(ctx, run, func(f *fold) error {
		view, ok := f.run.Task(task)
		if !ok || n < 1 || n > len(view.Attempts) || !sameSecret(view.Attempts[n-1].Token, executor.TokenDigest(token)) {
			return unknown
		}
		if f.run.Done() || view.State.Done() || view.Attempts[n-1].Outcome != "" {
			return api.NewProblem(http.StatusGone, "gone", fmt.Sprintf("attempt %d of %s has ended", n, task))
		}
		h.outputs = f.program.FunctionOf(view.Step).Outputs
		return nil
	})
	var missing *api.Problem
	if errors.As(err, &missing) && missing.Status == http.StatusNotFound {
		return nil, unknown // not even whether there is such a run
	}
	return h, err
}
