// Package peer moves objects between nodes over HTTP.
//
//	GET  /objects/ID   what travels of the object; "Range: bytes=N-" resumes
//	HEAD /objects/ID   its size and digest
//	POST /objects/ID   the same, once it is on stable storage
//
// Requests carry "Authorization: Bearer TOKEN", where the token permits this one
// thing for the attempt that needs it, and for two minutes (Key).
package peer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"example.org/weft/object"
)

// What the headers of an answer say of the object.
const (
	headerSize   = "Weft-Size"
	headerKind   = "Weft-Kind"
	headerDigest = "Weft-Digest"

	kindFile = "file"
	kindDir  = "dir"
)

// A Source is where a handler has its objects from.
type Source interface {
	Stat(ctx context.Context, id object.ID) (object.Info, error)
	Open(ctx context.Context, id object.ID, from int64) (io.ReadCloser, error)
	Digest(ctx context.Context, id object.ID) (object.Digest, error)
	Sync(ctx context.Context, ids ...object.ID) error
}

// Handler serves the objects of src to whoever shows a token of the key. The
// digest is there before the first byte leaves.
func Handler(src Source, key Key) http.Handler {
	h := &handler{src: src, key: key}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /objects/{id}", h.permitted(MayRead, h.get))
	mux.HandleFunc("POST /objects/{id}", h.permitted(MayKeep, h.keep))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { Deny(w) })
	return mux
}

type handler struct {
	src Source
	key Key
}

// permitted stands before a route.
func (h *handler) permitted(may func(object.ID) string, next func(http.ResponseWriter, *http.Request, object.ID)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !h.key.Admits(r, may(object.ID(r.PathValue("id")))) {
			Deny(w)
			return
		}
		id, err := object.ParseID(r.PathValue("id"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		next(w, r, id)
	}
}

// keep answers when the object is on stable storage.
func (h *handler) keep(w http.ResponseWriter, r *http.Request, id object.ID) {
	if err := h.src.Sync(r.Context(), id); err != nil {
		refuse(w, err)
		return
	}
	if info, digest, ok := h.look(w, r, id); ok {
		describe(w.Header(), info, digest, 0)
		w.Header().Del("Content-Length") // nothing follows
	}
}

// look says what there is of an object, or answers that there is not.
func (h *handler) look(w http.ResponseWriter, r *http.Request, id object.ID) (object.Info, object.Digest, bool) {
	digest, err := h.src.Digest(r.Context(), id)
	if err != nil {
		refuse(w, err)
		return object.Info{}, "", false
	}
	info, err := h.src.Stat(r.Context(), id)
	if err != nil {
		refuse(w, err)
		return object.Info{}, "", false
	}
	return info, digest, true
}

func (h *handler) get(w http.ResponseWriter, r *http.Request, id object.ID) {
	from, err := parseRange(r.Header.Get("Range"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestedRangeNotSatisfiable)
		return
	}
	info, digest, ok := h.look(w, r, id)
	if !ok {
		return
	}
	if !info.Dir && from > info.Size {
		http.Error(w, "beyond the end of the object", http.StatusRequestedRangeNotSatisfiable)
		return
	}
	describe(w.Header(), info, digest, from)
	if r.Method == http.MethodHead {
		return
	}
	body, err := h.src.Open(r.Context(), id, from)
	if err != nil {
		refuse(w, err)
		return
	}
	defer body.Close()
	if from > 0 {
		w.WriteHeader(http.StatusPartialContent)
	}
	if _, err := io.Copy(w, body); err != nil {
		panic(http.ErrAbortHandler) // breaks the connection: the client must not take half for the whole
	}
}

func describe(h http.Header, info object.Info, digest object.Digest, from int64) {
	h.Set(headerSize, strconv.FormatInt(info.Size, 10))
	h.Set(headerDigest, string(digest))
	h.Set("Content-Type", "application/octet-stream")
	if info.Dir {
		h.Set(headerKind, kindDir)
		return
	}
	h.Set(headerKind, kindFile)
	h.Set("Content-Length", strconv.FormatInt(info.Size-from, 10))
	if from > 0 {
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, info.Size-1, info.Size))
	}
}

// refuse answers an error. What it was stays here: an error may name paths.
func refuse(w http.ResponseWriter, err error) {
	for name := range w.Header() {
		w.Header().Del(name)
	}
	if errors.Is(err, object.ErrNotFound) || errors.Is(err, object.ErrChanged) {
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	http.Error(w, "cannot read the object", http.StatusInternalServerError)
}

// parseRange reads the one form of range that a resuming client sends.
func parseRange(header string) (int64, error) {
	if header == "" {
		return 0, nil
	}
	text, ok := strings.CutPrefix(header, "bytes=")
	text, end := strings.CutSuffix(text, "-")
	from, err := strconv.ParseUint(text, 10, 62)
	if !ok || !end || err != nil {
		return 0, fmt.Errorf("range %q is not of the form bytes=N-", header)
	}
	return int64(from), nil
}
