package server

import (
	"crypto/subtle"
	"net/http"
	"strings"

	"example.org/weft/server/api"
)

// unguarded are the paths that need no token of the server's: those here,
// exactly, and those of callbacks and webhooks. Nothing else is, streams and
// unknown paths included.
func unguarded(path string) bool {
	switch path {
	case "/healthz", "/readyz", loginPath, plainStyle:
		return true
	}
	// The token of a callback admits it, the signature of a webhook.
	return isCallback(path) || strings.HasPrefix(path, webhookPath)
}

// guard puts what every request passes before the routes, outermost first.
func (s *Server) guard(next http.Handler) http.Handler {
	next = s.authenticate(next)
	next = http.NewCrossOriginProtection().Handler(next)
	next = s.knownHost(next)
	next = secureHeaders(next)
	return s.recoverPanics(next)
}

func (s *Server) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case unguarded(r.URL.Path), s.cfg.Open, s.admits(r):
			next.ServeHTTP(w, r)
		case wantsHTML(r) && !isAPI(r.URL.Path):
			http.Redirect(w, r, loginPath, http.StatusSeeOther)
		default:
			w.Header().Set("WWW-Authenticate", `Bearer realm="weft"`)
			writeProblem(w, api.NewProblem(http.StatusUnauthorized, "unauthorized",
				"send the token as Authorization: Bearer TOKEN"))
		}
	})
}

// admits reports whether the request has the token or a session made with it.
func (s *Server) admits(r *http.Request) bool {
	if s.cfg.Token == "" {
		return false
	}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return sameSecret(token, s.cfg.Token)
	}
	return s.hasSession(r)
}

func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func wantsHTML(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html")
}

func isAPI(path string) bool { return path == "/api" || strings.HasPrefix(path, "/api/") }

func forbidden(detail string) *api.Problem {
	return api.NewProblem(http.StatusForbidden, "forbidden", detail)
}
