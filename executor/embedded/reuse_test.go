package embedded_test

import (
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

// countsLines counts the lines of a file, and leaves a line with a witness that
// it was run: the effect by which the test tells, and which no user would have.
const countsLines = `
version: 1
name: %s
inputs: { text: { type: file } }
functions:
  count:
    pure: true
    cache: %s
    inputs: { text: { type: file } }
    outputs: { n: { type: int }, copy: { type: file } }
    run: |
      %s
      echo run >> %s
      cp "${{ inputs.text }}" "${{ outputs.copy }}"
      printf '{"n": %%d}' "$(wc -l < "${{ inputs.text }}")" > "$WEFT_OUTPUT"
steps:
  count: { uses: count, with: { text: "${{ inputs.text }}" } }
outputs: { n: "${{ steps.count.outputs.n }}", copy: "${{ steps.count.outputs.copy }}" }
`

// A counter is a world with runs of countsLines.
type counter struct {
	*world

	witness string
	runs    int
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	return &counter{world: newWorld(t), witness: filepath.Join(t.TempDir(), "witness")}
}

// count runs the workflow on a text and returns the run, which must succeed, with
// why it was run.
func (c *counter) count(name, cache, comment, text string) (journal.RunRow, executor.Fact) {
	c.t.Helper()
	ref, err := c.engine.Put(c.t.Context(), "text.txt", "text/plain", strings.NewReader(text))
	if err != nil {
		c.t.Fatal(err)
	}
	c.runs++
	src := fmt.Sprintf(countsLines, name, cache, comment, c.witness)
	row := c.await(c.submit(src, fmt.Sprint("run", c.runs), map[string]object.Value{"text": {File: &ref}}), ended)
	if row.Status != executor.StatusSucceeded || string(row.Outputs["n"].JSON) != fmt.Sprint(strings.Count(text, "\n")) {
		c.t.Fatalf("it ended as %s %s, with %s lines", row.Status, row.Error, row.Outputs["n"].JSON)
	}
	return row, c.answer(row.ID)
}

// answer returns what was known of earlier results.
func (c *counter) answer(id executor.RunID) executor.Fact {
	c.t.Helper()
	records, err := c.db.Read(c.t.Context(), id, 0, 1000)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, r := range records {
		switch f := r.Fact.(type) {
		case executor.NotReused:
			return f
		case executor.Succeeded:
			if f.Reused != nil {
				return f
			}
		default:
		}
	}
	c.t.Fatal("nothing was asked of earlier results")
	return nil
}

// ran returns how often the function was run.
func (c *counter) ran() int {
	c.t.Helper()
	text, err := os.ReadFile(c.witness)
	if err != nil {
		c.t.Fatal(err)
	}
	return strings.Count(string(text), "run\n")
}

func TestTheSameFunctionOnTheSameContentRunsOnce(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	first, _ := c.count("w", "true", "true", "a\nb\n")
	c.stop()
	c.start()
	for _, workflow := range []string{"w", "other"} {
		row, answer := c.count(workflow, "true", "true", "a\nb\n")
		f, ok := answer.(executor.Succeeded)
		if !ok || f.Reused.Run != first.ID || f.Reused.Task != "count" || len(f.Moved) > 0 {
			t.Fatalf("%s: %+v, want what run %s made", workflow, answer, first.ID)
		}
		if slices.Contains(c.kinds(row.ID), "placed") {
			t.Errorf("%s: it was placed although there is a result", workflow)
		}
		if row.Outputs["copy"].File.ID != first.Outputs["copy"].File.ID {
			t.Errorf("%s: its file is another object", workflow)
		}
	}
	if n := c.ran(); n != 1 {
		t.Errorf("it ran %d times", n)
	}
}

func TestWhyItRanAgainIsAFact(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	first, answer := c.count("w", "true", "true", "a\n")
	steps := []struct{ name, cache, comment, text, want string }{
		{"function", "true", "false || true", "a\n", `the function changed: run: line 1 was "true", is "false || true"`},
		{"input", "true", "false || true", "b\n", "input text changed (sha256:87428fc52280 text.txt -> sha256:0263829989b6 text.txt)"},
		{"version", "{ version: 2 }", "false || true", "b\n", `cache.version was "", is "2"`},
		{"age", "{ for: 1ns, version: 2 }", "false || true", "b\n", " is older than 1ns"},
	}
	why := func(f executor.Fact) string {
		not, ok := f.(executor.NotReused)
		if !ok {
			t.Fatalf("it was not run: %+v", f)
		}
		return not.Why
	}
	if got := why(answer); got != "it never ran to its end before" {
		t.Errorf("the first time: %q", got)
	}
	for _, s := range steps {
		if _, answer := c.count("w", s.cache, s.comment, s.text); !strings.Contains(why(answer), s.want) {
			t.Errorf("%s: %q, want %q", s.name, why(answer), s.want)
		}
	}
	if n := c.ran(); n != 1+len(steps) {
		t.Errorf("it ran %d times", n)
	}
	if err := c.node.Store().Delete(t.Context(), first.Outputs["copy"].File.ID); err != nil {
		t.Fatal(err)
	}
	_, answer = c.count("w", "true", "true", "a\n")
	want := fmt.Sprintf("object %s of the result of %s/count is not there any more", first.Outputs["copy"].File.ID, first.ID)
	if got := why(answer); got != want {
		t.Errorf("a dropped object: %q, want %q", got, want)
	}
	if _, answer := c.count("w", "true", "true", "a\n"); executor.KindOf(answer) != "succeeded" {
		t.Errorf("what was made again is not reused: %+v", answer)
	}
}

func TestAReusedObjectThatIsLostIsMadeAgain(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	c.count("w", "true", "true", "a\n")
	ref, err := c.engine.Put(t.Context(), "text.txt", "text/plain", strings.NewReader("a\n"))
	if err != nil {
		t.Fatal(err)
	}
	src := strings.Replace(fmt.Sprintf(countsLines, "w", "true", "true", c.witness), "outputs: { n: \"${{ steps", `  look:
    wait: { signal: go }
  show:
    needs: [look]
    run: cat "${{ steps.count.outputs.copy }}"
outputs: { n: "${{ steps`, 1)
	id := c.submit(src, "lost", map[string]object.Value{"text": {File: &ref}})
	row := c.await(id, func(journal.RunRow) bool {
		return slices.Contains(c.kinds(id), "begun") && slices.Contains(c.kinds(id), "succeeded")
	})
	var reused object.ID
	for _, f := range []executor.Fact{c.answer(row.ID)} {
		if s, ok := f.(executor.Succeeded); ok {
			reused = s.Outputs["copy"].File.ID
		}
	}
	if err := c.node.Store().Delete(t.Context(), reused); err != nil {
		t.Fatal(err)
	}
	if err := c.db.Post(t.Context(), id, "", executor.SignalReceived{Name: "go"}); err != nil {
		t.Fatal(err)
	}
	if row := c.await(id, ended); row.Status != executor.StatusSucceeded {
		t.Fatalf("it ended as %s: %s", row.Status, row.Error)
	}
	if n := c.ran(); n != 2 {
		t.Errorf("it ran %d times", n)
	}
}

func TestTheItemsOfALongListAreReusedOneByOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	src := `
version: 1
name: items
inputs: { n: { type: int } }
functions:
  split:
    inputs: { n: { type: int } }
    outputs: { parts: { type: "file[]", path: "p-*" } }
    run: for i in $(seq -w ${{ inputs.n }}); do echo "$i" > "p-$i"; done
steps:
  split: { uses: split, with: { n: "${{ inputs.n }}" } }
  hand: { builtin: identity, cache: true, foreach: { in: "${{ steps.split.outputs.parts }}", as: p }, with: { value: "${{ p }}" } }
outputs: { all: "${{ steps.hand.outputs.map(r, r.value) }}" }
`
	const items = 400 // too many to stand inline
	reused := func(key string, n int) (count int) {
		t.Helper()
		id := w.submit(src, key, map[string]object.Value{"n": object.FromJSON(fmt.Append(nil, n))})
		if row := w.await(id, ended); row.Status != executor.StatusSucceeded {
			t.Fatalf("it ended as %s: %s", row.Status, row.Error)
		}
		records, err := w.db.Read(t.Context(), id, 0, 10*items)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if s, ok := r.Fact.(executor.Succeeded); ok && s.Reused != nil {
				count++
			}
		}
		return count
	}
	if n := reused("first", items); n != 0 {
		t.Errorf("the first time %d were reused", n)
	}
	if n := reused("more", items+10); n != items {
		t.Errorf("with 10 items more %d of the %d before were reused", n, items)
	}
}
