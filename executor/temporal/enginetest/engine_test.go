package enginetest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/temporal"
	"example.org/weft/object"
)

// TestRun drives runs by a real Temporal server and real functions.
func TestRun(t *testing.T) {
	t.Parallel()
	w := temporalWorld(t, nil, "n1", "n2")
	short := temporalWorld(t, func(c *temporal.Config) { c.HistoryLimit = 30 }, "n1", "n2")
	t.Run("of", func(t *testing.T) {
		t.Parallel()
		t.Run("what an expression reads of an object stays on its node", w.evaluates)
		t.Run("a chain goes on over many executions", short.continues)
		t.Run("an attempt that runs is not run again by the next execution", short.continuesBusy)
		t.Run("a cancelled run stops its functions", w.cancels)
		t.Run("a paused run begins nothing, and goes on", w.pauses)
		t.Run("a run that failed is redriven by another execution", w.redrives)
		t.Run("a signal ends a wait", w.signals)
		t.Run("runs of a group wait for their turn", w.takesTurns)
		t.Run("a run that was accepted and has no execution is started", w.sweeps)
		t.Run("many tasks take few events", w.fansOut)
	})
}

func (w *world) evaluates(t *testing.T) {
	t.Parallel()
	id := w.submit(t, "computed.yaml", nil)
	if got := w.await(t, id); plain(t, got.Outputs["doubled"]) != "[10000,20000,30000,40000]" {
		t.Errorf("got %s", show(t, got))
	}
	if n := w.activities(t, id, "Evaluate"); n != 1 {
		t.Errorf("a node evaluated %d times, want once", n)
	}
	const list = 100_000 // bytes
	for _, h := range w.histories(t, id) {
		if n := proto.Size(h); n > list {
			t.Errorf("the history has %d bytes: the list went through it", n)
		}
	}
}

func (w *world) continues(t *testing.T) {
	t.Parallel()
	id := w.submit(t, "chain.yaml", nil)
	got := w.await(t, id)
	if want := "[100,101,103,106,110,115,121,128,136,145,155,166]"; plain(t, got.Outputs["sums"]) != want {
		t.Errorf("got %s, want %s", plain(t, got.Outputs["sums"]), want)
	}
	if n := len(w.histories(t, id)); n < 3 {
		t.Errorf("%d executions, want 3 at least", n)
	}
	if n := len(w.kinds(t, id)); n != 1+1+2*12+1 {
		t.Errorf("%d records: %v", n, w.kinds(t, id))
	}
	w.replays(t, id)
}

func (w *world) continuesBusy(t *testing.T) {
	t.Parallel()
	id, witness, gate := w.gated(t, "gated.yaml")
	awaitText(t, witness, "waits")
	for range 12 {
		w.post(t, id, executor.NodeLost{Node: "of no concern"})
	}
	for len(w.histories(t, id)) < 2 && t.Context().Err() == nil {
		w.post(t, id, executor.NodeLost{Node: "of no concern"})
	}
	open(t, gate)
	if got := w.await(t, id); plain(t, got.Outputs["text"]) != `"seven 7"` {
		t.Errorf("got %s", show(t, got))
	}
	if have := read(t, witness); have != "made\nwaits\n" {
		t.Errorf("the functions ran so: %q", have)
	}
	w.replays(t, id)
}

func (w *world) cancels(t *testing.T) {
	t.Parallel()
	id, witness, _ := w.gated(t, "gated.yaml")
	awaitText(t, witness, "waits")
	w.post(t, id, executor.Cancelled{Reason: "enough"})
	got := w.await(t, id)
	if got.Status != executor.StatusCancelled || got.Error != "enough" {
		t.Errorf("got %s", show(t, got))
	}
	if kinds := w.kinds(t, id); !slices.Equal(kinds[len(kinds)-3:], []string{"cancelled", "attempt_lost", "finished"}) {
		t.Errorf("the run ended so: %v", kinds)
	}
	w.replays(t, id)
}

func (w *world) pauses(t *testing.T) {
	t.Parallel()
	id, witness, gate := w.gated(t, "gated.yaml")
	awaitText(t, witness, "waits")
	w.post(t, id, executor.Paused{Reason: "lunch"})
	w.until(t, id, func(r journal.RunRow) bool { return r.Status == executor.StatusPaused })
	w.untilKind(t, id, "attempt_lost", 1) // what ran was told to stop
	open(t, gate)
	w.post(t, id, executor.Resumed{})
	if got := w.await(t, id); plain(t, got.Outputs["text"]) != `"seven 7"` {
		t.Errorf("got %s", show(t, got))
	}
	w.replays(t, id)
}

