package executor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"example.org/weft/dsl"
)

// compileSource compiles a workflow. What stands after "./" of a workflow that
// it runs are that one's inputs; its outputs are those of all functions.
func compileSource(file string, src []byte) (*dsl.Program, error) {
	p, _, err := dsl.CompileWith(file, src, func(name string) (dsl.Child, error) {
		p, _, err := dsl.Compile(name, fmt.Appendf(nil, `
version: 1
name: child
inputs: { %s }
steps: { a: { exec: ["true"], outputs: { n: int, l: "int[]", f: { type: file, path: f } } } }
outputs: { n: "${{ steps.a.outputs.n }}", l: "${{ steps.a.outputs.l }}", f: "${{ steps.a.outputs.f }}" }
`, strings.TrimPrefix(name, "./")))
		return dsl.Child{Program: p}, err
	})
	return p, err
}

// A simChild is a run of another workflow, as an engine has it.
type simChild struct {
	want StartChild // as it was asked for last
	open bool
	seq  uint64     // of its last record
	end  ChildEnded // when it is not open
}

// checkChild fails if a task has two children that are open, or one that ended
// well is wanted again.
func (w *world) checkChild(c StartChild) {
	w.tb.Helper()
	for id, other := range w.children {
		if other.open && id != c.Run && other.want.Attempt.Task == c.Attempt.Task {
			w.tb.Fatalf("%s is wanted while %s is open", c.Run, id)
		}
	}
	child := w.children[c.Run]
	if child != nil && !child.open && child.seq == c.After && child.end.Status == StatusSucceeded {
		w.tb.Fatalf("%s is wanted again, and succeeded", c.Run)
	}
	if c.Since > w.run.Seq() {
		w.tb.Fatalf("%s is %s since %d, and there are %d records", c.Run, c.Want, c.Since, w.run.Seq())
	}
}

// tend does what a run asks for its child. Asked twice it does it once.
func (w *world) tend(c StartChild) {
	w.tb.Helper()
	child := w.children[c.Run]
	if child == nil {
		child = &simChild{open: true, seq: 1}
		w.children[c.Run] = child
	}
	if before := child.want; c.Attempt.N < before.Attempt.N || c.Attempt.N == before.Attempt.N && c.Since < before.Since {
		return // something else has been asked for meanwhile
	}
	child.want = c
	switch {
	case child.open && c.Want == StatusCancelled:
		if w.rng.IntN(3) == 0 { // it was about to end by itself
			w.end(child)
			return
		}
		child.ends(ChildEnded{Status: StatusCancelled})
		w.tell(child)
	case child.open:
		if w.rng.IntN(2) == 0 {
			w.end(child)
		}
	case child.seq > c.After || c.Want == StatusCancelled:
		w.tell(child)
	case c.Want == StatusRunning:
		child.open, child.seq = true, child.seq+1
	}
}

// end has an open child end by itself.
func (w *world) end(child *simChild) {
	w.tb.Helper()
	c := child.want
	task := c.Attempt.Task
	retries := w.program.Steps[c.Step].Retry.MaxRetries
	switch {
	case w.goneIn(c.Inputs) != "" && w.failures[task] < retries:
		w.failures[task]++
		child.ends(ChildEnded{Status: StatusFailed, Cause: CauseError, Error: "an input is gone"})
	case w.failsAlways(task), w.faults > 0 && w.failures[task] < retries && w.rng.IntN(4) == 0:
		w.failures[task]++
		child.ends(ChildEnded{Status: StatusFailed, Cause: CauseError, Error: "a failed"})
	default:
		child.ends(ChildEnded{
			Status: StatusSucceeded, Outputs: w.compute(c.Attempt.Task, c.Attempt.String(), c.Inputs),
		})
	}
	w.tell(child)
}

func (c *simChild) ends(x ChildEnded) {
	c.open, c.seq, c.end = false, c.seq+5, x
	c.end.Task, c.end.Run, c.end.Seq = c.want.Attempt.Task, c.want.Run, c.seq
}

// tell has the parent learn of the end of its child: at once, late, twice, or
// only when it asks again after a crash.
func (w *world) tell(child *simChild) {
	w.tb.Helper()
	switch {
	case w.faults > 0 && w.rng.IntN(6) == 0:
		w.faults--
		w.crash()
	case w.rng.IntN(3) == 0:
		w.late = append(w.late, child.end)
	default:
		w.step(child.end)
		if w.rng.IntN(4) == 0 {
			w.step(child.end)
		}
	}
}

// isAnswer reports whether the end of a child that is known already may be the
// answer of one that was told to stop before it went on: it is no repetition.
func (w *world) isAnswer(x ChildEnded) bool {
	w.tb.Helper()
	f, item, err := w.run.find(x.Task)
	if err != nil || f.task(item).phase != live {
		return false
	}
	t := f.task(item)
	return x.Seq == t.child().after && (t.stopping || t.child().expired)
}

// arrive has the oldest news of a child arrive.
func (w *world) arrive() {
	w.tb.Helper()
	x := w.late[0]
	w.late = w.late[1:]
	w.step(x)
}

// endChild has an open child end, and reports whether there was one.
func (w *world) endChild() bool {
	w.tb.Helper()
	var open []*simChild
	for _, child := range w.children {
		if child.open && child.want.Want == StatusRunning {
			open = append(open, child)
		}
	}
	if len(open) == 0 {
		return false
	}
	w.end(slices.MinFunc(open, func(a, b *simChild) int { return cmp.Compare(a.want.Run, b.want.Run) }))
	return true
}

// childEnd reads the end of a task's child as scripts write it: ok VALUES,
// fail CAUSE MESSAGE, cancelled REASON; each is the child's fifth record, tenth
// and so on.
func (s *script) childEnd(id TaskID, args []string) Fact {
	s.t.Helper()
	f, item, err := s.run.find(id)
	if err != nil || f.task(item).child() == nil {
		s.t.Fatalf("%s has no child: %v", id, err)
	}
	t := f.task(item)
	x := ChildEnded{Task: id, Run: s.run.childID(f, item, &t.attempts[len(t.attempts)-1]), Seq: t.child().after + 5}
	switch args[0] {
	case "ok":
		x.Status, x.Outputs = StatusSucceeded, s.values(args[1:])
	case "fail":
		x.Status, x.Cause, x.Error = StatusFailed, Cause(args[1]), strings.Join(args[2:], " ")
	case "cancelled":
		x.Status, x.Error = StatusCancelled, strings.Join(args[1:], " ")
	case "again": // what the child came to before
		x.Status, x.Error, x.Seq = StatusFailed, "as before", t.child().after
	default:
		s.t.Fatalf("no such end: %s", args[0])
	}
	return x
}

func showSince(c StartChild) string {
	text := ""
	if c.Since > 0 {
		text += fmt.Sprintf(" since %d", c.Since)
	}
	if c.After > 0 {
		text += fmt.Sprintf(" after %d", c.After)
	}
	return text
}

// showChild describes what facts say of a child.
func showChild(c *childRun) any {
	if c == nil {
		return nil
	}
	return []any{c.n, c.after, c.ended, c.since, c.expired}
}
