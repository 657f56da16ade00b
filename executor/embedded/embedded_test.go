package embedded_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/embedded"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/sqlite"
	"example.org/weft/executor/node"
	"example.org/weft/object"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A database is a journal and what belongs to it.
type database interface { //nolint:interfacebloat // it only names the parts together
	journal.Journal
	journal.Releaser
	journal.Catalog
	journal.Documents
	journal.Watcher
	journal.Groups
	journal.Cache
	journal.Mailbox
	Close() error
}

// A world is a journal and the engines that serve it, one after the other.
type world struct {
	t      testing.TB
	dir    string
	db     database
	node   *node.Node
	engine *embedded.Engine
	stop   func()
	owners int
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{t: tb, dir: tb.TempDir()}
	w.start()
	tb.Cleanup(func() { w.stop() })
	return w
}

// start serves the world's folder as a new process would.
func (w *world) start() {
	w.t.Helper()
	db, err := sqlite.Open(w.t.Context(), w.dir)
	if err != nil {
		w.t.Fatal(err)
	}
	w.serve(db)
}

// serve starts an engine on a journal, which stop closes.
func (w *world) serve(db database) {
	w.t.Helper()
	w.db = db
	var err error
	log := slog.New(slog.DiscardHandler)
	if w.node, err = node.Open(node.Config{ID: "n1", Dir: w.dir + "/n1", CPU: 2, Memory: 1 << 30, Log: log}); err != nil {
		w.t.Fatal(err)
	}
	w.owners++
	w.engine = embedded.New(embedded.Config{
		Journal: w.db, Releaser: w.db, Catalog: w.db, Documents: w.db, Watcher: w.db, Groups: w.db, Mailbox: w.db, Cache: w.db,
		Programs: journal.NewPrograms(w.db),
		Nodes:    []embedded.Node{w.node}, Owner: fmt.Sprint("engine", w.owners), Logger: log,
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.engine.Serve(ctx) }()
	w.stop = func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Errorf("Serve: %v", err)
		}
		if err := w.node.Close(); err != nil {
			w.t.Errorf("close node: %v", err)
		}
		if err := w.db.Close(); err != nil {
			w.t.Errorf("close journal: %v", err)
		}
		w.stop = func() {}
	}
}

// submit accepts a run of the workflow.
func (w *world) submit(src, key string, inputs map[string]object.Value) executor.RunID {
	w.t.Helper()
	return w.begin(w.keep(src), key, inputs)
}

// keep puts the workflow into the catalog.
func (w *world) keep(src string) journal.Workflow {
	w.t.Helper()
	p, _, err := dsl.Compile("test.yaml", []byte(src))
	if err != nil {
		w.t.Fatal(err)
	}
	kept := journal.Workflow{Name: p.Name, Version: p.Version, Source: []byte(src), Created: time.Now().UTC()}
	if err := w.db.PutWorkflow(w.t.Context(), kept); err != nil {
		w.t.Fatal(err)
	}
	return kept
}

