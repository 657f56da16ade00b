package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/embedded"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/sqlite"
	"example.org/weft/executor/node"
	"example.org/weft/object"
	"example.org/weft/object/store"
	"example.org/weft/planner"
)

const testToken = "correct horse battery staple"

// bench is a server over a real journal and a real store. Its runs are stepped
// by the test, which appends facts to the journal as an engine does.
type bench struct {
	t      *testing.T
	db     *sqlite.DB
	store  *store.Store
	server *Server
	url    string

	mu    sync.Mutex // guards the following fields
	nodes []node.Status
	logs  map[string]string // by attempt and stream
	names map[object.ID]object.Ref
}

func newBench(t *testing.T, change ...func(*Config)) *bench {
	t.Helper()
	b := &bench{t: t, logs: map[string]string{}, names: map[object.ID]object.Ref{}}
	var err error
	if b.db, err = sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "journal")); err != nil {
		t.Fatal(err)
	}
	if b.store, err = store.Open(filepath.Join(t.TempDir(), "objects")); err != nil {
		t.Fatal(err)
	}
	cfg := Config{
		Programs: journal.NewPrograms(b.db),
		Catalog:  b.db, History: b.db, Mailbox: b.db, Watcher: b.db, Documents: b.db, Groups: b.db,
		Engine: b, Objects: b, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Open: true,
	}
	for _, c := range change {
		c(&cfg)
	}
	b.server = New(cfg)
	listener := httptest.NewServer(b.server)
	b.url = listener.URL
	t.Cleanup(func() {
		b.server.Close()
		listener.Close()
		if err := b.store.Close(); err != nil {
			t.Error(err)
		}
		if err := b.db.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *bench) Submit(ctx context.Context, r journal.NewRun) (executor.RunID, bool, error) {
	r.Owner, r.TTL = "test", time.Hour
	return b.db.Accept(ctx, r)
}

// Redrive is that of the engine, which here runs nothing.
func (b *bench) Redrive(ctx context.Context, id executor.RunID, x executor.Redriven, dry bool) (executor.Forecast, error) {
	return embedded.New(embedded.Config{
		Journal: b.db, Releaser: b.db, Catalog: b.db, Programs: journal.NewPrograms(b.db), Documents: b.db, Watcher: b.db,
		Owner: "test", Logger: slog.New(slog.DiscardHandler),
	}).Redrive(ctx, id, x, dry)
}

func (b *bench) Plan(_ context.Context, p *dsl.Program, _ map[string]object.Value) (*planner.Plan, error) {
	return &planner.Plan{Workflow: p.Name, Version: p.Version}, nil
}

func (b *bench) Nodes(context.Context) []node.Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.nodes
}

func (b *bench) Logs(_ context.Context, a executor.AttemptID, stream string) (io.ReadCloser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	text, ok := b.logs[a.String()+stream]
	if !ok {
		return nil, object.ErrNotFound
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

func (b *bench) Put(ctx context.Context, name, mediaType string, r io.Reader) (object.Ref, error) {
	id := object.Mint("upload", string(newRunID()))
	info, err := b.store.Create(ctx, id, false, r)
	if err != nil {
		return object.Ref{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.names[id] = object.Ref{ID: id, Size: info.Size, MediaType: mediaType, Name: name, Digest: info.Digest}
	return b.names[id], nil
}

func (b *bench) Open(_ context.Context, id object.ID) (io.ReadSeekCloser, object.Ref, error) {
	f, err := b.store.OpenFile(id)
	if err != nil {
		return nil, object.Ref{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return f, b.names[id], nil
}

// do sends a request; headers are "Name: value".
func (b *bench) do(method, path, body string, headers ...string) *http.Response {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			req.Host = value
		}
		req.Header.Set(name, value)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// want sends a request, checks the status, and decodes the answer into out,
// unless that is nil.
func (b *bench) want(status int, out any, method, path, body string, headers ...string) *http.Response {
	b.t.Helper()
	res := b.do(method, path, body, headers...)
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if res.StatusCode != status {
		b.t.Fatalf("%s %s: status %d, want %d: %s", method, path, res.StatusCode, status, text)
	}
	res.Body = io.NopCloser(bytes.NewReader(text))
	if out == nil {
		return res
	}
	kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil || !strings.HasSuffix(kind, "json") {
		b.t.Fatalf("%s %s: content type %q", method, path, kind)
	}
	if err := json.Unmarshal(text, out); err != nil {
		b.t.Fatalf("%s %s: %v: %s", method, path, err, text)
	}
	return res
}
