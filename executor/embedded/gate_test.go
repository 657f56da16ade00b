package embedded_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
)

const sleeper = `
version: 1
name: sleeper
inputs: { tenant: string, seconds: float }
concurrency: { group: "${{ inputs.tenant }}", limit: 1, on_conflict: %s }
steps:
  nap: { builtin: sleep, with: { seconds: "${{ inputs.seconds }}" } }
`

func nap(tenant string, seconds float64) map[string]object.Value {
	return map[string]object.Value{
		"tenant": object.FromJSON(fmt.Appendf(nil, "%q", tenant)), "seconds": object.FromJSON(fmt.Appendf(nil, "%v", seconds)),
	}
}

// Runs of one group go one after another in the order in which they were
// accepted, also when the server ends in between.
func TestRunsOfAGroupQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	src := fmt.Sprintf(sleeper, "queue")
	var ids []executor.RunID
	for i := range 4 {
		ids = append(ids, w.submit(src, fmt.Sprint(i), nap("a", 0.05)))
	}
	other := w.submit(src, "other", nap("b", 0))
	w.await(ids[0], ended)
	w.stop()
	w.start()
	w.await(other, ended)
	rows := make([]journal.RunRow, len(ids))
	for i, id := range ids {
		rows[i] = w.await(id, ended)
		if i > 0 && rows[i].Started.Before(rows[i-1].Ended) {
			t.Errorf("run %d began at %s, before run %d ended at %s", i, rows[i].Started, i-1, rows[i-1].Ended)
		}
	}
}

func TestARunOfABusyGroupIsRejected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	src := fmt.Sprintf(sleeper, "reject")
	first := w.submit(src, "1", nap("a", 3600))
	_, _, err := w.engine.Submit(t.Context(), journal.NewRun{
		ID: "run_aaaaaaaaaaaaaaaaaaaaaaaaaa", Workflow: "sleeper", Version: w.await(first, anyRow).Version, Inputs: nap("a", 0),
	})
	if !errors.Is(err, journal.ErrBusy) {
		t.Fatalf("Submit = %v, want ErrBusy", err)
	}
	if err := w.db.Post(t.Context(), first, "", executor.Cancelled{}); err != nil {
		t.Fatal(err)
	}
	w.await(first, ended)
	second := w.submit(src, "2", nap("a", 0))
	if row := w.await(second, ended); row.Status != executor.StatusSucceeded {
		t.Errorf("the next run %s: %s", row.Status, row.Error)
	}
}

func anyRow(journal.RunRow) bool { return true }

func TestARunTakesThePlaceOfTheOneBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	src := fmt.Sprintf(sleeper, "cancel_running")
	old := []executor.RunID{w.submit(src, "1", nap("a", 3600)), w.submit(src, "2", nap("a", 3600))}
	last := w.submit(src, "3", nap("a", 0))
	if row := w.await(last, ended); row.Status != executor.StatusSucceeded {
		t.Errorf("the last run %s: %s", row.Status, row.Error)
	}
	for _, id := range old {
		if row := w.await(id, ended); row.Status != executor.StatusCancelled || !strings.Contains(row.Error, "takes its place") {
			t.Errorf("the run before %s: %s", row.Status, row.Error)
		}
	}
}

// A run that waits can be cancelled: it ends at once, and nothing of it ran.
func TestAWaitingRunIsCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	src := fmt.Sprintf(sleeper, "queue")
	first, second := w.submit(src, "1", nap("a", 3600)), w.submit(src, "2", nap("a", 3600))
	for _, id := range []executor.RunID{second, first} {
		if err := w.db.Post(t.Context(), id, "", executor.Cancelled{}); err != nil {
			t.Fatal(err)
		}
		w.await(id, ended)
	}
	records, err := w.db.Read(t.Context(), second, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range records {
		if _, ok := rec.Fact.(executor.Placed); ok {
			t.Error("the run that waited placed a task")
		}
	}
}
