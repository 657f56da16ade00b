package executor

import (
	"fmt"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// examineVisit asks whether a visit that succeeded was the last. The answer is a
// fact even if nothing had to be computed for it.
func (r *Run) examineVisit(f *family, item int) {
	o := r.evaluateUntil(f, item, nil)
	if o.absent { // it waits for what will never be
		o.absent, o.err = false, fmt.Errorf("%s reads a value that will never exist", f.step.Repeat.Until)
	}
	r.conclude(ref{int32(f.index), int32(item)}, &o)
}

// evaluateUntil evaluates what ends a task that is repeated.
func (r *Run) evaluateUntil(f *family, item int, loaded dsl.Loaded) outcome {
	o := outcome{fact: Evaluated{Task: f.name(item)}}
	s := &scope{r: r, f: f, item: item}
	yes := r.holds(s, f.step.Repeat.Until, loaded, &o)
	if !o.blocked() {
		o.fact.Until, o.computed = &yes, true
	}
	return o
}

// judged ends a task that is repeated, or has it visited again.
func (r *Run) judged(f *family, item int, at time.Time, e Evaluated) error {
	t := &f.tasks[item]
	most := f.step.Repeat.Max
	switch {
	case e.Err != "":
		r.evaluationFailed(f, item, at, e)
	case e.Until == nil:
		return ErrStale
	case *e.Until:
		if r.hasLost(object.Value{Map: t.outputs}) { // meanwhile
			t.lost, f.lossy = true, true
		}
		r.turn(f, item, succeeded)
	case int(t.visits)+1 >= most:
		r.fail(f, item, Failed{
			Task: f.name(item), Attempt: len(t.attempts), Cause: CauseRepeat,
			Message: fmt.Sprintf("%s did not hold after %d visits", f.step.Repeat.Until, most),
		})
	case t.expired:
		r.expire(f, item)
	default:
		r.visitAgain(f, item)
	}
	t.asked = askNothing
	return nil
}

// visitAgain has a task run once more. Its condition was for all visits.
func (r *Run) visitAgain(f *family, item int) {
	t := &f.tasks[item]
	t.visits++
	if t.eval != nil {
		t.eval = &evaluation{cond: t.eval.cond}
	}
	t.inputs = nil
	r.turn(f, item, idle)
	r.enqueue(ref{int32(f.index), int32(item)})
}

// last returns what a task that is repeated made last, for its next visit or to
// find out whether there is one.
func (s *scope) last(t *task, field string) (object.Value, dsl.Presence) {
	v := object.Value{Map: t.outputs}
	if field != "" {
		v = t.outputs[field]
	}
	switch {
	case t.visits == 0 && t.phase != judging:
		s.sawNone = true
		return object.Value{}, dsl.Absent
	case !s.lenient && s.r.hasLost(v):
		s.sawLost = s.f.name(s.item)
		return object.Value{}, dsl.Absent
	}
	return v, dsl.Present
}

// again is 1 if the task, or a visit of it, has succeeded: who begins it anew
// does so on purpose.
func (t *task) again() int32 {
	n := len(t.attempts)
	if t.phase == succeeded || t.visits > 0 || n > 0 && t.attempts[n-1].outcome == didSucceed {
		return 1
	}
	return 0
}
