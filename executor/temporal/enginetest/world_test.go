package enginetest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/server/temporaltest"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/embedded"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/postgres"
	"example.org/weft/executor/journal/postgres/pgtest"
	"example.org/weft/executor/journal/sqlite"
	"example.org/weft/executor/node"
	"example.org/weft/executor/temporal"
	"example.org/weft/object"
	"example.org/weft/object/peer"
)

// A database is a journal and what belongs to it.
type database interface {
	journal.Journal
	journal.Releaser
	journal.Mailbox
	journal.Catalog
	journal.Documents
	journal.Watcher
	journal.Groups
}

// An engine is embedded.Engine or temporal.Engine.
type engine interface {
	Submit(ctx context.Context, r journal.NewRun) (executor.RunID, bool, error)
	Redrive(ctx context.Context, id executor.RunID, x executor.Redriven, dry bool) (executor.Forecast, error)
	Serve(ctx context.Context) error
}

// A world is an engine at work, with its journal and its nodes.
type world struct {
	db     database
	engine engine

	// Of the Temporal engine.
	temporal *temporal.Engine
	client   client.Client
	source   temporal.Source
}

const cpu = 2

func key() peer.Key { return peer.KeyOf("of the test") }

// serve has the engine serve until the test is over.
func (w *world) serve(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- w.engine.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

// embeddedWorld is the embedded engine on nodes of the given names.
func embeddedWorld(t *testing.T, nodes ...executor.NodeID) *world {
	t.Helper()
	db, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cleanUp(t, db.Close)
	var members []embedded.Node
	var all []*node.Node
	locate := func(id object.ID) (holders []node.Holder) {
		for _, n := range all {
			if n.Store().Has(id) {
				holders = append(holders, node.Holder{Node: n.Status().ID, Addr: n.Addr()})
			}
		}
		return holders
	}
	for _, id := range nodes {
		n := openNode(t, id, locate)
		all, members = append(all, n), append(members, n)
	}
	e := embedded.New(embedded.Config{
		Journal: db, Releaser: db, Catalog: db, Programs: journal.NewPrograms(db), Documents: db, Watcher: db, Groups: db, Mailbox: db, Cache: db,
		Nodes: members, Owner: "embedded", Logger: slog.New(slog.DiscardHandler), Bandwidth: bandwidth,
	})
	w := &world{db: db, engine: e}
	w.serve(t)
	return w
}

const bandwidth = 1e9

func openNode(t *testing.T, id executor.NodeID, locate func(object.ID) []node.Holder) *node.Node {
	t.Helper()
	n, err := node.Open(node.Config{
		ID: id, Dir: t.TempDir(), CPU: cpu, Memory: 1 << 30, Listen: "127.0.0.1:0", Key: key(),
		Locate: locate, Patience: time.Second, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	cleanUp(t, n.Close)
	return n
}

func cleanUp(t *testing.T, closer func() error) {
	t.Helper()
	t.Cleanup(func() {
		if err := closer(); err != nil {
			t.Error(err)
		}
	})
}

// temporalWorld is the Temporal engine on nodes of the given names, all in this
// process, and with a Temporal server of its own.
func temporalWorld(t *testing.T, change func(*temporal.Config), nodes ...executor.NodeID) *world {
	t.Helper()
	db, err := postgres.Open(t.Context(), pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	cleanUp(t, db.Close)
	server := temporaltest.NewServer(temporaltest.WithT(t))
	c, err := client.Dial(client.Options{
		HostPort: server.GetFrontendHostPort(), Namespace: server.GetDefaultNamespace(), Logger: quiet{},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	programs, peers := journal.NewPrograms(db), &temporal.Peers{}
	cfg := temporal.Config{
		Client: c, Namespace: server.GetDefaultNamespace(), Database: db, Programs: programs,
		Local: openNode(t, "server", peers.Locate), Peers: peers, Key: key(), Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Bandwidth: bandwidth,
	}
	if change != nil {
		change(&cfg)
	}
	e := temporal.New(cfg)
	w := &world{db: db, engine: e, temporal: e, client: c, source: fromDatabase{db, programs}}
	w.serve(t)
	for _, id := range nodes {
		w.addNode(t, id)
	}
	return w
}

// quiet drops what the SDK logs.
type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}

// fromDatabase is a source without a server between.
type fromDatabase struct {
	journal.Journal
	programs *journal.Programs
}

func (s fromDatabase) Program(ctx context.Context, version string) (*dsl.Program, error) {
	return s.programs.Get(ctx, version)
}

// addNode adds a node and returns what has it drain and leave, at the latest
// when the test is over.
func (w *world) addNode(t *testing.T, id executor.NodeID) (leave func()) {
	t.Helper()
	peers := &temporal.Peers{}
	n := openNode(t, id, peers.Locate)
	worker := temporal.NewWorker(temporal.WorkerConfig{
		Client: w.client, Local: n, Peers: peers, Source: w.source, Registry: w.temporal,
		Server: "http://127.0.0.1:1", Key: key(), Log: slog.New(slog.DiscardHandler), DrainPatience: 5 * time.Second,
	})
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	served, joined := make(chan error, 1), make(chan struct{})
	go func() { served <- worker.Serve(ctx, func() { close(joined) }) }()
	select {
	case <-joined:
	case err := <-served:
		t.Fatal(err)
	}
	var left atomic.Bool
	leave = func() {
		if left.CompareAndSwap(false, true) {
			cancel()
			if err := <-served; err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(leave)
	return leave
}

// submit starts a run of a workflow file of testdata.
func (w *world) submit(t *testing.T, file string, inputs map[string]object.Value) executor.RunID {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return w.submitSource(t, file, source, inputs)
}

func (w *world) submitSource(t *testing.T, name string, source []byte, inputs map[string]object.Value) executor.RunID {
	t.Helper()
	sources := dsl.Sources{Read: func(file string) ([]byte, error) { return os.ReadFile(filepath.Join("testdata", file)) }}
	p, _, err := sources.Compile(name, source)
	if err != nil {
		t.Fatal(err)
	}
	w.put(t, p, source, false)
	all := map[string]object.Value{}
	for _, f := range p.Inputs {
		if len(f.Default) > 0 {
			all[f.Name] = object.FromJSON(f.Default)
		}
	}
	for name, v := range inputs {
		all[name] = v
	}
	id := executor.RunID("run_" + string(object.Mint(t.Name(), name+strconv.FormatInt(runs.Add(1), 10)))[4:])
	if _, _, err := w.engine.Submit(t.Context(), journal.NewRun{
		ID: id, Workflow: p.Name, Version: p.Version, Inputs: all, Created: time.Now().UTC(),
	}); err != nil {
		t.Fatal(err)
	}
	return id
}

// put keeps a workflow with those that it runs.
func (w *world) put(t *testing.T, p *dsl.Program, source []byte, part bool) {
	t.Helper()
	for _, child := range p.Children {
		w.put(t, child.Program, child.Source, true)
	}
	err := w.db.PutWorkflow(t.Context(), journal.Workflow{
		Name: p.Name, Version: p.Version, Source: source, Pins: p.Pins(), Part: part, Created: time.Now().UTC(),
	})
	if err != nil {
		t.Fatal(err)
	}
}

//nolint:gochecknoglobals // numbers the runs of this process
var runs atomic.Int64

// await returns how a run ended.
func (w *world) await(t *testing.T, id executor.RunID) journal.RunRow {
	t.Helper()
	return w.until(t, id, func(r journal.RunRow) bool { return r.Status.Done() })
}

// until returns the row of a run when it is as wanted.
func (w *world) until(t *testing.T, id executor.RunID, wanted func(journal.RunRow) bool) journal.RunRow {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	woken := make(chan struct{}, 1)
	defer w.db.Watch(id, func() {
		select {
		case woken <- struct{}{}:
		default:
		}
	})()
	for {
		rows, err := w.db.Runs(ctx, journal.Filter{ID: id, Limit: 1})
		if err != nil {
			t.Fatalf("%v\nfacts: %v", err, w.kinds(t, id))
		}
		if len(rows) == 1 && wanted(rows[0]) {
			return rows[0]
		}
		select {
		case <-woken:
		case <-ctx.Done():
			t.Fatalf("the run did not come so far; facts: %v", w.kinds(t, id))
		}
	}
}

func (w *world) records(t *testing.T, id executor.RunID) []executor.Record {
	t.Helper()
	var all []executor.Record
	for {
		page, err := w.db.Read(t.Context(), id, uint64(len(all)), 1000)
		if err != nil {
			t.Fatal(err)
		}
		if all = append(all, page...); len(page) < 1000 {
			return all
		}
	}
}

// kinds returns the kinds of the run's facts, in order.
func (w *world) kinds(t *testing.T, id executor.RunID) []string {
	t.Helper()
	var kinds []string
	for _, r := range w.records(t, id) {
		kinds = append(kinds, executor.KindOf(r.Fact))
	}
	return kinds
}

func show(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func text(s string) object.Value { return object.FromJSON(fmt.Appendf(nil, "%q", s)) }
