package embedded_test

import (
	"strings"
	"testing"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
)

// signal posts a signal, as a server does.
func (w *world) signal(id executor.RunID, name, key string, payload map[string]object.Value) {
	w.t.Helper()
	if err := w.db.Post(w.t.Context(), id, key, executor.SignalReceived{Name: name, Key: key, Payload: payload}); err != nil {
		w.t.Fatal(err)
	}
}

// count returns how many records of a kind a run has.
func (w *world) count(id executor.RunID, kind string) int {
	w.t.Helper()
	n := 0
	for _, k := range w.kinds(id) {
		if k == kind {
			n++
		}
	}
	return n
}

// begun reports whether a run has begun to wait n times.
func (w *world) begun(id executor.RunID, n int) func(journal.RunRow) bool {
	return func(journal.RunRow) bool { return w.count(id, "begun") == n }
}

// The server stops while a run waits: the signal that came meanwhile, and the
// one before it for a wait that had not begun, are both there.
func TestAWaitSurvivesItsServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(`
version: 1
name: waits
steps:
  first: { wait: { signal: go, timeout: 1h }, outputs: { n: int } }
  second: { needs: [first], wait: { approval: "Right?" } }
  third: { needs: [second], wait: { for: 10ms } }
  fourth: { needs: [third], run: "echo ${{ steps.first.outputs.n }} ${{ steps.second.outputs.by }} > $WEFT_OUTPUT; echo '{\"t\": \"'$(cat $WEFT_OUTPUT)'\"}' > $WEFT_OUTPUT", outputs: { t: string } }
outputs: { t: "${{ steps.fourth.outputs.t }}" }
`, "", nil)
	w.signal(id, "second", "a", map[string]object.Value{
		"approved": object.FromJSON([]byte("true")), "by": object.FromJSON([]byte(`"ann"`)), "comment": object.FromJSON([]byte(`""`)),
	})
	w.await(id, w.begun(id, 1))
	w.stop()
	w.start()
	w.signal(id, "go", "b", map[string]object.Value{"n": object.FromJSON([]byte("7"))})
	w.signal(id, "go", "b", map[string]object.Value{"n": object.FromJSON([]byte("8"))})
	row := w.await(id, ended)
	if row.Status != executor.StatusSucceeded || string(row.Outputs["t"].JSON) != `"7 ann"` {
		t.Fatalf("got %s %s %s\n%s", row.Status, row.Error, row.Outputs["t"].JSON, w.kinds(id))
	}
}

func TestAWaitThatNobodyEndsTimesOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(`
version: 1
name: late
steps:
  a: { wait: { signal: go, timeout: 20ms }, retry: { max_retries: 1, interval: 1ms } }
`, "", nil)
	row := w.await(id, ended)
	if row.Status != executor.StatusFailed || !strings.Contains(row.Error, "a failed (timeout): no signal go within 20ms") {
		t.Fatalf("got %s %q", row.Status, row.Error)
	}
	if w.count(id, "begun") != 2 {
		t.Errorf("it is not tried again: %s", w.kinds(id))
	}
}

// A waiting task costs bytes: thousands of waits are a few records each.
func TestManyWaitsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	began := time.Now()
	id := w.submit(`
version: 1
name: many
steps:
  a: { foreach: { in: "${{ range(2000) }}" }, wait: { for: 50ms } }
`, "", nil)
	if row := w.await(id, ended); row.Status != executor.StatusSucceeded {
		t.Fatalf("got %s %s", row.Status, row.Error)
	}
	t.Logf("2000 waits of 50 ms took %s", time.Since(began).Round(time.Millisecond))
}
