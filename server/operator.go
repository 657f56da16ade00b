package server

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"example.org/weft/executor/journal"
	"example.org/weft/server/api"
)

// operatorRoutes are for those who run the server.
func (s *Server) operatorRoutes() {
	s.handlePlain(http.MethodGet, "/healthz", func(w http.ResponseWriter, _ *http.Request) {
		s.writeText(w, "ok\n")
	})
	s.handlePlain(http.MethodGet, "/readyz", func(w http.ResponseWriter, r *http.Request) {
		if _, err := s.cfg.Catalog.Runs(r.Context(), journal.Filter{Limit: 1}); err != nil {
			s.cfg.Log.ErrorContext(r.Context(), "not ready", slog.Any("err", err))
			writeProblem(w, api.NewProblem(http.StatusServiceUnavailable, "unavailable", "the journal cannot be read"))
			return
		}
		s.writeText(w, "ready\n")
	})
	s.router.Method(http.MethodGet, "/metrics", s.metrics.handler())
	s.handlePlain(http.MethodGet, "/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		if err := json.NewEncoder(w).Encode(s.api.OpenAPI()); err != nil {
			s.cfg.Log.DebugContext(r.Context(), "cannot write description", slog.Any("err", err))
		}
	})
}

func (s *Server) writeText(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if _, err := io.WriteString(w, text); err != nil {
		s.cfg.Log.Debug("cannot write answer", slog.Any("err", err))
	}
}

// describe returns the description of an answer that is either a page like
// example or an event stream of such.
func (s *Server) describe(text string, example any) *huma.Response {
	schema := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(example), true, "")
	return &huma.Response{Description: text, Content: map[string]*huma.MediaType{
		"application/json":  {Schema: schema},
		"text/event-stream": {Schema: &huma.Schema{Type: "string"}},
	}}
}
