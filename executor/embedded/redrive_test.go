package embedded_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
)

// relayOfFour is a chain whose third step reads a file of the world outside.
// Every function leaves its idempotency key with the witness.
func relayOfFour(outside, witness string) string {
	return fmt.Sprintf(`
version: 1
name: four
functions:
  pass:
    inputs: { before: { type: file } }
    outputs: { file: { type: file } }
    run: |
      echo $WEFT_IDEMPOTENCY_KEY >> %[2]s
      cat "${{ inputs.before }}" > "${{ outputs.file }}"
steps:
  one:
    outputs: { file: { type: file } }
    run: |
      echo $WEFT_IDEMPOTENCY_KEY >> %[2]s
      head -c 200000 /dev/zero > "${{ outputs.file }}"
  two: { uses: pass, with: { before: "${{ steps.one.outputs.file }}" } }
  three:
    outputs: { file: { type: file } }
    run: |
      echo $WEFT_IDEMPOTENCY_KEY >> %[2]s
      cat "${{ steps.two.outputs.file }}" %[1]s > "${{ outputs.file }}"
  four: { uses: pass, with: { before: "${{ steps.three.outputs.file }}" } }
outputs: { file: "${{ steps.four.outputs.file }}" }
`, outside, witness)
}

// ledger returns the transfers of each task.
func (w *world) ledger(id executor.RunID) map[executor.TaskID][]executor.Transfer {
	w.t.Helper()
	records, err := w.db.Read(w.t.Context(), id, 0, 10_000)
	if err != nil {
		w.t.Fatal(err)
	}
	moved := map[executor.TaskID][]executor.Transfer{}
	for _, rec := range records {
		switch f := rec.Fact.(type) {
		case executor.Succeeded:
			moved[f.Task] = append(moved[f.Task], f.Moved...)
		case executor.Failed:
			moved[f.Task] = append(moved[f.Task], f.Moved...)
		default:
		}
	}
	return moved
}

func TestARedriveRepeatsNothingThatSucceeded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	outside, witness := filepath.Join(dir, "outside"), filepath.Join(dir, "witness")
	id := w.submit(relayOfFour(outside, witness), "", nil)
	if row := w.await(id, ended); row.Status != executor.StatusFailed {
		t.Fatalf("got %s, want failed: the file outside is missing", row.Status)
	}
	before := w.ledger(id)
	if err := os.WriteFile(outside, []byte("now it is there"), 0o600); err != nil {
		t.Fatal(err)
	}
	todo, err := w.engine.Redrive(t.Context(), id, executor.Redriven{}, false)
	if err != nil {
		t.Fatal(err)
	}
	want := []executor.StepForecast{{Step: "three", Tasks: 1}, {Step: "four", Tasks: 1}}
	if !slices.Equal(todo.Steps, want) || todo.Kept != 2 || todo.Remade != nil || todo.Gone != nil {
		t.Errorf("the redrive says %+v", todo)
	}
	row := w.await(id, ended)
	if row.Status != executor.StatusSucceeded {
		t.Fatalf("got %s %s", row.Status, row.Error)
	}
	file := row.Outputs["file"].File
	if file == nil || file.Size != 200_000+15 {
		t.Errorf("the output is %+v", file)
	}
	runs := strings.Fields(read(t, witness))
	for task, n := range map[string]int{"one": 1, "two": 1, "three": 2, "four": 1} {
		key := string(id) + "/" + task
		if got := len(slices.DeleteFunc(slices.Clone(runs), func(k string) bool { return k != key })); got != n {
			t.Errorf("%s ran %d times, want %d: %v", task, got, n, runs)
		}
	}
	after := w.ledger(id)
	for _, task := range []executor.TaskID{"one", "two"} {
		if !slices.Equal(after[task], before[task]) {
			t.Errorf("%s moved %+v after the redrive, %+v before", task, after[task], before[task])
		}
	}
	for task, transfers := range after {
		for _, x := range transfers {
			if x.Transport.Moves() {
				t.Errorf("%s moved %d bytes by %s", task, x.Bytes, x.Transport)
			}
		}
	}
}

func TestASucceededRunIsRedrivenFromATask(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	outside, witness := filepath.Join(dir, "outside"), filepath.Join(dir, "witness")
	if err := os.WriteFile(outside, []byte("first"), 0o600); err != nil {
		t.Fatal(err)
	}
	id := w.submit(relayOfFour(outside, witness), "", nil)
	w.await(id, ended)
	if _, err := w.engine.Redrive(t.Context(), id, executor.Redriven{}, false); !errors.Is(err, executor.ErrRedrive) {
		t.Errorf("a succeeded run without a chosen task: %v", err)
	}
	if _, err := w.engine.Redrive(t.Context(), id, executor.Redriven{From: "thre"}, false); !errors.Is(err, executor.ErrRedrive) {
		t.Errorf("an unknown task: %v", err)
	}
	if _, err := w.engine.Redrive(t.Context(), "run_x", executor.Redriven{}, false); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("an unknown run: %v", err)
	}
	todo, err := w.engine.Redrive(t.Context(), id, executor.Redriven{From: "three"}, true)
	if err != nil || len(todo.Steps) != 2 {
		t.Errorf("dry: %+v, %v", todo, err)
	}
	if row := w.await(id, ended); row.Status != executor.StatusSucceeded {
		t.Errorf("a dry redrive left the run %s", row.Status)
	}
	if err := os.WriteFile(outside, []byte("the second"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.engine.Redrive(t.Context(), id, executor.Redriven{From: "three"}, false); err != nil {
		t.Fatal(err)
	}
	row := w.await(id, ended)
	if row.Status != executor.StatusSucceeded || row.Outputs["file"].File.Size != 200_000+10 {
		t.Fatalf("got %s %s, output %+v", row.Status, row.Error, row.Outputs["file"].File)
	}
	run := string(id) + "/"
	want := []string{run + "one", run + "two", run + "three", run + "four", run + "three/r1", run + "four/r1"}
	if got := strings.Fields(read(t, witness)); !slices.Equal(got, want) {
		t.Errorf("keys %v, want %v", got, want)
	}
}

// What was kept may be gone when it is needed again.
func TestARedriveSaysWhatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir := t.TempDir()
	outside, witness := filepath.Join(dir, "outside"), filepath.Join(dir, "witness")
	id := w.submit(relayOfFour(outside, witness), "", nil)
	w.await(id, ended)
	for _, made := range w.made(id, "two") {
		if err := w.node.Store().Delete(t.Context(), made); err != nil {
			t.Fatal(err)
		}
	}
	todo, err := w.engine.Redrive(t.Context(), id, executor.Redriven{}, true)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(todo.Gone, []executor.TaskID{"two"}) {
		t.Errorf("gone %v, want what two made", todo.Gone)
	}
}

// made returns the objects that a task made.
func (w *world) made(id executor.RunID, task executor.TaskID) []object.ID {
	w.t.Helper()
	records, err := w.db.Read(w.t.Context(), id, 0, 10_000)
	if err != nil {
		w.t.Fatal(err)
	}
	var ids []object.ID
	for _, rec := range records {
		if f, ok := rec.Fact.(executor.Succeeded); ok && f.Task == task {
			for ref := range (object.Value{Map: f.Outputs}).Refs {
				ids = append(ids, ref.ID)
			}
		}
	}
	return ids
}
