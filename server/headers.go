package server

import (
	"log/slog"
	"net/http"

	"example.org/weft/server/api"
)

// pagePolicy is for the dashboard's own pages: everything from this server,
// nothing inline.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// answerPolicy is for answers that are no pages: a browser that is led to one
// may do nothing with it.
const answerPolicy = "default-src 'none'; frame-ancestors 'none'"

func secureHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if isAPI(r.URL.Path) {
			h.Set("Content-Security-Policy", answerPolicy)
			h.Set("Cache-Control", "no-store")
		} else {
			h.Set("Content-Security-Policy", pagePolicy)
		}
		next.ServeHTTP(w, r)
	})
}

// recoverPanics answers a panic of one request as an internal error, so that it
// ends nothing else.
func (s *Server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if cause := recover(); cause != nil {
				s.panicked(w, r, cause)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func (s *Server) panicked(w http.ResponseWriter, r *http.Request, cause any) {
	if cause == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
		panic(cause)
	}
	s.cfg.Log.ErrorContext(r.Context(), "request panicked", slog.String("path", r.URL.Path), slog.Any("cause", cause))
	writeProblem(w, api.NewProblem(http.StatusInternalServerError, "internal", "the server's log says more"))
}
