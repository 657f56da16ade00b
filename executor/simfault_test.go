package executor

import (
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"

	"example.org/weft/object"
)

// answer gives a command its answer, or one of them.
func (w *world) answer(c Command) {
	w.tb.Helper()
	switch c := c.(type) {
	case Plan:
		if w.rng.IntN(2) == 0 {
			w.step(Planned{Step: c.Step, Group: "g", Rank: int64(w.rng.IntN(5))})
		}
	case Evaluate:
		if len(c.Loads) > 0 {
			w.tb.Fatal("no large values are made here")
		}
		w.step(c.Fact)
	case Reuse:
		w.reuse(c)
	case Place:
		w.step(Placed{Task: c.Task, Attempt: c.Attempt, Epoch: 1, Node: w.node(), Reason: "drawn", Asked: c.Asked})
	case Begin:
		w.step(c.Fact)
	case Invoke:
		w.invoke(c)
	case StartChild:
		w.tend(c)
	case Abort:
		if inv, ok := w.invoked[c.Attempt.String()]; ok && !w.failsAlways(c.Attempt.Task) && w.goneIn(inv.Inputs) == "" && w.rng.IntN(3) == 0 {
			w.succeed(inv)
			return
		}
		w.step(AttemptLost{Task: c.Attempt.Task, Attempt: c.Attempt.N, Reason: c.Reason})
	case SetTimer:
		if w.signalInstead(c.Timer) {
			return
		}
		if c.At.After(w.now) {
			w.now = c.At
		}
		w.step(TimerFired{Timer: c.Timer})
	case Conclude:
		w.step(Concluded(c))
	case Finish:
		if lost := w.goneIn(c.Outputs); lost != "" {
			w.step(ObjectLost{Task: w.maker[lost], Object: lost})
			return
		}
		w.step(Finished(c))
	}
}

func (w *world) node() NodeID { return NodeID(fmt.Sprintf("n%d", w.rng.IntN(3))) }

// invoke runs a function: it fails for good, fails for now, finds an input
// gone, or succeeds.
func (w *world) invoke(c Invoke) {
	w.tb.Helper()
	task, n := c.Attempt.Task, c.Attempt.N
	if w.rng.IntN(4) == 0 {
		w.step(AttemptStarted{Task: task, Attempt: n})
	}
	if lost := w.goneIn(c.Inputs); lost != "" {
		w.step(ObjectLost{Task: w.maker[lost], Object: lost})
		w.step(AttemptLost{Task: task, Attempt: n, Reason: "an input is gone"})
		return
	}
	retries := w.program.Steps[c.Step].Retry.MaxRetries
	switch {
	case w.failsAlways(task) && !w.handsOver(c), w.faults > 0 && w.failures[task] < retries && w.rng.IntN(4) == 0:
		w.failures[task]++
		w.step(Failed{Task: task, Attempt: n, Cause: CauseError, Message: "exit code 1"})
	default:
		w.succeed(c)
	}
}

func (w *world) failsAlways(id TaskID) bool {
	h := fnv.New64a()
	fmt.Fprint(h, id)
	return w.failEvery > 0 && h.Sum64()%w.failEvery == 0
}

// goneIn returns an object that a value needs and that is gone, empty if none.
func (w *world) goneIn(values map[string]object.Value) object.ID {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for o := range w.run.Expand(values[name]).Refs {
			if w.gone[o.ID] {
				return o.ID
			}
		}
	}
	return ""
}

// fault makes something happen that no command asked for.
func (w *world) fault() {
	w.tb.Helper()
	switch w.rng.IntN(10) {
	case 0, 1, 2:
		w.crash()
	case 3:
		w.repeat()
	case 4:
		w.step(Paused{})
	case 5:
		if w.lossy() {
			w.step(NodeLost{Node: w.node()})
		}
	case 6:
		w.loseAttempt()
	case 7:
		w.loseObject()
	case 8:
		if w.fatal && w.rng.IntN(4) == 0 {
			w.step(Cancelled{Reason: "drawn"})
		}
	case 9:
		w.signalEarly()
	}
}

// lossy uses up one of the faults that may lose attempts: too many end a task.
func (w *world) lossy() bool {
	if w.losses == 0 {
		return false
	}
	w.losses--
	return true
}

func (w *world) crash() {
	w.tb.Helper()
	w.take(w.run.Ready())
	w.out, w.late = nil, nil
	clear(w.asked)
	run, commands := rebuild(w.tb, w.run, w.journal)
	w.run = run
	w.take(commands)
	w.follower.Ready()
	if got, want := snapshot(w.tb, w.follower), snapshot(w.tb, run); got != want {
		w.tb.Fatalf("who follows the journal is elsewhere:\n%s", differences(got, want))
	}
}

// repeat sends again what was recorded already, which must change nothing.
func (w *world) repeat() {
	w.tb.Helper()
	if len(w.sent) == 0 {
		return
	}
	f := w.sent[w.rng.IntN(len(w.sent))]
	if x, ok := f.(ChildEnded); ok && w.isAnswer(x) {
		return
	}
	switch f.(type) {
	case Started, Placed, Begun, HandedOver, CalledBack, AttemptStarted, Succeeded, Failed, AttemptLost, ChildEnded, TimerFired:
	default:
		return
	}
	w.take(w.run.Ready()) // what follows from the records so far is no change
	before := snapshot(w.tb, w.run)
	err := w.run.Step(Record{Seq: w.run.Seq() + 1, At: w.now, Fact: f})
	if !errors.Is(err, ErrStale) {
		w.tb.Fatalf("a repeated %s is not stale: %v", KindOf(f), err)
	}
	if after := snapshot(w.tb, w.run); after != before {
		w.tb.Fatalf("a repeated %s changes the run:\n%s", KindOf(f), differences(after, before))
	}
}

func (w *world) loseAttempt() {
	w.tb.Helper()
	for i, c := range w.out {
		if inv, ok := c.(Invoke); ok && w.lossy() {
			if w.rng.IntN(2) == 0 { // else its answer comes late
				w.out = slices.Delete(w.out, i, i+1)
			}
			w.step(AttemptLost{Task: inv.Attempt.Task, Attempt: inv.Attempt.N, Reason: "drawn"})
			return
		}
	}
}

// loseObject makes an object vanish. The run is told at once, or finds out when
// somebody needs it.
func (w *world) loseObject() {
	w.tb.Helper()
	var ids []object.ID
	for _, id := range slices.Sorted(maps.Keys(w.maker)) {
		f, _, err := w.run.find(w.maker[id])
		if err == nil && !w.gone[id] && (w.fatal || f.fn.Pure) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 || !w.lossy() {
		return
	}
	id := ids[w.rng.IntN(len(ids))]
	w.gone[id] = true
	if w.rng.IntN(2) == 0 {
		w.step(ObjectLost{Task: w.maker[id], Object: id})
	}
}
