package spike_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"example.org/weft/executor"
	"example.org/weft/executor/temporal/spike"
	"example.org/weft/object"
)

// TestRun drives runs of real functions by a real Temporal server. A server
// takes seconds to start, so there is one for all.
func TestRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addNode(t, "n1")
	w.addNode(t, "n2")
	t.Run("a chain of items gives what the embedded engine gives", w.likeEmbedded("chain.yaml"))
	t.Run("attempts are tried again as in the embedded engine", w.likeEmbedded("flaky.yaml"))
	t.Run("a list is computed as in the embedded engine", w.likeEmbedded("computed.yaml"))
	t.Run("what an expression reads of an object stays on its node", w.evaluates)
	t.Run("a chain goes on over many executions", w.continues)
	t.Run("an attempt that runs is not run again by the next execution", w.continuesBusy)
	t.Run("a cancelled run stops its functions", w.cancels)
	t.Run("a run that failed is redriven by another execution", w.redrives)
}

func (w *world) likeEmbedded(file string) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		in := w.accept(t, file, nil)
		got := w.await(t, in, w.start(t, in))
		if want := runEmbedded(t, in); show(t, got) != show(t, want) {
			t.Errorf("got\n%s\nthe embedded engine gives\n%s", show(t, got), show(t, want))
		}
	}
}

func (w *world) evaluates(t *testing.T) {
	t.Parallel()
	in := w.accept(t, "computed.yaml", nil)
	run := w.start(t, in)
	first := run.GetRunID()
	if got := w.await(t, in, run); plain(t, got.Outputs["doubled"]) != "[10000,20000,30000,40000]" {
		t.Errorf("got %s", show(t, got))
	}
	if n := w.activities(t, in, first, "Evaluate"); n != 1 {
		t.Errorf("a node evaluated %d times, want once", n)
	}
	const list = 100_000 // bytes
	for _, h := range w.histories(t, string(in.Run), first) {
		if n := proto.Size(h); n > list {
			t.Errorf("the history has %d bytes: the list went through it", n)
		}
	}
}

func (w *world) continues(t *testing.T) {
	t.Parallel()
	in := w.accept(t, "chain.yaml", map[string]object.Value{"items": object.FromJSON([]byte("12"))})
	in.HistoryLimit = 30
	run := w.start(t, in)
	first := run.GetRunID()
	got := w.await(t, in, run)
	if want := "[100,101,103,106,110,115,121,128,136,145,155,166]"; plain(t, got.Outputs["sums"]) != want {
		t.Errorf("got %s, want %s", plain(t, got.Outputs["sums"]), want)
	}
	executions := w.histories(t, string(in.Run), first)
	if len(executions) < 3 {
		t.Errorf("%d executions, want 3 at least", len(executions))
	}
	if n := len(w.kinds(t, in.Run)); n != 1+2*12+1 {
		t.Errorf("%d records: %v", n, w.kinds(t, in.Run))
	}
}

func (w *world) continuesBusy(t *testing.T) {
	t.Parallel()
	in, witness, gate := w.gated(t, "gated.yaml")
	in.HistoryLimit = 1 // every event of the run begins an execution
	run := w.start(t, in)
	first := run.GetRunID()
	awaitText(t, witness, "waits")
	for n := 2; n < 5 && t.Context().Err() == nil; n = w.activities(t, in, first, "Invoke") {
		w.post(t, in, executor.NodeLost{Node: "of no concern"})
	}
	open(t, gate)
	if got := w.await(t, in, run); plain(t, got.Outputs["text"]) != `"seven 7"` {
		t.Errorf("got %s", show(t, got))
	}
	if have := read(t, witness); have != "made\nwaits\n" {
		t.Errorf("the functions ran so: %q", have)
	}
}

func (w *world) cancels(t *testing.T) {
	t.Parallel()
	in, witness, _ := w.gated(t, "gated.yaml")
	run := w.start(t, in)
	awaitText(t, witness, "waits")
	w.post(t, in, executor.Cancelled{Reason: "enough"})
	got := w.await(t, in, run)
	if got.Status != executor.StatusCancelled || got.Error != "enough" {
		t.Errorf("got %s", show(t, got))
	}
	if kinds := w.kinds(t, in.Run); !slices.Equal(kinds[len(kinds)-3:], []string{"cancelled", "attempt_lost", "finished"}) {
		t.Errorf("the run ended so: %v", kinds)
	}
}

func (w *world) redrives(t *testing.T) {
	t.Parallel()
	in, witness, gate := w.gated(t, "broken.yaml")
	if got := w.await(t, in, w.start(t, in)); got.Status != executor.StatusFailed {
		t.Fatalf("got %s", show(t, got))
	}
	open(t, gate)
	if got := w.await(t, in, w.post(t, in, executor.Redriven{})); plain(t, got.Outputs["n"]) != "42" {
		t.Errorf("redriven: got %s", show(t, got))
	}
	if got := w.await(t, in, w.post(t, in, executor.Redriven{})); plain(t, got.Outputs["n"]) != "42" {
		t.Errorf("redriven without a task although it succeeded: got %s", show(t, got))
	}
	if got := w.await(t, in, w.post(t, in, executor.Redriven{From: "first"})); plain(t, got.Outputs["n"]) != "42" {
		t.Errorf("redriven from a task: got %s", show(t, got))
	}
	key := string(in.Run) + "/first"
	if have := read(t, witness); have != key+"\n"+key+"/r1\n" {
		t.Errorf("the first step ran so:\n%s", have)
	}
}

// gated accepts a run whose functions tell of themselves in witness, and wait
// for gate.
func (w *world) gated(t *testing.T, file string) (in spike.Input, witness, gate string) {
	t.Helper()
	dir := t.TempDir()
	witness, gate = filepath.Join(dir, "witness"), filepath.Join(dir, "gate")
	return w.accept(t, file, map[string]object.Value{"witness": text(witness), "gate": text(gate)}), witness, gate
}

func open(t *testing.T, gate string) {
	t.Helper()
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(have)
}

// plain returns a value without files as JSON.
func plain(t *testing.T, v object.Value) string {
	t.Helper()
	if v.List == nil {
		return string(v.JSON)
	}
	items := make([]string, len(v.List))
	for i, item := range v.List {
		items[i] = plain(t, item)
	}
	return "[" + strings.Join(items, ",") + "]"
}
