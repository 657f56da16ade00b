package embedded_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/sqlite"
	"example.org/weft/object"
)

// submitWith accepts a run of a workflow that runs others, which are there by
// the paths that it names.
func (w *world) submitWith(src string, files map[string]string) executor.RunID {
	w.t.Helper()
	return w.begin(keepWith(w.t, w.db, src, files), "", nil)
}

// keepWith puts a workflow into a catalog with those that it runs.
func keepWith(tb testing.TB, c journal.Catalog, src string, files map[string]string) journal.Workflow {
	tb.Helper()
	sources := dsl.Sources{Read: func(file string) ([]byte, error) { return []byte(files["./"+file]), nil }}
	p, _, err := sources.Compile("test.yaml", []byte(src))
	if err != nil {
		tb.Fatal(err)
	}
	return put(tb, c, p, []byte(src), false)
}

func put(tb testing.TB, c journal.Catalog, p *dsl.Program, src []byte, part bool) journal.Workflow {
	tb.Helper()
	for _, child := range p.Children {
		put(tb, c, child.Program, child.Source, true)
	}
	kept := journal.Workflow{Name: p.Name, Version: p.Version, Source: src, Pins: p.Pins(), Part: part, Created: time.Now().UTC()}
	if err := c.PutWorkflow(tb.Context(), kept); err != nil {
		tb.Fatal(err)
	}
	return kept
}

// A file goes through two workflows inside each other, and no byte of it moves.
func TestFilesPassSubWorkflowsByReference(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submitWith(`
version: 1
name: outer
steps:
  make: { run: 'head -c 200000 /dev/zero > "${{ outputs.file }}"', outputs: { file: file } }
  middle: { workflow: ./middle.yaml, with: { file: "${{ steps.make.outputs.file }}" } }
  read: { run: 'printf "{\"n\": %d}" "$(wc -c < "${{ steps.middle.outputs.file }}")" > "$WEFT_OUTPUT"', outputs: { n: int } }
outputs: { file: "${{ steps.middle.outputs.file }}", same: "${{ steps.middle.outputs.same }}", n: "${{ steps.read.outputs.n }}" }
`, map[string]string{
		"./middle.yaml": `
version: 1
name: middle
inputs: { file: file }
steps: { inner: { workflow: ./inner.yaml, with: { file: "${{ inputs.file }}" } } }
outputs: { file: "${{ steps.inner.outputs.file }}", same: "${{ inputs.file }}" }
`,
		"./inner.yaml": `
version: 1
name: inner
inputs: { file: file }
steps: { add: { run: 'cat "${{ inputs.file }}" - <<< x > "${{ outputs.file }}"', outputs: { file: file } } }
outputs: { file: "${{ steps.add.outputs.file }}" }
`,
	})
	row := w.await(id, ended)
	if row.Status != executor.StatusSucceeded || string(row.Outputs["n"].JSON) != "200002" {
		t.Fatalf("got %s %s, outputs %v", row.Status, row.Error, row.Outputs)
	}
	inner := w.await(id+".middle.inner", ended)
	if got, want := row.Outputs["file"].File, inner.Outputs["file"].File; got.ID != want.ID || got.Digest == "" {
		t.Errorf("the file is %+v, and was made as %+v", got, want)
	}
	if got, want := row.Outputs["same"].File, inner.Inputs["file"].File; got.ID != want.ID {
		t.Errorf("the file was copied on its way: %s and %s", got.ID, want.ID)
	}
	for _, run := range []executor.RunID{id, id + ".middle", id + ".middle.inner"} {
		for task, transfers := range w.ledger(run) {
			for _, x := range transfers {
				if x.Transport != executor.TransportLink {
					t.Errorf("%s of %s has %d bytes by %s", task, run, x.Bytes, x.Transport)
				}
			}
		}
	}
}

func TestAFailedSubWorkflowIsTriedAgainAndCaught(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submitWith(`
version: 1
name: outer
steps:
  try: { workflow: ./bad.yaml, retry: { max_retries: 1, interval: 1ms }, catch: [{ on: [error], then: instead }] }
  instead: { builtin: identity, with: { value: "${{ error.message }}" } }
  late: { workflow: ./slow.yaml, timeout: 50ms, catch: [{ on: [timeout], then: none }] }
  none: { builtin: noop }
outputs: { why: "${{ steps.instead.outputs.value }}" }
`, map[string]string{
		"./bad.yaml":  "version: 1\nname: bad\nsteps: { a: { builtin: fail, with: { message: it is broken } } }\n",
		"./slow.yaml": "version: 1\nname: slow\nsteps: { a: { run: sleep 1000 } }\n",
	})
	row := w.await(id, ended)
	want := fmt.Sprintf(`"run %s.try.2: a failed (error): it is broken"`, id)
	if row.Status != executor.StatusSucceeded || string(row.Outputs["why"].JSON) != want {
		t.Fatalf("got %s %s, outputs %v", row.Status, row.Error, row.Outputs)
	}
	for child, status := range map[executor.RunID]executor.Status{".try": "failed", ".try.2": "failed", ".late": "cancelled"} {
		if got := w.await(id+child, ended).Status; got != status {
			t.Errorf("%s is %s, want %s", child, got, status)
		}
	}
}

