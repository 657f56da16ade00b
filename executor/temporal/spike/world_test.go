package spike_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/server/temporaltest"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/postgres"
	"example.org/weft/executor/journal/postgres/pgtest"
	"example.org/weft/executor/node"
	"example.org/weft/executor/temporal/spike"
	"example.org/weft/object"
	"example.org/weft/placement"
)

const (
	token    = "of the test's nodes"
	patience = 5 * time.Second
)

// A world is a Temporal server, a journal in Postgres, and nodes that share
// them.
type world struct {
	server *temporaltest.TestServer
	client client.Client
	url    string
	db     *postgres.DB
	queue  string // of the workflow

	mu    sync.Mutex // guards the following field
	nodes []holder   // that can be placed on, in order
}

// A holder is a node as others see it.
type holder struct{ id, addr string }

func newWorld(t *testing.T) *world {
	t.Helper()
	url := pgtest.URL(t)
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	server := temporaltest.NewServer(temporaltest.WithT(t))
	w := &world{server: server, client: server.GetDefaultClient(), url: url, db: db, queue: "weft"}
	control := &spike.Control{Journal: db, Nodes: w.snapshot}
	server.NewWorkerWithOptions(w.queue, func(r worker.Registry) {
		r.RegisterWorkflow(spike.Run)
		r.RegisterActivity(control)
	}, worker.Options{DeadlockDetectionTimeout: time.Minute})
	return w
}

func (w *world) snapshot() []placement.Node {
	w.mu.Lock()
	defer w.mu.Unlock()
	nodes := make([]placement.Node, len(w.nodes))
	for i, n := range w.nodes {
		nodes[i] = placement.Node{ID: n.id, CPU: 2, FreeCPU: 2}
	}
	return nodes
}

// locate says that every node may have any object: those that have not say so.
func (w *world) locate(object.ID) []node.Holder {
	w.mu.Lock()
	defer w.mu.Unlock()
	holders := make([]node.Holder, len(w.nodes))
	for i, n := range w.nodes {
		holders[i] = node.Holder{Node: executor.NodeID(n.id), Addr: n.addr}
	}
	return holders
}

func (w *world) add(h holder) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.nodes = append(w.nodes, h)
}

// remove has nothing more placed on a node.
func (w *world) remove(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, n := range w.nodes {
		if n.id == id {
			w.nodes = append(w.nodes[:i], w.nodes[i+1:]...)
			return
		}
	}
}

// addNode opens a node in this process.
func (w *world) addNode(t *testing.T, id string) {
	t.Helper()
	n, err := openNode(id, t.TempDir(), w.locate)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	w.server.NewWorkerWithOptions(spike.Queue(executor.NodeID(id)), func(r worker.Registry) {
		r.RegisterActivity(&spike.Node{Local: n, Journal: w.db, Catalog: w.db})
	}, worker.Options{})
	w.add(holder{id, n.Addr()})
}

func openNode(id, dir string, locate func(object.ID) []node.Holder) (*node.Node, error) {
	return node.Open(node.Config{
		ID: executor.NodeID(id), Dir: dir, CPU: 2, Memory: 1 << 30, Listen: "127.0.0.1:0", Token: token,
		Locate: locate, Patience: time.Second, Log: slog.New(slog.DiscardHandler),
	})
}

