package executor

import (
	"iter"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// A scope is what an expression of one task (or family, or the workflow's
// outputs) reads of the run. It also notes what the answers alone do not say.
type scope struct {
	r    *Run
	f    *family // nil for the workflow's outputs
	item int     // whole for a family

	// lenient: lost values count as there. A foreach is expanded by lists that
	// were there once, also when that is found out again after a loss; and an
	// attempt that was placed is invoked, since it may have begun before the
	// loss: if not, its node finds out.
	lenient bool

	sawFailed bool   // a value that was read is of a task that failed
	sawLost   TaskID // a value that was read is lost for ever: its task
	sawNone   bool   // the first visit of a task read what it made last
}

var _ dsl.Scope = (*scope)(nil)

// eval evaluates an expression. What would never exist anyway is not lost: who
// reads both a value that is lost for ever and one of a task that failed is
// skipped, whichever came first.
func (s *scope) eval(e *dsl.Expr, loaded dsl.Loaded) dsl.Result {
	res := e.Eval(s, loaded)
	if s.sawLost == "" {
		return res
	}
	there := &scope{r: s.r, f: s.f, item: s.item, lenient: true}
	if again := e.Eval(there, loaded); again.Absent && !there.sawNone {
		s.sawLost, s.sawFailed = "", there.sawFailed
		return again
	}
	return res
}

func (s *scope) Input(name string) object.Value {
	v, ok := s.r.started.Inputs[name]
	if !ok {
		return s.r.inputDefault(name)
	}
	if !s.lenient && s.r.hasLost(v) {
		s.sawLost = "inputs." + TaskID(name)
	}
	return v
}

func (r *Run) inputDefault(name string) object.Value {
	for i := range r.prog.Inputs {
		if in := &r.prog.Inputs[i]; in.Name == name && in.Default != nil {
			return object.FromJSON(in.Default)
		}
	}
	return object.Null()
}

func (s *scope) Output(step, item int, field string) (object.Value, dsl.Presence) {
	f := &s.r.families[step]
	switch {
	case f.skipped:
		return object.Value{}, dsl.Absent
	case f.failure != nil:
		s.sawFailed = true
		return object.Value{}, dsl.Absent
	case !f.expanded:
		return object.Value{}, dsl.Pending
	case item == dsl.NeedAll:
		return object.Value{}, s.all(f, field)
	case item < 0 || item >= len(f.tasks):
		return object.Value{}, dsl.Absent
	}
	return s.output(f, item, field)
}

func (s *scope) output(f *family, item int, field string) (object.Value, dsl.Presence) {
	t := &f.tasks[item]
	switch {
	case t.phase == delegated:
		return s.output(s.r.standsIn(f, item), item, field)
	case s.f == f && f.step.Repeat != nil && item == s.item && !t.phase.over():
		return s.last(t, field)
	case t.once:
		return s.made(f, item, field)
	case t.phase == failed:
		s.sawFailed = s.sawFailed || !f.partial()
		return object.Value{}, dsl.Absent
	case t.phase == skipped, t.phase == cancelled && s.past(f):
		return object.Value{}, dsl.Absent
	}
	return object.Value{}, dsl.Pending // of a cancelled task too: its readers are cancelled, not skipped
}

// made returns what a task made when it succeeded last. What is lost of that is
// pending if it can be made again.
func (s *scope) made(f *family, item int, field string) (object.Value, dsl.Presence) {
	t := &f.tasks[item]
	v := object.Value{Map: t.outputs}
	if field != "" {
		v = t.outputs[field]
	}
	switch {
	case !t.lost || s.lenient || !t.opaque && !s.r.hasLost(v):
		return v, dsl.Present
	case t.phase == failed:
		s.sawFailed = true
		return object.Value{}, dsl.Absent
	case t.phase == succeeded && !f.fn.Pure, t.phase == cancelled:
		s.sawLost = f.name(item)
		return object.Value{}, dsl.Absent
	}
	return object.Value{}, dsl.Pending
}

// all says whether the list of all items of a family that is expanded is there.
// Only after a loss does that cost more than O(1).
func (s *scope) all(f *family, field string) dsl.Presence {
	switch {
	case !f.settled() && s.past(f) && f.stood[cancelled] > 0:
		return dsl.Absent
	case !f.settled():
		return dsl.Pending
	case f.stood[succeeded] != len(f.tasks) && !(f.partial() && f.outcome() == succeeded):
		s.sawFailed = s.sawFailed || f.outcome() == failed
		return dsl.Absent
	case s.r.losses == 0:
		return dsl.Present
	}
	for i := range f.tasks {
		if f.tasks[i].stands != succeeded {
			continue // missing, as is tolerated
		}
		if _, p := s.output(f, i, field); p != dsl.Present {
			return p
		}
	}
	return dsl.Present
}

func (s *scope) Items(step int) (int, dsl.Presence) {
	f := &s.r.families[step]
	switch {
	case f.expanded:
		return len(f.tasks), dsl.Present
	case f.skipped:
		return 0, dsl.Absent
	case f.failure != nil:
		s.sawFailed = true
		return 0, dsl.Absent
	}
	return 0, dsl.Pending
}

func (s *scope) Loop() (int, object.Value) {
	if s.f == nil || s.f.step.Foreach == nil {
		return max(s.item, 0), object.Null()
	}
	f := s.f
	for f.step.Guard != nil { // the list is that of the step for which it stands
		f = &s.r.families[f.step.Guard.Step]
	}
	if f.eval.in == nil {
		return max(s.item, 0), object.Null()
	}
	in := *f.eval.in
	if !s.lenient && s.r.hasLost(in) {
		s.sawLost = f.name(whole)
	}
	return max(s.item, 0), in
}

func (s *scope) About() dsl.About {
	a := dsl.About{RunID: string(s.r.id), StartedAt: s.r.startedAt}
	if c := s.r.conclusion; c != nil {
		a.Status, a.Error = string(c.Status), c.cause
	}
	if s.f != nil && s.item >= 0 && s.r.handles(s.f) && s.r.sent(s.f, s.item) {
		a.Error = errorValue(s.r.families[s.f.step.Guard.Step].tasks[s.item].failure)
	}
	if s.f != nil && s.f.step.Repeat != nil && s.item != whole {
		a.Visit = int(s.f.tasks[s.item].visits) + 1
	}
	if s.f == nil || !s.f.onStatus() {
		return a
	}
	a.Succeeded = true
	for f, item := range s.r.dependencies(s.f, s.item) {
		end := f.outcome()
		if item >= 0 {
			end = f.tasks[item].stands
		}
		a.Succeeded = a.Succeeded && end == succeeded
		a.Failed = a.Failed || end == failed
	}
	return a
}

// onStatus reports whether the step's condition looks at how its dependencies
// ended.
func (f *family) onStatus() bool { return f.step.If != nil && f.step.If.OnStatus() }

// dependencies yields what a task depends on directly: families (whole), and
// single tasks where it reads them item by item. What it reads of its own
// family counts only item by item, and not for the family as such.
func (r *Run) dependencies(f *family, item int) iter.Seq2[*family, int] {
	return func(yield func(*family, int) bool) {
		for _, step := range f.step.Needs {
			if !yield(&r.families[step], whole) {
				return
			}
		}
		for i := range f.step.Reads {
			read := &f.step.Reads[i]
			for k := range max(read.Batch, 1) {
				if dep, at := r.dependency(f, item, read, k); dep != nil && !yield(dep, at) {
					return
				}
				if item == whole || read.Items != dsl.ItemAt {
					break
				}
			}
		}
	}
}

// dependency returns what one read of a task depends on, of a batch its item k;
// nil for nothing.
func (r *Run) dependency(f *family, item int, read *dsl.Read, k int) (*family, int) {
	if read.Step == dsl.InputStep || read.Items == dsl.ItemLength {
		return nil, 0
	}
	dep := &r.families[read.Step]
	if item != whole && read.Items == dsl.ItemAt {
		at := item*max(read.Batch, 1) + read.Offset + k
		switch {
		case !dep.expanded && !dep.settled():
			return dep, dsl.NeedLength
		case dep.expanded && (at < 0 || at >= len(dep.tasks)):
			return nil, 0
		case dep.expanded:
			return dep, at
		}
	}
	if dep == f {
		return nil, 0
	}
	return dep, whole
}
