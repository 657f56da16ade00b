package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	loginPath     = "/login"
	plainStyle    = "/assets/plain.css" // of the login page too
	sessionCookie = "weft_session"
	sessionLife   = 30 * 24 * time.Hour
)

func (s *Server) loginRoutes() {
	s.handlePlain(http.MethodGet, loginPath, func(w http.ResponseWriter, _ *http.Request) {
		s.writePage(w, http.StatusOK, "login", "")
	})
	s.handlePlain(http.MethodPost, loginPath, func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
		if s.cfg.Token == "" || !sameSecret(strings.TrimSpace(r.PostFormValue("token")), s.cfg.Token) {
			s.writePage(w, http.StatusUnauthorized, "login", "That is not the token.")
			return
		}
		http.SetCookie(w, s.session(r, time.Now().Add(sessionLife)))
		http.Redirect(w, r, "/", http.StatusSeeOther)
	})
}

// session returns a cookie that stands for the token until expires, without
// telling it: the server keeps no sessions.
func (s *Server) session(r *http.Request, expires time.Time) *http.Cookie {
	until := strconv.FormatInt(expires.Unix(), 10)
	return &http.Cookie{
		Name: sessionCookie, Value: until + "." + s.sign(until), Path: "/", Expires: expires,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	}
}

func (s *Server) hasSession(r *http.Request) bool {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return false
	}
	until, signature, _ := strings.Cut(cookie.Value, ".")
	expires, err := strconv.ParseInt(until, 10, 64)
	return err == nil && sameSecret(signature, s.sign(until)) && time.Now().Before(time.Unix(expires, 0))
}

func (s *Server) sign(until string) string {
	mac := hmac.New(sha256.New, []byte(s.cfg.Token))
	mac.Write([]byte("weft session " + until))
	return hex.EncodeToString(mac.Sum(nil))
}
