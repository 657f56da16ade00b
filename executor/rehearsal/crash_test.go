package rehearsal

import (
	"container/heap"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/object"
)

// TestACrashAtEveryRecordChangesNothing plays every example of docs/language.md,
// and the tests of the workflows that users copy, with an engine that dies after
// each record: the run is rebuilt from the journal, and asks again for what is
// unanswered. It must pass its test, and end as it does without.
func TestACrashAtEveryRecordChangesNothing(t *testing.T) {
	t.Parallel()
	files := append(ofThePage(t), ofTheWorkflows(t)...)
	for _, file := range files {
		for i := range file.Tests {
			test := &file.Tests[i]
			t.Run(file.Program.Name+"/"+test.Name, func(t *testing.T) {
				t.Parallel()
				calm := newStage(file.Program, test)
				calm.play()
				rough := &crasher{stage: newStage(file.Program, test)}
				rough.play(t)
				if calm.err != nil || rough.err != nil {
					t.Fatalf("%v; with crashes %v", calm.err, rough.err)
				}
				if found := rough.differences(); len(found) > 0 {
					t.Errorf("with crashes the test fails: %+v", found)
				}
				if got, want := ending(rough.stage), ending(calm); got != want {
					t.Errorf("with crashes the run ends otherwise:\n%s\nwant\n%s", got, want)
				}
				t.Logf("%d crashes", len(rough.records))
			})
		}
	}
}

// A crasher is a stage whose engine dies after each record.
type crasher struct {
	*stage
	records []executor.Record
	dead    bool
}

func (s *crasher) play(t *testing.T) {
	t.Helper()
	s.journal = func(rec executor.Record) {
		kind, data, err := executor.EncodeFact(rec.Fact)
		if err == nil {
			rec.Fact, err = executor.DecodeFact(kind, data)
		}
		if err != nil {
			t.Fatal(err)
		}
		s.records = append(s.records, rec)
		s.dead = true
	}
	s.begins()
	for s.err == nil && !s.run.Done() {
		commands := s.rebuild(t)
		for len(commands) > 0 && !s.dead {
			if c := commands[0]; !s.goesOn(c) {
				s.carryOut(c)
			}
			commands = commands[1:]
		}
		if !s.dead {
			s.next()
		}
	}
}

// rebuild has another engine take over when the last one is dead. It knows
// what the journal says; what functions and people do goes on.
func (s *crasher) rebuild(t *testing.T) []executor.Command {
	t.Helper()
	if !s.dead {
		return s.run.Ready()
	}
	s.dead = false
	s.run = executor.New(runID, s.program)
	for _, rec := range s.records {
		if err := s.run.Step(rec); err != nil {
			t.Fatalf("record %d, %s: %v", rec.Seq, executor.KindOf(rec.Fact), err)
		}
	}
	s.due = slices.DeleteFunc(s.due, func(e event) bool {
		switch e.fact.(type) {
		case executor.Succeeded, executor.Failed, executor.HandedOver, executor.CalledBack, executor.SignalReceived, executor.ChildEnded:
			return false
		default: // what the engine was about to record it asks for again
			return true
		}
	})
	heap.Init(&s.due)
	return s.run.Ready()
}

// goesOn reports whether what a command asks for is under way, though the engine
// that asked is dead: a function runs, somebody is about to send a signal.
func (s *crasher) goesOn(c executor.Command) bool {
	switch c := c.(type) {
	case executor.Invoke:
		return slices.ContainsFunc(s.due, func(e event) bool {
			switch f := e.fact.(type) {
			case executor.Succeeded:
				return f.Task == c.Attempt.Task && f.Attempt == c.Attempt.N
			case executor.Failed:
				return f.Task == c.Attempt.Task && f.Attempt == c.Attempt.N
			case executor.HandedOver:
				return f.Task == c.Attempt.Task && f.Attempt == c.Attempt.N
			default:
				return false
			}
		})
	case executor.StartChild:
		return slices.ContainsFunc(s.due, func(e event) bool {
			f, ok := e.fact.(executor.ChildEnded)
			return ok && f.Task == c.Attempt.Task && f.Seq == uint64(c.Attempt.N) && (f.Status == c.Want || c.Want != executor.StatusCancelled)
		})
	case executor.Begin:
		view, _ := s.run.Task(c.Fact.Task)
		step := &s.program.Steps[view.Step]
		sent := slices.ContainsFunc(s.due, func(e event) bool {
			f, ok := e.fact.(executor.SignalReceived)
			return ok && f.Name == step.Wait.Signal+strings.TrimPrefix(string(c.Fact.Task), step.Name)
		})
		if sent {
			s.later(0, c.Fact)
		}
		return sent
	default:
		return false
	}
}

// ending describes how a run ended, and when.
func ending(s *stage) string {
	sum := s.run.Summary()
	lines := []string{fmt.Sprint(sum.Status, " ", sum.Error, " ", sum.Ended.Sub(sum.Started), shown(sum.Outputs))}
	for i, step := range s.run.Steps() {
		for task := range s.run.Tasks(i, 0) {
			lines = append(lines, fmt.Sprint(step.State, " ", task.Task, " ", task.State, " ", len(task.Attempts), shown(s.inputs[task.Task]), shown(task.Outputs)))
		}
	}
	return strings.Join(lines, "\n")
}

func shown(values map[string]object.Value) string {
	if len(values) == 0 {
		return ""
	}
	return " " + text(plain(object.Value{Map: values}))
}

// ofThePage returns the tests that stand beside workflows of docs/language.md.
func ofThePage(t *testing.T) []*dsl.TestFile {
	t.Helper()
	page := read(t, "../../docs/language.md")
	file := func(name string) ([]byte, error) { // that the page shows under its name
		_, text, ok := strings.Cut(page, "\n```yaml "+name+"\n")
		if !ok {
			return nil, fmt.Errorf("the page has no file %s", name)
		}
		text, _, _ = strings.Cut(text, "\n```")
		return []byte(text), nil
	}
	pair := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```\n+```yaml test\n(.*?)^```$")
	var files []*dsl.TestFile
	for _, m := range pair.FindAllStringSubmatch(page, -1) {
		src := "version: 1\nworkflow: above\ntests:\n" + regexp.MustCompile("(?m)^").ReplaceAllString(m[2], "  ")
		files = append(files, compileTests(t, src, file, func(string) string { return m[1] }))
	}
	return files
}

func ofTheWorkflows(t *testing.T) []*dsl.TestFile {
	t.Helper()
	names, err := filepath.Glob("../../workflows/*/*.test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var files []*dsl.TestFile
	for _, name := range names {
		beside := func(path string) string { return filepath.Join(filepath.Dir(name), path) }
		files = append(files, compileTests(t, read(t, name),
			func(path string) ([]byte, error) { return os.ReadFile(beside(path)) },
			func(path string) string { return read(t, beside(path)) }))
	}
	return files
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// compileTests compiles a test file: others names the files that a workflow runs.
func compileTests(t *testing.T, src string, others func(string) ([]byte, error), workflow func(path string) string) *dsl.TestFile {
	t.Helper()
	file, err := dsl.CompileTests("test", []byte(src), func(path string) (*dsl.Program, error) {
		p, _, err := (&dsl.Sources{Read: others}).Compile(path, []byte(workflow(path)))
		return p, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return file
}