// napping is a workflow in a workflow whose function waits for a file.
func (w *world) napping(gate, witness string) executor.RunID {
	return w.submitWith(`
version: 1
name: outer
steps: { a: { workflow: ./nap.yaml } }
`, map[string]string{"./nap.yaml": fmt.Sprintf(`
version: 1
name: nap
steps:
  first: { run: "echo $WEFT_IDEMPOTENCY_KEY >> %[2]s" }
  second: { needs: [first], run: "echo $WEFT_IDEMPOTENCY_KEY >> %[2]s; while [ ! -e %[1]s ]; do sleep 0.02; done" }
`, gate, witness)})
}

func seen(t *testing.T, witness, text string) {
	t.Helper()
	for !strings.Contains(read(t, witness), text) {
		time.Sleep(time.Millisecond) // the witness is a file: nobody signals
	}
}

func (w *world) post(id executor.RunID, f executor.Fact) {
	w.t.Helper()
	if err := w.db.Post(w.t.Context(), id, "", f); err != nil {
		w.t.Fatal(err)
	}
}

func has(status executor.Status) func(journal.RunRow) bool {
	return func(r journal.RunRow) bool { return r.Status == status }
}

func TestAPauseAndACancelReachSubWorkflows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	witness := filepath.Join(t.TempDir(), "witness")
	id := w.napping(filepath.Join(t.TempDir(), "never"), witness)
	child := id + ".a"
	seen(t, witness, "second")
	w.post(id, executor.Paused{})
	w.await(child, has(executor.StatusPaused))
	if got := w.await(id, anyRow).Status; got != executor.StatusPaused {
		t.Errorf("the run is %s", got)
	}
	w.stop() // what is wanted of the child is known after it too
	w.start()
	w.post(id, executor.Resumed{})
	w.await(child, has(executor.StatusRunning))
	w.post(id, executor.Cancelled{Reason: "enough"})
	row, under := w.await(id, ended), w.await(child, ended)
	if row.Status != executor.StatusCancelled || under.Status != executor.StatusCancelled {
		t.Errorf("the run is %s, its child %s", row.Status, under.Status)
	}
	if row.Ended.Before(under.Ended) {
		t.Error("the run ended before its child")
	}
}

func TestASubWorkflowGoesOnAfterItsServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	witness, gate := filepath.Join(t.TempDir(), "witness"), filepath.Join(t.TempDir(), "gate")
	id := w.napping(gate, witness)
	seen(t, witness, "second")
	w.stop()
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.start()
	if row := w.await(id, ended); row.Status != executor.StatusSucceeded {
		t.Fatalf("got %s %s", row.Status, row.Error)
	}
	if n := strings.Count(read(t, witness), string(id)+".a/first\n"); n != 1 {
		t.Errorf("the child's first step ran %d times", n)
	}
	w.onlyChild(id)
}

// onlyChild fails if a run has other children than the one of task a.
func (w *world) onlyChild(id executor.RunID) {
	w.t.Helper()
	rows, err := w.db.Runs(w.t.Context(), journal.Filter{Under: id, Limit: 10})
	if err != nil || len(rows) != 1 || rows[0].ID != id+".a" {
		w.t.Errorf("the children are %v: %v", rows, err)
	}
}

// The end of the child is durable, and the server was killed before its run
// learned of it.
func TestALostEndOfASubWorkflowIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	witness := filepath.Join(t.TempDir(), "witness")
	id := w.napping(filepath.Join(t.TempDir(), "never"), witness)
	seen(t, witness, "second")
	w.stop()
	w.between(func(leases map[executor.RunID]journal.Lease) {
		child := leases[id+".a"]
		records, err := w.db.Read(t.Context(), child.Run, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		rec := executor.Record{
			Seq: uint64(len(records)) + 1, At: time.Now().UTC().Truncate(time.Microsecond),
			Fact: executor.Finished{Status: executor.StatusFailed, Error: "it ended meanwhile"},
		}
		if fenced, err := w.db.Append(t.Context(), []journal.Batch{{Run: child.Run, Epoch: child.Epoch, Records: []executor.Record{rec}}}); err != nil || len(fenced) > 0 {
			t.Fatalf("cannot append: %v %v", fenced, err)
		}
	})
	row := w.await(id, ended)
	if row.Status != executor.StatusFailed || !strings.Contains(row.Error, "it ended meanwhile") {
		t.Fatalf("got %s %s", row.Status, row.Error)
	}
}

