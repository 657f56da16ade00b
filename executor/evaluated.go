package executor

import (
	"maps"
	"slices"
	"time"

	"example.org/weft/object"
)

// evaluated keeps what was computed. A fact that adds nothing to what is
// recorded is stale.
func (r *Run) evaluated(at time.Time, e Evaluated) error {
	if e.Task == "" {
		return r.outputsEvaluated(e)
	}
	f, item, err := r.find(e.Task)
	if err != nil {
		return err
	}
	if item == whole {
		return r.familyEvaluated(f, e)
	}
	if f.step.Repeat != nil && e.Task != f.name(item) {
		return ErrStale // of an earlier visit
	}
	var known evaluation
	if t := f.task(item); t != nil {
		if t.phase == judging {
			return r.judged(f, item, at, e)
		}
		if t.phase.over() && !t.remakable() {
			return ErrStale
		}
		if t.eval != nil {
			known = *t.eval
		}
	}
	if e.Err == "" && !r.adds(&known, e) {
		return ErrStale
	}
	t := f.grow(item)
	t.asked, t.inputs = askNothing, nil
	r.enqueue(ref{int32(f.index), int32(item)})
	if e.Err != "" {
		r.evaluationFailed(f, item, at, e)
		return nil
	}
	known.add(e)
	t.eval = &known
	switch {
	case e.If != nil && !*e.If:
		r.turn(f, item, skipped)
	case e.Then != "":
		r.turn(f, item, delegated)
	}
	return nil
}

// evaluationFailed ends a task whose expressions failed, or that must read what
// is lost. An attempt that was placed already is never run.
func (r *Run) evaluationFailed(f *family, item int, at time.Time, e Evaluated) {
	t := &f.tasks[item]
	if t.phase == live {
		r.endAttempt(f, item, at, wasAborted)
	}
	r.fail(f, item, e.failed(len(t.attempts)))
}

func (r *Run) familyEvaluated(f *family, e Evaluated) error {
	if f.expanded || f.complete() || e.Err == "" && !r.adds(&f.eval, e) {
		return ErrStale
	}
	f.asked = askNothing
	r.enqueue(f.first())
	switch {
	case e.Err != "":
		x := e.failed(0)
		r.noteFailure(x)
		f.failure = &x
		r.recount(f, progress{})
	default:
		f.eval.add(e)
		if e.If != nil && !*e.If {
			f.skipped = true
			r.recount(f, progress{})
		}
	}
	return nil
}

func (r *Run) outputsEvaluated(e Evaluated) error {
	if e.Err == "" && !r.adds(&r.results, e) {
		return ErrStale
	}
	r.outputs.asked = askNothing
	r.enqueue(theOutputs())
	if e.Err != "" {
		r.noteFailure(e.failed(0))
		return nil
	}
	r.results.add(e)
	return nil
}

// failed returns the failure that an evaluation's error is.
func (e Evaluated) failed(attempt int) Failed {
	cause := e.Cause
	if cause == "" {
		cause = CauseExpression
	}
	return Failed{Task: e.Task, Attempt: attempt, Cause: cause, Message: e.Err}
}

// adds reports whether the fact says something that is not recorded, or that
// is recorded with an object that was lost since.
func (r *Run) adds(known *evaluation, e Evaluated) bool {
	if e.If != nil && known.cond == nil || e.In != nil && known.in == nil || e.Then != "" && known.then == "" {
		return true
	}
	for _, name := range sortedNames(e.With) {
		if v, ok := known.with[name]; !ok || r.hasLost(v) {
			return true
		}
	}
	return false
}

// add records what the fact says.
func (ev *evaluation) add(e Evaluated) {
	if e.If != nil {
		ev.cond = e.If
	}
	if e.In != nil {
		ev.in = e.In
	}
	if e.Then != "" {
		ev.then = e.Then
	}
	if len(e.With) == 0 {
		return
	}
	with := make(map[string]object.Value, len(ev.with)+len(e.With))
	maps.Copy(with, ev.with)
	maps.Copy(with, e.With)
	ev.with = with
}

// sortedNames returns the names of values in order: no map is ranged over.
func sortedNames(values map[string]object.Value) []string {
	return slices.Sorted(maps.Keys(values))
}
