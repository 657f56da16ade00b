package embedded_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
)

// eachLine hands every line of a file to a task of its own.
const eachLine = `
version: 1
name: lines
inputs: { file: { type: file } }
functions:
  copy: { run: 'cat "${{ inputs.file }}" > "${{ outputs.copy }}"', pure: true, inputs: { file: { type: file } }, outputs: { copy: { type: file } } }
steps:
  copy: { uses: copy, with: { file: "${{ inputs.file }}" } }
  lines: { builtin: lines, with: { file: "${{ steps.copy.outputs.copy }}" } }
`

// upload gives a file of n lines.
func (w *world) upload(n int) map[string]object.Value {
	w.t.Helper()
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "line %d\n", i)
	}
	ref, err := w.engine.Put(w.t.Context(), "file.txt", "text/plain", strings.NewReader(text.String()))
	if err != nil {
		w.t.Fatal(err)
	}
	return map[string]object.Value{"file": {File: &ref}}
}

// checkLines compares the lines that the tasks got with those of the file.
func (w *world) checkLines(row journal.RunRow, n int) {
	w.t.Helper()
	all := row.Outputs["all"].Large
	if row.Status != executor.StatusSucceeded || all == nil {
		w.t.Fatalf("got %s %s, outputs %+v", row.Status, row.Error, row.Outputs)
	}
	f, err := w.node.Store().OpenFile(all.Ref.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	var got object.Value
	if err := json.NewDecoder(f).Decode(&got); err != nil {
		w.t.Fatal(err)
	}
	if len(got.List) != n {
		w.t.Fatalf("got %d lines, want %d", len(got.List), n)
	}
	for i, v := range got.List {
		if want := fmt.Sprintf("%q", fmt.Sprint("line ", i)); string(v.JSON) != want {
			w.t.Fatalf("task %d got %s, want %s", i, v.JSON, want)
		}
	}
}

func TestEveryLineOfAFileIsATaskAlsoAfterARestart(t *testing.T) {
	t.Parallel()
	const n, before = 3000, 1000
	w := newWorld(t)
	id := w.submit(eachLine+`
  take: { builtin: identity, foreach: { in: "${{ steps.lines.outputs.items }}", as: line }, with: { value: "${{ line }}" } }
outputs:
  all: "${{ steps.take.outputs.map(r, r.value) }}"
`, "", w.upload(n))
	w.await(id, func(journal.RunRow) bool { return w.count(id, "succeeded") > before })
	w.stop()
	w.start()
	w.checkLines(w.await(id, ended), n)
}

// batchesOfLines counts the lines of the file three times: as the core cuts
// batches of them, as a process finds them, and as an expression reads them.
const batchesOfLines = eachLine + `
  take:
    builtin: identity
    foreach: { in: "${{ steps.lines.outputs.items }}", as: lines, batch: 100 }
    with: { value: "${{ lines }}" }
  count:
    run: printf '{"n":%d}' "$(grep -o '"line [0-9]*"' "$WEFT_INPUT" | wc -l)" > "$WEFT_OUTPUT"
    foreach: { in: "${{ steps.take.outputs }}", as: taken, batch: 10 }
    with: { lines: "${{ taken.map(t, t.value) }}" }
    outputs: { n: int }
  first:
    builtin: identity
    foreach: { in: "${{ steps.lines.outputs.items }}", as: lines, batch: 3000 }
    if: "${{ lines.exists(l, l == 'line 1001') && lines[1] == 'line 1' }}"
    with: { value: "${{ lines }}" }
outputs:
  tasks: "${{ size(steps.take.outputs) }}"
  n: "${{ sum(steps.count.outputs.map(c, c.n)) }}"
  first: "${{ steps.first.outputs[0].value }}"
  last: "${{ steps.take.outputs[30].value[49] }}"
`

func TestBatchesOfLinesReachTheirTasksAlsoAfterARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(batchesOfLines, "", w.upload(3050))
	w.await(id, func(journal.RunRow) bool { return w.count(id, "succeeded") > 10 })
	w.stop()
	w.start()
	row := w.await(id, ended)
	first := row.Outputs["first"].Large // too big to stand inline
	if row.Status != executor.StatusSucceeded || first == nil || first.Length != 3000 {
		t.Fatalf("got %s %s, first %+v", row.Status, row.Error, first)
	}
	for name, want := range map[string]string{"tasks": "31", "n": "3050", "last": `"line 3049"`} {
		if got := string(row.Outputs[name].JSON); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestAnExpressionReadsOneItemOfAFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(eachLine+`
  some:
    builtin: identity
    foreach: { in: "${{ steps.lines.outputs.items }}", as: line, index: i }
    if: "${{ line.endsWith('0') && steps.lines.outputs.items[i] == line }}"
    with: { value: "${{ line.upperAscii() }}" }
  n: { builtin: identity, with: { value: "${{ size(steps.lines.outputs.items.filter(l, l.endsWith('7'))) }}" } }
outputs:
  n: "${{ steps.n.outputs.value }}"
  ten: "${{ steps.some.outputs[10].value }}"
  none: "${{ steps.some.outputs[?11].?value }}"
`, "", w.upload(40))
	row := w.await(id, ended)
	if string(row.Outputs["n"].JSON) != "4" || string(row.Outputs["ten"].JSON) != `"LINE 10"` || !row.Outputs["none"].IsNull() {
		t.Errorf("got %s %s, outputs %v", row.Status, row.Error, row.Outputs)
	}
}

func TestALostFileIsMadeAgainForItsLines(t *testing.T) {
	t.Parallel()
	const n = 2000
	w := newWorld(t)
	inputs := w.upload(n)
	id := w.submit(eachLine+`
  wait: { wait: { signal: go }, needs: [lines] }
  take: { builtin: identity, needs: [wait], foreach: { in: "${{ steps.lines.outputs.items }}", as: line }, with: { value: "${{ line }}" } }
outputs:
  all: "${{ steps.take.outputs.map(r, r.value) }}"
`, "", inputs)
	w.await(id, w.begun(id, 1))
	for made := range w.node.Store().All() {
		if made == inputs["file"].File.ID {
			continue
		}
		if err := w.node.Store().Delete(t.Context(), made); err != nil {
			t.Fatal(err)
		}
	}
	w.signal(id, "go", "", nil)
	w.checkLines(w.await(id, ended), n)
}
