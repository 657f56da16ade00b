package peer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/weft/object"
	"example.org/weft/object/objecttest"
	"example.org/weft/object/peer"
	"example.org/weft/object/store"
)

// key is that of all nodes here.
func key() peer.Key { return peer.KeyOf("a secret of this test") }

// grant is a token that permits something for a minute.
func grant(may string) string {
	return key().Token(peer.Grant{May: may, For: "the test", Until: time.Now().Add(time.Minute)})
}

func newStore(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// A remote is another node: its store, and a client that reads it over HTTP.
type remote struct {
	*peer.Client
	store *store.Store
	gets  *atomic.Int64
}

// newRemote serves a store; wrap stands before the handler.
func newRemote(t *testing.T, wrap func(http.Handler) http.Handler) remote {
	t.Helper()
	r := remote{store: newStore(t), gets: &atomic.Int64{}}
	h := peer.Handler(r.store, key())
	if wrap != nil {
		h = wrap(h)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodGet {
			r.gets.Add(1)
		}
		h.ServeHTTP(w, req)
	}))
	t.Cleanup(server.Close)
	r.Client = peer.NewClient(strings.TrimPrefix(server.URL, "http://"), key(), "the test", peer.NewHTTPClient())
	return r
}

// Create and Delete are the other node's own doing: the suite reads by HTTP.
func (r remote) Create(ctx context.Context, id object.ID, dir bool, from io.Reader) (object.Info, error) {
	return r.store.Create(ctx, id, dir, from)
}

func (r remote) Delete(ctx context.Context, id object.ID) error { return r.store.Delete(ctx, id) }

func (r remote) create(t *testing.T, content []byte) object.ID {
	t.Helper()
	id := objecttest.ID(t, "a")
	if _, err := r.store.Create(t.Context(), id, false, bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAnotherNodeHoldsObjects(t *testing.T) {
	t.Parallel()
	objecttest.Run(t, func(t *testing.T) objecttest.Store {
		t.Helper()
		return newRemote(t, nil)
	})
}

func TestManyWhoAskFetchOnce(t *testing.T) {
	t.Parallel()
	r, here := newRemote(t, nil), newStore(t)
	content := bytes.Repeat([]byte("weft"), 1<<20)
	id := r.create(t, content)
	var wg sync.WaitGroup
	var moved atomic.Int64
	for range 100 {
		wg.Go(func() {
			n, err := here.Receive(t.Context(), id, r)
			if err != nil {
				t.Error(err)
			}
			moved.Add(n)
		})
	}
	wg.Wait()
	if r.gets.Load() != 1 || moved.Load() != int64(len(content)) {
		t.Errorf("%d requests moved %d bytes; want one and %d", r.gets.Load(), moved.Load(), len(content))
	}
	if got := objecttest.Read(t, here, id, 0); !bytes.Equal(got, content) {
		t.Error("what came differs")
	}
}

// cut lets a connection die after so many bytes of every body but the last.
func cut(after int, times int64) func(http.Handler) http.Handler {
	var count atomic.Int64
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if req.Method == http.MethodGet && count.Add(1) <= times {
				w = &shortWriter{ResponseWriter: w, left: after}
			}
			next.ServeHTTP(w, req)
		})
	}
}

type shortWriter struct {
	http.ResponseWriter
	left int
}

func (w *shortWriter) Write(p []byte) (int, error) {
	if len(p) <= w.left {
		w.left -= len(p)
		return w.ResponseWriter.Write(p)
	}
	n, err := w.ResponseWriter.Write(p[:w.left])
	if err == nil {
		err = errors.New("cable cut")
	}
	w.left = 0
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
	return n, err
}

