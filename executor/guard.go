package executor

import (
	"encoding/json"
	"errors"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// A task that failed and is caught, or that is a switch and has chosen, is
// delegated: the task of another step, its stand-in, is from then on what it is
// for those that come after it. See dsl.Guard.

// standsIn returns the family whose task of the same item stands for one that
// is delegated.
func (r *Run) standsIn(f *family, item int) *family {
	t := &f.tasks[item]
	if f.step.Switch != nil {
		return &r.families[r.steps[t.eval.then]]
	}
	return &r.families[f.step.Catch[f.catches(t.failure.Cause)].Then]
}

// catches returns which catch takes a failure, or -1.
func (f *family) catches(cause Cause) int {
	for i := range f.step.Catch {
		if f.step.Catch[i].Handles(string(cause)) {
			return i
		}
	}
	return -1
}

// final returns the family whose task stands for one in the end.
func (r *Run) final(f *family, item int) *family {
	for {
		t := f.task(item)
		if t == nil || t.phase != delegated {
			return f
		}
		f = r.standsIn(f, item)
	}
}

// stand notes what a task is for those that come after it, and so does every
// task for which it stands.
func (r *Run) stand(f *family, item int, as phase) {
	t := &f.tasks[item]
	f.stood[t.stands]--
	f.stood[as]++
	t.stands = as
	if f.step.Guard == nil || !as.settled() {
		return
	}
	sender := &r.families[f.step.Guard.Step]
	if s := sender.task(item); s != nil && s.phase == delegated && r.standsIn(sender, item) == f {
		before := sender.progress()
		r.stand(sender, item, as)
		r.recount(sender, before)
	}
}

// awaitSender waits for the step that may send this one, and has the task
// skipped unless it does.
func (r *Run) awaitSender(f *family, item int, o *outcome) {
	sender := &r.families[f.step.Guard.Step]
	t := sender.task(item)
	switch {
	case sender.skipped || sender.failure != nil:
		o.absent = true
	case !sender.expanded:
		o.needs = append(o.needs, dsl.Need{Step: sender.index, Item: dsl.NeedLength})
	case item == whole:
	case t.phase != delegated && !t.once && (!t.phase.over() || t.phase == cancelled):
		o.needs = append(o.needs, dsl.Need{Step: sender.index, Item: item})
	default:
		o.absent = !r.sent(f, item)
	}
}

// sent reports whether the step that guards a task has sent it.
func (r *Run) sent(f *family, item int) bool {
	if f.step.Guard == nil {
		return false
	}
	sender := &r.families[f.step.Guard.Step]
	t := sender.task(item)
	return t != nil && t.phase == delegated && r.standsIn(sender, item) == f
}

// maySend reports whether a step, or one that stands for it, may send another.
func (r *Run) maySend(from, to int) bool {
	for to >= 0 && r.prog.Steps[to].Guard != nil {
		if to = r.prog.Steps[to].Guard.Step; to == from {
			return true
		}
	}
	return false
}

// handles reports whether the step handles failures.
func (r *Run) handles(f *family) bool {
	return f.step.Guard != nil && r.prog.Steps[f.step.Guard.Step].Switch == nil
}

// errUnhandled is why a task fails that should have handled a failure.
var errUnhandled = errors.New("it must read a value that will never exist")

// choose evaluates the conditions of a switch up to the first that holds.
func (r *Run) choose(s *scope, loaded dsl.Loaded, o *outcome) {
	for i := range s.f.step.Switch {
		branch := &s.f.step.Switch[i]
		if branch.When == nil || r.holds(s, branch.When, loaded, o) {
			o.fact.Then, o.computed = r.prog.Steps[branch.Then].Name, true
			return
		}
		if o.blocked() {
			return
		}
	}
}

// errorValue returns what an expression can know of a failure.
func errorValue(x *Failed) object.Value {
	field := func(v any) object.Value {
		text, err := json.Marshal(v)
		if err != nil {
			return object.Null()
		}
		return object.FromJSON(text)
	}
	return object.Value{Map: map[string]object.Value{
		"task":      field(x.Task),
		"attempt":   field(x.Attempt),
		"cause":     field(x.Cause),
		"message":   field(x.Message),
		"exit_code": field(x.Where.ExitCode),
		"node":      field(x.Where.Node),
	}}
}