// accept makes a run durable, as a server does before it starts the workflow.
func (w *world) accept(t *testing.T, file string, inputs map[string]object.Value) spike.Input {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	p, _, err := dsl.Compile(file, source)
	if err != nil {
		t.Fatal(err)
	}
	err = w.db.PutWorkflow(t.Context(), journal.Workflow{Name: p.Name, Version: p.Version, Source: source, Created: time.Now().UTC()})
	if err != nil {
		t.Fatal(err)
	}
	id := executor.RunID("run_" + string(object.Mint(t.Name(), file))[4:])
	_, _, err = w.db.Accept(t.Context(), journal.NewRun{
		ID: id, Workflow: p.Name, Version: p.Version, Inputs: inputs,
		Owner: "temporal", TTL: 24 * time.Hour, Created: time.Now().UTC(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return spike.Input{Run: id, Source: source, Inputs: inputs, Patience: patience}
}

func (w *world) options(id executor.RunID) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID: string(id), TaskQueue: w.queue, WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	}
}

// start has Temporal drive the run.
func (w *world) start(t *testing.T, in spike.Input) client.WorkflowRun {
	t.Helper()
	run, err := w.client.ExecuteWorkflow(t.Context(), w.options(in.Run), spike.Run, in)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// post sends a fact to a run, and starts an execution for it if none is open.
func (w *world) post(t *testing.T, in spike.Input, f executor.Fact) client.WorkflowRun {
	t.Helper()
	run, err := w.client.SignalWithStartWorkflow(t.Context(), string(in.Run), spike.Inbox, spike.Fact{Fact: f}, w.options(in.Run), spike.Run, in)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// await returns how the run ended, after checking that every execution replays
// and that the journal alone gives the same end.
func (w *world) await(t *testing.T, in spike.Input, run client.WorkflowRun) executor.Finished {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	first := run.GetRunID() // Get goes on to the last
	var end executor.Finished
	if err := run.Get(ctx, &end); err != nil {
		t.Fatalf("%v\nfacts: %v", err, w.kinds(t, in.Run))
	}
	for _, h := range w.histories(t, string(in.Run), first) {
		replayer := worker.NewWorkflowReplayer()
		replayer.RegisterWorkflow(spike.Run)
		if err := replayer.ReplayWorkflowHistory(nil, h); err != nil {
			t.Errorf("a history of %d events does not replay: %v", len(h.Events), err)
		}
	}
	if got, want := show(t, w.replay(t, in)), show(t, end); got != want {
		t.Errorf("the journal gives\n%s\nthe workflow gave\n%s", got, want)
	}
	return end
}

// histories returns those of an execution and of all that it continued as.
func (w *world) histories(t *testing.T, id, run string) []*history.History {
	t.Helper()
	var all []*history.History
	for run != "" {
		h := &history.History{}
		events := w.client.GetWorkflowHistory(t.Context(), id, run, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for events.HasNext() {
			e, err := events.Next()
			if err != nil {
				t.Fatal(err)
			}
			h.Events = append(h.Events, e)
		}
		all = append(all, h)
		run = h.Events[len(h.Events)-1].GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
	}
	return all
}

// activities counts those of a type that were scheduled.
func (w *world) activities(t *testing.T, in spike.Input, first, name string) (n int) {
	t.Helper()
	for _, h := range w.histories(t, string(in.Run), first) {
		for _, e := range h.Events {
			if e.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName() == name {
				n++
			}
		}
	}
	return n
}

// replay steps the journal's records as any engine does.
func (w *world) replay(t *testing.T, in spike.Input) executor.Finished {
	t.Helper()
	program, _, err := dsl.Compile("workflow.yaml", in.Source)
	if err != nil {
		t.Fatal(err)
	}
	run := executor.New(in.Run, program)
	for _, r := range w.records(t, in.Run) {
		if err := run.Step(r); err != nil {
			t.Fatalf("record %d, %s: %v", r.Seq, executor.KindOf(r.Fact), err)
		}
	}
	s := run.Summary()
	return executor.Finished{Status: s.Status, Outputs: s.Outputs, Error: s.Error}
}

func (w *world) records(t *testing.T, id executor.RunID) []executor.Record {
	t.Helper()
	records, err := w.db.Read(t.Context(), id, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	return records
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

// awaitText returns when a file has a text.
func awaitText(t *testing.T, file, want string) {
	t.Helper()
	for t.Context().Err() == nil {
		have, err := os.ReadFile(file)
		if err == nil && strings.Contains(string(have), want) {
			return
		}
		time.Sleep(10 * time.Millisecond) // a witness is a file: nobody signals
	}
}
