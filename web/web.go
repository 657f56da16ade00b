// Package web serves the dashboard that go run ./web/build has made of web/src
// before the binary was built. Without it, it leads to the server's plain pages.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"strings"
	"time"
)

//go:embed all:dist
var dist embed.FS

// Built reports whether the dashboard is in this binary.
func Built() bool {
	_, err := fs.Stat(dist, "dist/index.html")
	return err == nil
}

// Handler answers GET for the pages of the dashboard and what they load. It
// asks for no token: whoever serves it puts that before it.
func Handler() http.Handler {
	mux := http.NewServeMux()
	pages := []string{"GET /{$}", "GET /runs", "GET /runs/{id}", "GET /nodes"}
	if !Built() {
		for _, page := range pages {
			mux.HandleFunc(page, toPlain)
		}
		return mux
	}
	index := newAsset("dist/index.html", "text/html; charset=utf-8")
	for _, page := range pages {
		mux.Handle(page, index)
	}
	mux.Handle("GET /assets/main.js", newAsset("dist/assets/main.js", "text/javascript; charset=utf-8"))
	mux.Handle("GET /assets/main.css", newAsset("dist/assets/main.css", "text/css; charset=utf-8"))
	return mux
}

func toPlain(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimSuffix(r.URL.EscapedPath(), "/")
	if path == "" {
		path = "/runs"
	}
	http.Redirect(w, r, "/plain"+path, http.StatusSeeOther)
}

// newAsset returns what serves one embedded file. A browser asks each time
// whether it has changed: a newer binary has other files of the same names.
func newAsset(name, mediaType string) http.Handler {
	data, err := dist.ReadFile(name)
	if err != nil {
		return http.NotFoundHandler() // the build was cut off
	}
	sum := sha256.Sum256(data)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Type", mediaType)
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	})
}
