package embedded_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/weft/executor"
	"example.org/weft/object"
)

// pureChain makes a file, and reads it when the gate is open. Each function
// tells the witness that it ran.
const pureChain = `
version: 1
name: chain
inputs: { dir: { type: string } }
functions:
  make:
    pure: true
    inputs: { dir: { type: string }, n: { type: int } }
    outputs: { file: { type: file }, list: { type: "int[]" } }
    run: |
      echo made >> "${{ inputs.dir }}/witness"
      echo "${{ inputs.n }}" > "${{ outputs.file }}"
      { printf '{"list": ['; seq -s , 20000 | tr -d '\n'; printf ']}'; } > "$WEFT_OUTPUT"
  gate:
    inputs: { dir: { type: string } }
    run: |
      echo gate >> "${{ inputs.dir }}/witness"
      while [ ! -e "${{ inputs.dir }}/open" ]; do sleep 0.01; done
  cat:
    inputs: { files: { type: "file[]" } }
    outputs: { text: { type: string } }
    run: |
      printf '{"text": "%s"}' "$(cat ${{ inputs.files }} | tr '\n' ' ')" > "$WEFT_OUTPUT"
steps:
  make:
    uses: make
    foreach: { in: "${{ range(3) }}", as: n }
    with: { dir: "${{ inputs.dir }}", n: "${{ n }}" }
  gate:
    uses: gate
    needs: [make]
    with: { dir: "${{ inputs.dir }}" }
`

// openGate runs the chain up to its gate, drops everything that the node holds,
// as a loss of power does, and opens the gate.
func openGate(t *testing.T, w *world, rest string) executor.RunID {
	t.Helper()
	dir := t.TempDir()
	id := w.submit(pureChain+rest, "", map[string]object.Value{"dir": object.FromJSON(fmt.Appendf(nil, "%q", dir))})
	for !strings.Contains(read(t, filepath.Join(dir, "witness")), "gate") {
		time.Sleep(time.Millisecond) // the witness is a file: nobody signals
	}
	for object := range w.node.Store().All() {
		if err := w.node.Store().Delete(context.Background(), object); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "open"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	row := w.await(id, ended)
	if row.Status != executor.StatusSucceeded {
		t.Fatalf("got %s %s, facts %.2000s", row.Status, row.Error, fmt.Sprint(w.kinds(id)))
	}
	if n := strings.Count(read(t, filepath.Join(dir, "witness")), "made"); n < 4 || n > 6 {
		t.Errorf("the pure function ran %d times, want 3 and what was lost again", n)
	}
	return id
}

func TestALostInputIsMadeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := openGate(t, w, `
  use:
    uses: cat
    needs: [gate]
    with: { files: "${{ steps.make.outputs.map(m, m.file) }}" }
outputs: { text: "${{ steps.use.outputs.text }}" }
`)
	if row := w.await(id, ended); string(row.Outputs["text"].JSON) != `"0 1 2 "` {
		t.Errorf("got %s", row.Outputs["text"].JSON)
	}
	lost := 0
	for _, kind := range w.kinds(id) {
		if kind == "attempt_lost" {
			lost++
		}
	}
	if lost != 1 {
		t.Errorf("%d attempts were lost: the first should have told of all that it missed", lost)
	}
}

func TestALostOutputOfTheRunIsMadeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := openGate(t, w, `
outputs: { file: "${{ steps.make.outputs[1].file }}" }
`)
	file := w.await(id, ended).Outputs["file"].File
	if file == nil {
		t.Fatal("the output is no file")
	}
	f, err := w.node.Store().OpenFile(file.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
}

func TestALostListIsMadeAgainForAnExpression(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := openGate(t, w, `
  use:
    needs: [gate]
    builtin: identity
    with: { value: "${{ steps.make.outputs[2].list[19999] + 1 }}" }
outputs: { n: "${{ steps.use.outputs.value }}" }
`)
	if row := w.await(id, ended); string(row.Outputs["n"].JSON) != "20001" {
		t.Errorf("got %s", row.Outputs["n"].JSON)
	}
}

func TestEveryFileOfALongOutputIsOnStableStorage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(`
version: 1
name: many
steps:
  make:
    pure: true
    outputs: { files: { type: "file[]", path: "*.txt" } }
    run: |
      for i in $(seq 500); do echo $i > $i.txt; done
outputs: { files: "${{ steps.make.outputs.files }}" }
`, "", nil)
	row := w.await(id, ended)
	if row.Status != executor.StatusSucceeded || row.Outputs["files"].Large == nil {
		t.Fatalf("got %s %s, outputs %v", row.Status, row.Error, row.Outputs)
	}
	unsynced, err := filepath.Glob(w.dir + "/n1/objects/boot/*/*/*")
	if err != nil || len(unsynced) > 0 {
		t.Errorf("%d objects would be lost with the power, %v", len(unsynced), err)
	}
}

func TestALostInputOfTheRunEndsItsReader(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ref, err := w.engine.Put(t.Context(), "given", "text/plain", strings.NewReader("text"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.node.Store().Delete(t.Context(), ref.ID); err != nil {
		t.Fatal(err)
	}
	id := w.submit(`
version: 1
name: reader
inputs: { given: { type: file } }
steps:
  read: { run: 'cat "${{ inputs.given }}"', retry: { max_retries: 3 } }
`, "", map[string]object.Value{"given": {File: &ref}})
	w.await(id, ended)
	records, err := w.db.Read(t.Context(), id, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if f, ok := r.Fact.(executor.Failed); ok {
			if f.Cause != executor.CauseObjectLost || f.Attempt != 1 {
				t.Errorf("attempt %d failed by %s: %s", f.Attempt, f.Cause, f.Message)
			}
			return
		}
	}
	t.Fatalf("no failure in %v", w.kinds(id))
}