func (w *world) redrives(t *testing.T) {
	t.Parallel()
	id, witness, gate := w.gated(t, "broken.yaml")
	if got := w.await(t, id); got.Status != executor.StatusFailed {
		t.Fatalf("got %s", show(t, got))
	}
	open(t, gate)
	for i, x := range []executor.Redriven{{}, {From: "first"}} {
		if _, err := w.engine.Redrive(t.Context(), id, x, false); err != nil {
			t.Fatal(err)
		}
		w.untilKind(t, id, "finished", i+2)
		if got := w.await(t, id); plain(t, got.Outputs["n"]) != "42" {
			t.Errorf("redriven from %q: got %s", x.From, show(t, got))
		}
		w.replays(t, id)
	}
	key := string(id) + "/first"
	if have := read(t, witness); have != key+"\n"+key+"/r1\n" {
		t.Errorf("the first step ran so:\n%s", have)
	}
}

func (w *world) signals(t *testing.T) {
	t.Parallel()
	id := w.submit(t, "asks.yaml", nil)
	w.post(t, id, executor.SignalReceived{Name: "payment", Payload: map[string]object.Value{"amount": object.FromJSON([]byte("9.5"))}})
	if got := w.await(t, id); plain(t, got.Outputs["amount"]) != "9.5" {
		t.Errorf("got %s", show(t, got))
	}
	w.replays(t, id)
}

func (w *world) takesTurns(t *testing.T) {
	t.Parallel()
	gates := make([]string, 2)
	ids := make([]executor.RunID, 2)
	for i := range ids {
		gates[i] = filepath.Join(t.TempDir(), "gate")
		ids[i] = w.submit(t, "grouped.yaml", map[string]object.Value{"gate": text(gates[i])})
	}
	w.untilKind(t, ids[0], "placed", 1)
	if kinds := w.kinds(t, ids[1]); len(kinds) > 0 {
		t.Errorf("the second did not wait: %v", kinds)
	}
	open(t, gates[0])
	open(t, gates[1])
	for _, id := range ids {
		if got := w.await(t, id); got.Status != executor.StatusSucceeded {
			t.Errorf("got %s", show(t, got))
		}
	}
}

func (w *world) sweeps(t *testing.T) {
	t.Parallel()
	done := w.await(t, w.submit(t, "chain.yaml", nil))
	id := executor.RunID("run_" + string(object.Mint(t.Name(), "accepted"))[4:])
	_, _, err := w.db.Accept(t.Context(), journal.NewRun{ // as by a server that dies then
		ID: id, Workflow: done.Workflow, Version: done.Version, Inputs: done.Inputs,
		Owner: done.Owner, TTL: time.Hour, Created: time.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.await(t, id); got.Status != executor.StatusSucceeded {
		t.Errorf("got %s", show(t, got))
	}
}

func (w *world) fansOut(t *testing.T) {
	t.Parallel()
	id := w.submit(t, "wide.yaml", nil)
	if got := w.await(t, id); plain(t, got.Outputs["n"]) != "500" {
		t.Errorf("got %s", show(t, got))
	}
	events := 0
	for _, h := range w.histories(t, id) {
		events += len(h.Events)
	}
	if events > 2*500 {
		t.Errorf("500 tasks took %d events", events)
	}
	w.replays(t, id)
}

// gated starts a run whose functions tell of themselves in witness, and wait for
// gate.
func (w *world) gated(t *testing.T, file string) (id executor.RunID, witness, gate string) {
	t.Helper()
	dir := t.TempDir()
	witness, gate = filepath.Join(dir, "witness"), filepath.Join(dir, "gate")
	return w.submit(t, file, map[string]object.Value{"witness": text(witness), "gate": text(gate)}), witness, gate
}

func (w *world) post(t *testing.T, id executor.RunID, f executor.Fact) {
	t.Helper()
	if err := w.db.Post(t.Context(), id, "", f); err != nil {
		t.Fatal(err)
	}
}

// untilKind returns when a run has so many facts of a kind.
func (w *world) untilKind(t *testing.T, id executor.RunID, kind string, n int) {
	t.Helper()
	w.until(t, id, func(journal.RunRow) bool {
		have := 0
		for _, k := range w.kinds(t, id) {
			if k == kind {
				have++
			}
		}
		return have >= n
	})
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