func TestABrokenStreamIsResumed(t *testing.T) {
	t.Parallel()
	r, here := newRemote(t, cut(100_000, 3)), newStore(t)
	content := bytes.Repeat([]byte("0123456789"), 50_000)
	id := r.create(t, content)
	moved, err := here.Receive(t.Context(), id, r)
	if err != nil {
		t.Fatal(err)
	}
	// Nothing came twice: the rest of each stream was asked for.
	if moved != int64(len(content)) || r.gets.Load() != 4 {
		t.Errorf("%d requests moved %d bytes; want 4 and %d", r.gets.Load(), moved, len(content))
	}
	if got := objecttest.Read(t, here, id, 0); !bytes.Equal(got, content) {
		t.Error("what came differs")
	}
}

func TestABrokenFolderIsResumed(t *testing.T) {
	t.Parallel()
	r, here := newRemote(t, cut(10_000, 2)), newStore(t)
	id := objecttest.ID(t, "dir")
	files := map[string]string{"a": strings.Repeat("a", 20_000), "b": "small"}
	if _, err := r.store.Create(t.Context(), id, true, bytes.NewReader(objecttest.Tar(t, files, "a", "b"))); err != nil {
		t.Fatal(err)
	}
	if _, err := here.Receive(t.Context(), id, r); err != nil {
		t.Fatal(err)
	}
	got := objecttest.Untar(t, objecttest.Read(t, here, id, 0))
	if got["a"] != files["a"] || got["b"] != files["b"] {
		t.Error("what came differs")
	}
}

func TestAStreamThatAlwaysBreaksIsGivenUp(t *testing.T) {
	t.Parallel()
	r, here := newRemote(t, cut(0, 1000)), newStore(t)
	id := r.create(t, []byte("never comes"))
	if _, err := here.Receive(t.Context(), id, r); err == nil {
		t.Error("want an error")
	}
	if here.Has(id) {
		t.Error("half of an object was kept")
	}
}

func TestWrongBytesAreRefused(t *testing.T) {
	t.Parallel()
	flip := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if req.Method == http.MethodGet {
				w = &flippingWriter{w}
			}
			next.ServeHTTP(w, req)
		})
	}
	r, here := newRemote(t, flip), newStore(t)
	id := r.create(t, []byte("bytes"))
	if _, err := here.Receive(t.Context(), id, r); !errors.Is(err, object.ErrCorrupt) || here.Has(id) {
		t.Errorf("got %v, want ErrCorrupt", err)
	}
}

type flippingWriter struct{ http.ResponseWriter }

func (w *flippingWriter) Write(p []byte) (int, error) {
	q := bytes.Clone(p)
	q[0] ^= 1
	return w.ResponseWriter.Write(q)
}

func TestNobodyReadsWithoutTheToken(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	id := objecttest.ID(t, "a")
	if _, err := s.Create(t.Context(), id, false, strings.NewReader("secret")); err != nil {
		t.Fatal(err)
	}
	good := grant(peer.MayRead(id))
	claim, signature, _ := strings.Cut(good, ".")
	other := objecttest.ID(t, "of another run")
	headers := map[string]string{
		"nothing": "", "no token": "Bearer", "an empty token": "Bearer ", "nonsense": "Bearer x", "another scheme": "Basic " + good,
		"the token alone":                      good,
		"a token of another key":               "Bearer " + peer.KeyOf("another").Token(peer.Grant{May: peer.MayRead(id), Until: time.Now().Add(time.Minute)}),
		"a token for an object of another run": "Bearer " + grant(peer.MayRead(other)),
		"a token to keep it":                   "Bearer " + grant(peer.MayKeep(id)+" "),
		"a token that is over":                 "Bearer " + key().Token(peer.Grant{May: peer.MayRead(id), Until: time.Now().Add(-time.Second)}),
		"a token without its signature":        "Bearer " + claim + ".",
		"a token with another's claim":         "Bearer " + strings.Split(grant(peer.MayRead(other)), ".")[0] + "." + signature,
	}
	paths := []string{"/objects/" + string(id), "/objects/" + string(id) + "/", "/objects/", "/", "/objects/%2e%2e/x"}
	for who, header := range headers {
		for _, path := range paths {
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete} {
				w := ask(t, peer.Handler(s, key()), method, path, header)
				if w.Code != http.StatusUnauthorized || strings.Contains(w.Body.String(), "secret") {
					t.Errorf("%s %s with %s: %d %s", method, path, who, w.Code, w.Body)
				}
			}
		}
	}
	anybody := ask(t, peer.Handler(s, nil), http.MethodGet, paths[0], "Bearer "+peer.Key(nil).Token(peer.Grant{May: peer.MayRead(id), Until: time.Now().Add(time.Minute)}))
	if anybody.Code != http.StatusUnauthorized {
		t.Errorf("a node without a key answers %d", anybody.Code)
	}
	if w := ask(t, peer.Handler(s, key()), http.MethodGet, paths[0], "Bearer "+good); w.Body.String() != "secret" {
		t.Errorf("with its token: %d %s", w.Code, w.Body)
	}
}

