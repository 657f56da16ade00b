package embedded_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.org/weft/executor"
	"example.org/weft/object"
	"example.org/weft/planner"
)

// fan is a workflow whose plan cannot foresee how many items there are, nor how
// many bytes split makes.
const fan = `
version: 1
name: fan
inputs: { gate: { type: string } }
steps:
  split:
    run: |
      for i in $(seq 40); do head -c 500000 /dev/zero > part-$i; done
    outputs: { parts: { type: "file[]", path: "part-*" } }
  work:
    foreach: { in: "${{ steps.split.outputs.parts }}", as: part }
    run: |
      gate="${{ inputs.gate }}"
      part="${{ part }}"
      while [ ! -e "$gate" ]; do sleep 0.02; done
      wc -c < "$part" > size
    outputs: { size: { type: file, path: size } }
  sum:
    run: |
      cat ${{ steps.work.outputs.map(w, w.size) }} | wc -l > count
    outputs: { count: { type: file, path: count } }
`

// plan returns the plan of a kind that is kept of the run, or nil.
func (w *world) plan(kind string, id executor.RunID) *planner.Plan {
	w.t.Helper()
	data, err := w.db.Document(w.t.Context(), kind, string(id))
	if err != nil {
		return nil
	}
	p := new(planner.Plan)
	if err := json.Unmarshal(data, p); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// planned counts the facts that tell the run its plan of a step.
func (w *world) planned(id executor.RunID, step string) int {
	w.t.Helper()
	records, err := w.db.Read(w.t.Context(), id, 0, 10_000)
	if err != nil {
		w.t.Fatal(err)
	}
	n := 0
	for _, r := range records {
		if f, ok := r.Fact.(executor.Planned); ok && f.Step == step {
			n++
		}
	}
	return n
}

func TestThePlanIsMadeAgainWithWhatTurnedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gate := filepath.Join(t.TempDir(), "gate")
	text, err := json.Marshal(gate)
	if err != nil {
		t.Fatal(err)
	}
	id := w.submit(fan, "", map[string]object.Value{"gate": object.FromJSON(text)})
	for w.planned(id, "work") < 2 {
		time.Sleep(time.Millisecond) // the second fact follows the first by itself
	}

	first, latest := w.plan("plan", id), w.plan("replan", id)
	if s := first.Step("work"); s.Tasks == 40 || s.TasksSource != planner.Guess {
		t.Errorf("the first plan knew already: %+v", s)
	}
	if s := latest.Step("work"); s.Tasks != 40 || s.TasksSource == planner.Guess {
		t.Errorf("the latest plan has %+v, want 40 tasks", s)
	}
	if s := latest.Step("split"); s.Output != 40*500_000 {
		t.Errorf("the latest plan has %d bytes of split, want %d", s.Output, 40*500_000)
	}

	// Another engine goes on by the latest plan, and has nothing to plan again.
	told := w.planned(id, "work")
	w.stop()
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.start()
	if row := w.await(id, ended); row.Status != executor.StatusSucceeded {
		t.Fatalf("got %s %s", row.Status, row.Error)
	}
	if n := w.planned(id, "work"); n != told {
		t.Errorf("the plan of work was told %d times, then %d", told, n)
	}
}