// The child's run was accepted, and the server was killed before it knew.
func TestASubWorkflowIsAcceptedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	witness, gate := filepath.Join(t.TempDir(), "witness"), filepath.Join(t.TempDir(), "gate")
	src, files := "version: 1\nname: outer\nsteps: { a: { workflow: ./in.yaml, with: { n: 3 } } }\n", map[string]string{
		"./in.yaml": fmt.Sprintf("version: 1\nname: in\ninputs: { n: int }\nsteps: { a: { run: 'echo ran ${{ inputs.n }} >> %s; touch %s' } }\n", witness, gate),
	}
	kept := keepWith(t, w.db, src, files)
	id := executor.RunID("run_" + strings.Repeat("a", 26))
	_, _, err := w.engine.Submit(t.Context(), journal.NewRun{
		ID: id + ".a", Workflow: "in", Version: kept.Pins["./in.yaml"],
		Inputs:         map[string]object.Value{"n": object.FromJSON([]byte("3"))},
		IdempotencyKey: "child/" + string(id) + ".a", Created: time.Now().UTC(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.engine.Submit(t.Context(), journal.NewRun{ID: id, Workflow: kept.Name, Version: kept.Version, Created: time.Now().UTC()}); err != nil {
		t.Fatal(err)
	}
	if row := w.await(id, ended); row.Status != executor.StatusSucceeded {
		t.Fatalf("got %s %s", row.Status, row.Error)
	}
	if got := read(t, witness); got != "ran 3\n" {
		t.Errorf("the witness saw %q", got)
	}
	w.onlyChild(id)
}

// between changes what a stopped world's journal says, and starts it again.
func (w *world) between(change func(leases map[executor.RunID]journal.Lease)) {
	w.t.Helper()
	db, err := sqlite.Open(w.t.Context(), w.dir)
	if err != nil {
		w.t.Fatal(err)
	}
	w.db = db
	list, err := db.Acquire(w.t.Context(), "between", time.Hour, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	leases := map[executor.RunID]journal.Lease{}
	for _, lease := range list {
		leases[lease.Run] = lease
	}
	change(leases)
	if err := db.Release(w.t.Context(), "between"); err != nil {
		w.t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.start()
}

func TestARedriveGoesOnWithTheSubWorkflow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	outside, witness := filepath.Join(dir, "outside"), filepath.Join(dir, "witness")
	id := w.submitWith(`
version: 1
name: outer
steps: { a: { workflow: ./four.yaml }, b: { builtin: identity, with: { value: "${{ steps.a.outputs.file }}" } } }
outputs: { file: "${{ steps.b.outputs.value }}" }
`, map[string]string{"./four.yaml": relayOfFour(outside, witness)})
	if row := w.await(id, ended); row.Status != executor.StatusFailed {
		t.Fatalf("got %s, want failed: the file outside is missing", row.Status)
	}
	if err := os.WriteFile(outside, []byte("now it is there"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.engine.Redrive(t.Context(), id, executor.Redriven{}, false); err != nil {
		t.Fatal(err)
	}
	if row := w.await(id, ended); row.Status != executor.StatusSucceeded {
		t.Fatalf("got %s %s", row.Status, row.Error)
	}
	runs := strings.Fields(read(t, witness))
	for task, n := range map[string]int{"one": 1, "two": 1, "three": 2, "four": 1} {
		key := string(id) + ".a/" + task
		if got := len(slices.DeleteFunc(slices.Clone(runs), func(k string) bool { return k != key })); got != n {
			t.Errorf("%s ran %d times, want %d: %v", task, got, n, runs)
		}
	}
	w.onlyChild(id)
}

func TestAHundredSubWorkflows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submitWith(`
version: 1
name: outer
steps:
  a: { workflow: ./double.yaml, foreach: { in: "${{ range(100) }}", as: n, max_parallel: 30 }, with: { n: "${{ n }}" } }
outputs: { sum: "${{ sum(steps.a.outputs.map(a, a.twice)) }}" }
`, map[string]string{"./double.yaml": `
version: 1
name: double
inputs: { n: int }
steps: { a: { builtin: identity, with: { value: "${{ inputs.n * 2 }}" } } }
outputs: { twice: { value: "${{ steps.a.outputs.value }}", type: int } }
`})
	row := w.await(id, ended)
	if row.Status != executor.StatusSucceeded || string(row.Outputs["sum"].JSON) != "9900" {
		t.Fatalf("got %s %s, outputs %v", row.Status, row.Error, row.Outputs)
	}
	rows, err := w.db.Runs(t.Context(), journal.Filter{Under: id, Limit: 1000})
	if err != nil || len(rows) != 100 {
		t.Errorf("%d children: %v", len(rows), err)
	}
}