// begin accepts a run of a workflow that is kept.
func (w *world) begin(of journal.Workflow, key string, inputs map[string]object.Value) executor.RunID {
	w.t.Helper()
	id := executor.RunID("run_" + string(object.Mint(w.t.Name()+key, string(of.Source)))[4:])
	id, _, err := w.engine.Submit(w.t.Context(), journal.NewRun{
		ID: id, Workflow: of.Name, Version: of.Version, Inputs: inputs, IdempotencyKey: key, Created: time.Now().UTC(),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// await returns the run's row when it satisfies ok, which is asked after every
// change of the run.
func (w *world) await(id executor.RunID, ok func(journal.RunRow) bool) journal.RunRow {
	w.t.Helper()
	woken := make(chan struct{}, 1)
	stop := w.db.Watch(id, func() {
		select {
		case woken <- struct{}{}:
		default:
		}
	})
	defer stop()
	timeout := time.After(30 * time.Second)
	for {
		rows, err := w.db.Runs(w.t.Context(), journal.Filter{ID: id, Limit: 1})
		if err != nil {
			w.t.Fatal(err)
		}
		if len(rows) == 1 && ok(rows[0]) {
			return rows[0]
		}
		select {
		case <-woken:
		case <-timeout:
			w.t.Fatalf("run %s: still %+v, facts %.4000s", id, rows, fmt.Sprint(w.kinds(id)))
		}
	}
}

func ended(r journal.RunRow) bool { return r.Status.Done() }

// kinds returns the kinds of the run's facts, in order.
func (w *world) kinds(id executor.RunID) []string {
	w.t.Helper()
	records, err := w.db.Read(w.t.Context(), id, 0, 10_000)
	if err != nil {
		w.t.Fatal(err)
	}
	var kinds []string
	for _, r := range records {
		kinds = append(kinds, executor.KindOf(r.Fact))
	}
	return kinds
}

func TestARunOfManyTasksSucceeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(`
version: 1
name: fan
inputs: { n: { type: int } }
steps:
  work:
    builtin: noop
    foreach: { in: "${{ range(inputs.n) }}", as: i }
  after:
    needs: [work]
    run: |
      echo '{"n": 7}' > "$WEFT_OUTPUT"
    outputs: { n: { type: int } }
outputs: { n: "${{ steps.after.outputs.n }}" }
`, "", map[string]object.Value{"n": object.FromJSON([]byte("100"))})
	row := w.await(id, ended)
	if row.Status != executor.StatusSucceeded || string(row.Outputs["n"].JSON) != "7" {
		t.Fatalf("got %s %s, outputs %v", row.Status, row.Error, row.Outputs)
	}
}

func TestAFailureSaysWhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(`
version: 1
name: broken
steps:
  bad: { run: "echo it went wrong >&2; exit 3" }
`, "", nil)
	row := w.await(id, ended)
	if row.Status != executor.StatusFailed || !strings.Contains(row.Error, "bad") {
		t.Fatalf("got %s %q", row.Status, row.Error)
	}
	records, err := w.db.Read(t.Context(), id, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if f, ok := r.Fact.(executor.Failed); ok {
			if f.Where.ExitCode != 3 || !strings.Contains(f.Where.Stderr, "it went wrong") {
				t.Errorf("got %+v", f.Where)
			}
			if _, err := os.Stat(f.Where.Dir); err != nil {
				t.Errorf("the working folder is not there: %v", err)
			}
			return
		}
	}
	t.Fatalf("no failure in %v", w.kinds(id))
}

func TestASecondEngineGoesOnWithoutRepeating(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	witness := filepath.Join(t.TempDir(), "witness")
	gate := filepath.Join(t.TempDir(), "gate")
	src := fmt.Sprintf(`
version: 1
name: relay
steps:
  first: { run: "echo $WEFT_IDEMPOTENCY_KEY >> %s" }
  second:
    needs: [first]
    run: "echo $WEFT_IDEMPOTENCY_KEY >> %s; while [ ! -e %s ]; do sleep 0.02; done"
  third:
    needs: [second]
    run: "echo $WEFT_IDEMPOTENCY_KEY >> %s"
`, witness, witness, gate, witness)
	id := w.submit(src, "", nil)
	for !strings.Contains(read(t, witness), "second") {
		time.Sleep(time.Millisecond) // the witness is a file: nobody signals
	}
	w.stop()
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.start()
	if row := w.await(id, ended); row.Status != executor.StatusSucceeded {
		t.Fatalf("got %s %s", row.Status, row.Error)
	}
	seen := read(t, witness)
	for task, most := range map[string]int{"first": 1, "second": 2, "third": 1} {
		if n := strings.Count(seen, string(id)+"/"+task+"\n"); n < 1 || n > most {
			t.Errorf("%s ran %d times, want 1 to %d\n%s", task, n, most, seen)
		}
	}
}

func TestACancelledRunStopsItsFunctions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(`
version: 1
name: endless
steps:
  sleep: { run: "sleep 1000" }
`, "", nil)
	for w.engine.Nodes(t.Context())[0].Running == nil {
		time.Sleep(time.Millisecond) // a node tells its state only when asked
	}
	if err := w.db.Post(t.Context(), id, "", executor.Cancelled{Reason: "enough"}); err != nil {
		t.Fatal(err)
	}
	if row := w.await(id, ended); row.Status != executor.StatusCancelled {
		t.Fatalf("got %s %s", row.Status, row.Error)
	}
}

func TestOneKeyIsOneRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	src := "version: 1\nname: once\nsteps:\n  a: { builtin: noop }\n"
	first := w.submit(src, "key", nil)
	w.await(first, ended)
	if second := w.submit(src, "key", nil); second != first {
		t.Errorf("the same key started %s and %s", first, second)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(text)
}

func TestATaskThatNoNodeCanTakeFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(`
version: 1
name: nowhere
steps:
  a:
    run: "true"
    requires: [no-such-program-anywhere]
`, "", nil)
	row := w.await(id, ended)
	if row.Status != executor.StatusFailed || !strings.Contains(row.Error, "no-such-program-anywhere") {
		t.Fatalf("got %s %q", row.Status, row.Error)
	}
}