func ask(t *testing.T, h http.Handler, method, path, authorization string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	req.Header.Set("Authorization", authorization)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

func TestAnObjectIsKept(t *testing.T) {
	t.Parallel()
	r := newRemote(t, nil)
	id := r.create(t, []byte("bytes"))
	info, err := r.Keep(t.Context(), id)
	if err != nil || info.Size != 5 || info.Digest == "" {
		t.Errorf("got %+v, %v", info, err)
	}
	if _, err := r.Keep(t.Context(), objecttest.ID(t, "nobody")); !errors.Is(err, object.ErrNotFound) {
		t.Errorf("of an object that is not there: %v", err)
	}
}

func TestAStrangeRequestIsRefused(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	id := objecttest.ID(t, "a")
	if _, err := s.Create(t.Context(), id, false, strings.NewReader("bytes")); err != nil {
		t.Fatal(err)
	}
	h := peer.Handler(s, key())
	cases := []struct {
		path, rangeHeader string
		want              int
	}{
		{"/objects/" + string(id), "", http.StatusOK},
		{"/objects/" + string(id), "bytes=2-", http.StatusPartialContent},
		{"/objects/" + string(id), "bytes=6-", http.StatusRequestedRangeNotSatisfiable},
		{"/objects/" + string(id), "bytes=-1-", http.StatusRequestedRangeNotSatisfiable},
		{"/objects/" + string(id), "bytes=0-1,2-3", http.StatusRequestedRangeNotSatisfiable},
		{"/objects/" + string(id), "bytes=99999999999999999999-", http.StatusRequestedRangeNotSatisfiable},
		{"/objects/obj_short", "", http.StatusBadRequest},
		{"/objects/..%2f..%2fetc%2fpasswd", "", http.StatusBadRequest},
		{"/objects/" + string(objecttest.ID(t, "nobody")), "", http.StatusNotFound},
	}
	for _, c := range cases {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, c.path, nil)
		name, _ := url.PathUnescape(strings.TrimPrefix(c.path, "/objects/"))
		req.Header.Set("Authorization", "Bearer "+grant(peer.MayRead(object.ID(name))))
		req.Header.Set("Range", c.rangeHeader)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		if w.Code != c.want {
			t.Errorf("%s %q: %d, want %d", c.path, c.rangeHeader, w.Code, c.want)
		}
	}
}

func TestAFollowerOutlivesAnAbortedFetch(t *testing.T) {
	t.Parallel()
	entered := make(chan struct{})
	var first atomic.Bool
	hold := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if req.Method == http.MethodGet && first.CompareAndSwap(false, true) {
				close(entered)
				<-req.Context().Done() // until whoever fetches is aborted
				return
			}
			next.ServeHTTP(w, req)
		})
	}
	r, here := newRemote(t, hold), newStore(t)
	id := r.create(t, []byte("bytes"))
	ctx, abort := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := here.Receive(ctx, id, r); !errors.Is(err, context.Canceled) {
			t.Errorf("the aborted one got %v", err)
		}
	})
	<-entered
	wg.Go(func() {
		if _, err := here.Receive(t.Context(), id, r); err != nil {
			t.Error(err)
		}
	})
	abort()
	wg.Wait()
	if !here.Has(id) {
		t.Error("the object did not come")
	}
}
