package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"example.org/weft/dsl"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
	"example.org/weft/server/api"
)

// problem returns err as what the caller may know of it. An error of ours is
// logged and has only its status shown.
func (s *Server) problem(ctx context.Context, err error) *api.Problem {
	var known *api.Problem
	var mistakes dsl.Errors
	var tooBig *http.MaxBytesError
	var unavailable *journal.UnavailableError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &mistakes):
		return invalid("the workflow has mistakes", workflowMistakes(mistakes)...)
	case errors.As(err, &tooBig):
		return api.NewProblem(http.StatusRequestEntityTooLarge, "invalid",
			fmt.Sprintf("the body is larger than %d bytes", tooBig.Limit))
	case isMissing(err):
		return notFound("no such thing")
	case errors.Is(err, journal.ErrConflict):
		return api.NewProblem(http.StatusConflict, "conflict",
			"this idempotency key was used with another workflow version or other inputs")
	case errors.Is(err, journal.ErrBusy):
		return api.NewProblem(http.StatusConflict, "conflict",
			"as many runs of its concurrency group go on as may, and on_conflict is reject: try again when one has ended")
	case errors.As(err, &unavailable):
		return api.NewProblem(http.StatusServiceUnavailable, "unavailable", "the journal cannot be written: "+unavailable.Why)
	case ctx.Err() != nil:
		return api.NewProblem(http.StatusServiceUnavailable, "unavailable", "the request was given up")
	}
	s.cfg.Log.ErrorContext(ctx, "request failed", slog.Any("err", err))
	return api.NewProblem(http.StatusInternalServerError, "internal", "the server's log says more")
}

func writeProblem(w http.ResponseWriter, p *api.Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) //nolint:errchkjson // fails only when the client has gone
}

// isMissing reports whether what was asked for is not there.
func isMissing(err error) bool {
	return errors.Is(err, journal.ErrNotFound) || errors.Is(err, object.ErrNotFound) || errors.Is(err, object.ErrChanged)
}

func notFound(format string, args ...any) *api.Problem {
	return api.NewProblem(http.StatusNotFound, "not_found", fmt.Sprintf(format, args...))
}

func invalid(detail string, mistakes ...api.Mistake) *api.Problem {
	return api.NewProblem(http.StatusUnprocessableEntity, "invalid", detail, mistakes...)
}

func workflowMistakes(es dsl.Errors) []api.Mistake {
	out := make([]api.Mistake, len(es))
	for i, e := range es {
		out[i] = api.Mistake{
			Location: fmt.Sprintf("%s:%d:%d", e.File, e.Pos.Line, e.Pos.Column),
			Message:  e.Msg, Text: e.Text, Hint: e.Hint,
		}
	}
	return out
}
