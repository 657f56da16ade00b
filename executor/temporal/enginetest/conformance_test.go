package enginetest_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
)

// TestEnginesAgree runs the same workflows by both engines and compares what
// they come to. A Temporal server takes seconds to start, so there is one world
// of each kind for all.
func TestEnginesAgree(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/conformance.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"chain.yaml", "computed.yaml", "flaky.yaml", "nested.yaml"} {
		source, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		archive.Files = append(archive.Files, txtar.File{Name: file, Data: source})
	}
	one, many := embeddedWorld(t, "n1", "n2"), temporalWorld(t, nil, "n1", "n2")
	t.Run("of", func(t *testing.T) {
		t.Parallel()
		for _, file := range archive.Files {
			t.Run(strings.TrimSuffix(file.Name, ".yaml"), func(t *testing.T) {
				t.Parallel()
				want := one.outcome(t, one.submitSource(t, file.Name, file.Data, nil))
				id := many.submitSource(t, file.Name, file.Data, nil)
				if got := many.outcome(t, id); got != want {
					t.Errorf("Temporal gives\n%s\nthe embedded engine gives\n%s", got, want)
				}
				many.replays(t, id)
			})
		}
	})
}

// outcome is what a run came to: its end, and the states of its tasks. Objects
// have the digest of their bytes for a name.
func (w *world) outcome(t *testing.T, id executor.RunID) string {
	t.Helper()
	row := w.await(t, id)
	run := w.replay(t, id)
	var b strings.Builder
	b.WriteString(string(row.Status) + " " + plainly(id, row.Error) + "\n")
	for _, name := range slices.Sorted(maps.Keys(row.Outputs)) {
		b.WriteString(name + " = " + show(t, nameless(row.Outputs[name])) + "\n")
	}
	for _, s := range run.Steps() {
		b.WriteString(s.Name + " " + show(t, s.Counts) + "\n")
	}
	for step := range run.Steps() {
		for task := range run.Tasks(step, 0) {
			b.WriteString(string(task.Task) + " " + string(task.State))
			for _, a := range task.Attempts {
				b.WriteString(" " + a.Outcome)
			}
			if task.Failure != nil {
				b.WriteString(" " + string(task.Failure.Cause) + ": " + plainly(id, task.Failure.Message))
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

// plainly is a message without what differs from run to run.
func plainly(id executor.RunID, message string) string {
	message, _, _ = strings.Cut(message, "\n")
	return strings.ReplaceAll(message, string(id), "RUN")
}

// nameless returns a value with its objects called by their bytes.
func nameless(v object.Value) object.Value {
	bare := func(ref object.Ref) *object.Ref {
		return &object.Ref{Size: ref.Size, Name: ref.Name, Digest: ref.Digest, MediaType: ref.MediaType}
	}
	switch {
	case v.File != nil:
		v.File = bare(*v.File)
	case v.Dir != nil:
		v.Dir = bare(*v.Dir)
	case v.Large != nil:
		large := *v.Large
		large.Ref = *bare(large.Ref)
		large.Source = *bare(large.Source)
		v.Large = &large
	}
	for i := range v.List {
		v.List[i] = nameless(v.List[i])
	}
	for name := range v.Map {
		v.Map[name] = nameless(v.Map[name])
	}
	return v
}

// replay returns a run as its journal has it.
func (w *world) replay(t *testing.T, id executor.RunID) *executor.Run {
	t.Helper()
	records := w.records(t, id)
	version := records[0].Fact.(executor.Started).Version
	program, err := journal.NewPrograms(w.db).Get(t.Context(), version)
	if err != nil {
		t.Fatal(err)
	}
	run := executor.New(id, program)
	for _, r := range records {
		if err := run.Step(r); err != nil {
			t.Fatalf("record %d, %s: %v", r.Seq, executor.KindOf(r.Fact), err)
		}
	}
	run.Ready()
	return run
}
