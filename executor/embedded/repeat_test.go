package embedded_test

import (
	"fmt"
	"strings"
	"testing"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// The server stops between two visits. Each visit reads what the one before
// made, a value and a file, and has an idempotency key of its own.
func TestARepeatedStepGoesOnAfterItsServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	witness := t.TempDir() + "/witness"
	id := w.submit(fmt.Sprintf(`
version: 1
name: repeats
functions:
  add:
    inputs: { n: int, before: "file?" }
    outputs: { n: int, all: { type: file } }
    run: |
      echo $WEFT_IDEMPOTENCY_KEY >> %s
      before="${{ inputs.before }}"
      { [ -z "$before" ] || cat "$before"; echo "${{ inputs.n }}"; } > "${{ outputs.all }}"
      echo "{\"n\": $((${{ inputs.n }} + 1))}" > $WEFT_OUTPUT
steps:
  add:
    uses: add
    with:
      n: "${{ visit == 1 ? 1 : steps.add.outputs.n }}"
      before: "${{ visit == 1 ? null : steps.add.outputs.all }}"
    repeat: { until: "${{ steps.add.outputs.n > 4 }}", max: 10 }
  size: { builtin: identity, with: { value: "${{ steps.add.outputs.all.size }}" } }
outputs: { n: "${{ steps.add.outputs.n }}", size: "${{ steps.size.outputs.value }}" }
`, witness), "", nil)
	w.await(id, func(journal.RunRow) bool { return w.count(id, "succeeded") >= 2 })
	w.stop()
	w.start()
	row := w.await(id, ended)
	if row.Status != executor.StatusSucceeded || string(row.Outputs["n"].JSON) != "5" || string(row.Outputs["size"].JSON) != "8" {
		t.Fatalf("got %s %s n=%s size=%s", row.Status, row.Error, row.Outputs["n"].JSON, row.Outputs["size"].JSON)
	}
	seen := read(t, witness)
	for _, visit := range []string{"", "#2", "#3", "#4"} {
		if !strings.Contains(seen, string(id)+"/add"+visit+"\n") {
			t.Errorf("no visit %q in\n%s", visit, seen)
		}
	}
	if strings.Contains(seen, "#5") {
		t.Errorf("a visit too many:\n%s", seen)
	}
}
