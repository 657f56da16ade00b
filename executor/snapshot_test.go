package executor

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"example.org/weft/dsl"
)

// snapshot describes all of a run's state that must be the same however it was
// come by: what facts say, and what follows from them. Which of the ready items
// max_parallel lets in first, and the waiting lists, are left out.
func snapshot(tb testing.TB, r *Run) string {
	tb.Helper()
	var b strings.Builder
	say := func(name string, value any) {
		text, err := json.Marshal(value)
		if err != nil {
			tb.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %s\n", name, text)
	}
	say("run", []any{r.seq, r.epoch, r.started, r.startedAt, r.drivenAt, r.redrives, r.stage, r.conclusion, r.paused, r.finished, r.firstFailure(), r.open, r.losses})
	if r.ending != nil {
		say("ending", []any{r.ending.status, r.ending.reason, r.ending.err})
	}
	say("results", r.results.with)
	say("lost", slices.Sorted(maps.Keys(r.lost)))
	say("live", len(r.live))
	for _, name := range slices.Sorted(maps.Keys(r.kept)) {
		if len(r.kept[name]) > 0 {
			say("kept "+name, r.kept[name])
		}
	}
	for i := range r.families {
		f := &r.families[i]
		say("step "+f.step.Name, []any{f.planned, f.group, f.rank, f.eval.cond, f.eval.in, f.failure, f.failures, f.count, f.expanded, f.skipped})
		for item := range f.tasks {
			t := &f.tasks[item]
			say(" task", []any{item, t.phase, t.stands, t.stopping, t.lost, t.opaque, t.outputs, t.failure, t.retries, t.losses, t.visits, t.began, t.expired, t.redriven, t.wanted, t.resumes, t.anew})
			if t.phase == retrying {
				say("  retry", t.retryAt)
			}
			if t.eval != nil {
				say("  eval", []any{t.eval.cond, t.eval.in, t.eval.then, t.eval.with})
			}
			if why, ok := r.missed[ref{int32(i), int32(item)}]; ok {
				say("  missed", why)
			}
			for _, a := range t.attempts {
				if a.lookup != nil {
					say("  lookup", []any{a.lookup.why, a.lookup.origin})
				}
				say("  attempt", []any{a.epoch, a.node, a.reason, a.placed, a.started, a.ended, a.outcome, a.usage, a.moved, a.failure, showChild(a.child)})
				if a.vigil != nil {
					say("  waits", []any{a.due, a.ask, a.token, a.called, a.heard, a.beats})
				}
			}
		}
	}
	return b.String()
}

// unanswered lists the commands that a run has out and still wants answered.
// The places that max_parallel lets in are counted, not named.
func unanswered(r *Run) []string {
	var out []string
	if r.Done() {
		return nil
	}
	if r.outputs.asked == askFinish {
		out = append(out, "finish")
	}
	if r.ending == nil && r.timerSet && r.stage == dsl.StageMain {
		out = append(out, "timer "+string(r.runTimer()))
	}
	if r.ending == nil && r.outputs.asked == askEvaluate {
		out = append(out, "evaluate ")
	}
	for i := range r.families {
		f := &r.families[i]
		if f.step.Foreach != nil && f.expanded && r.wantsPlan(f) {
			out = append(out, "plan "+f.step.Name)
		}
		if r.ending == nil && f.asked == askEvaluate && !f.complete() {
			out = append(out, "evaluate "+f.step.Name)
		}
		free := r.slots(f) - f.count[live] - f.count[waiting] // more may be out after a loss; they are refused
		for item := range f.tasks {
			text := unansweredOf(r, f, item)
			if r.slots(f) > 0 && text == "place "+f.step.Name {
				if free--; free < 0 {
					continue
				}
			}
			if text != "" {
				out = append(out, text)
			}
			if c := f.tasks[item].child(); c != nil && f.tasks[item].phase == live && c.timed && !c.expired && !f.tasks[item].stopping {
				out = append(out, "timer "+string(f.childTimer(item)))
			}
			if t := &f.tasks[item]; r.ending == nil && t.began > 0 && t.timed == t.began && !t.expired {
				out = append(out, "timer "+string(f.deadlineTimer(item)))
			}
		}
	}
	slices.Sort(out)
	return out
}

func unansweredOf(r *Run, f *family, item int) string {
	t := &f.tasks[item]
	n := len(t.attempts)
	switch {
	case t.asked == askChild:
		a := &t.attempts[n-1]
		return fmt.Sprintf("child %s since %d", r.childID(f, item, a), a.child.since)
	case t.asked == askAbort:
		return fmt.Sprintf("abort %s/%d", f.name(item), n)
	case r.ending != nil || t.phase.over() && !t.wanted:
		return ""
	case t.asked == askInvoke:
		return fmt.Sprintf("invoke %s/%d", f.name(item), n)
	case t.asked == askTimer && t.phase == waiting:
		return "timer " + string(f.waitTimer(item))
	case t.asked == askTimer:
		return "timer " + string(retryTimer(f.name(item), n))
	case t.asked == askEvaluate:
		return "evaluate " + string(f.name(item))
	case t.asked == askReuse && !r.paused:
		return placeKey(r, f, f.name(item), n+1)
	case (t.asked == askPlace || t.asked == askBegin) && !r.paused:
		return placeKey(r, f, f.name(item), n+1)
	}
	return ""
}

func placeKey(r *Run, f *family, id TaskID, n int) string {
	if r.slots(f) > 0 { // a foreach: no task has its name
		return "place " + f.step.Name
	}
	return fmt.Sprintf("place %s/%d", id, n)
}

// keys names commands as unanswered does.
func keys(r *Run, commands []Command) []string {
	var out []string
	for _, c := range commands {
		switch c := c.(type) {
		case Plan:
			out = append(out, "plan "+c.Step)
		case Evaluate:
			out = append(out, "evaluate "+string(c.Fact.Task))
		case Reuse:
			out = append(out, placeKey(r, &r.families[c.Step], c.Task, c.Attempt))
		case Place:
			out = append(out, placeKey(r, &r.families[c.Step], c.Task, c.Attempt))
		case Begin:
			f, _, _ := r.find(c.Fact.Task)
			out = append(out, placeKey(r, f, c.Fact.Task, c.Fact.Attempt))
		case Invoke:
			out = append(out, fmt.Sprintf("invoke %s/%d", c.Attempt.Task, c.Attempt.N))
		case StartChild:
			out = append(out, fmt.Sprintf("child %s since %d", c.Run, c.Since))
		case Abort:
			out = append(out, fmt.Sprintf("abort %s/%d", c.Attempt.Task, c.Attempt.N))
		case SetTimer:
			out = append(out, "timer "+string(c.Timer))
		case Finish, Conclude:
			out = append(out, "finish")
		}
	}
	slices.Sort(out)
	return out
}

// rebuild replays a journal as an engine does after a crash, and fails the test
// unless the new run is in the state of the lost one and asks for exactly what
// that one had out. The lost run must have settled. It returns the new run and
// its commands.
func rebuild(tb testing.TB, lost *Run, journal []Record) (*Run, []Command) {
	tb.Helper()
	r := New(lost.id, lost.prog)
	r.window = lost.window
	for _, rec := range journal {
		if err := r.Step(rec); err != nil {
			tb.Fatalf("replay of record %d, %s: %v", rec.Seq, KindOf(rec.Fact), err)
		}
	}
	commands := r.Ready()
	if got, want := snapshot(tb, r), snapshot(tb, lost); got != want {
		tb.Fatalf("the rebuilt run differs:\n%s", differences(got, want))
	}
	if got, want := keys(r, commands), unanswered(lost); !slices.Equal(got, want) {
		tb.Fatalf("the rebuilt run asks for\n  %q\nunanswered is\n  %q", got, want)
	}
	return r, commands
}

func differences(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	var b strings.Builder
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			fmt.Fprintf(&b, "got  %s\nwant %s\n", at(g, i), at(w, i))
		}
	}
	return b.String()
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}
