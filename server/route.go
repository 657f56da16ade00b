package server

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"reflect"
	"regexp"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

// reply is an answer that is nothing but a body.
type reply[T any] struct{ Body T }

// handle registers a route under /api/v1. What h returns as an error is
// answered as a problem: mistakes of the caller in full, our own by name only.
func handle[I, O any](s *Server, method, path, id, summary string, h func(context.Context, *I) (*O, error)) {
	op := huma.Operation{
		Method: method, Path: apiPrefix + path, OperationID: id, Summary: summary,
		MaxBodyBytes: maxBody, BodyReadTimeout: bodyPatience,
	}
	register(s, op, h)
}

func register[I, O any](s *Server, op huma.Operation, h func(context.Context, *I) (*O, error)) {
	schema := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[api.Problem](), true, "Problem")
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	op.Responses["default"] = &huma.Response{
		Description: "What went wrong, as RFC 9457 has it.",
		Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: schema}},
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return out, nil
	})
}

// schemaName names a type in the description of the interface. Those of a plan
// have a prefix: a planner.Node is not an api.Node.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if path.Base(t.PkgPath()) == "planner" && name != "Plan" {
		return "Plan" + name
	}
	return name
}

// runIDOf returns the run that the path of a page names.
func runIDOf(r *http.Request) (executor.RunID, error) {
	id := pathValue(r, "id")
	if is, err := regexp.MatchString(api.RunIDPattern, id); !is || err != nil || len(id) > api.MaxRunID {
		return "", notFound("%q is no run", id)
	}
	return executor.RunID(id), nil
}

// pathValue returns a parameter of the path. The router leaves it escaped when
// the path was escaped in a way of its own.
func pathValue(r *http.Request, name string) string {
	value := chi.URLParam(r, name)
	if r.URL.RawPath == "" {
		return value
	}
	plain, err := url.PathUnescape(value)
	if err != nil {
		return value
	}
	return plain
}

// handlePlain registers a route that is not under /api/v1 and not described.
func (s *Server) handlePlain(method, path string, h http.HandlerFunc) {
	s.router.Method(method, path, h)
}
