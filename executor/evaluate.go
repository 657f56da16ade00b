package executor

import (
	"errors"
	"fmt"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// An outcome is what the expressions of a task came to, as far as they could be
// evaluated. It follows from facts alone.
type outcome struct {
	lost   TaskID        // it must read what this task made, which is lost for ever
	absent bool          // it must read a value that will never exist
	needs  []dsl.Need    // values that do not exist yet
	enough int           // of needs, when that many are enough to look again
	loads  []object.Item // contents that the expressions need
	err    error

	computed bool      // fact has something that is not recorded
	fact     Evaluated // what was computed

	inputs map[string]object.Value // of the function, or the run's outputs
	items  int                     // of a foreach
}

// blocked reports whether evaluation cannot go on.
func (o *outcome) blocked() bool {
	return o.lost != "" || o.absent || len(o.needs) > 0 || len(o.loads) > 0 || o.err != nil
}

// take folds the result of one expression in, and returns its value.
func (o *outcome) take(s *scope, res dsl.Result) object.Value {
	switch {
	case len(res.Needs) > 0:
		o.needs = append(o.needs, res.Needs...)
	case s.sawLost != "":
		o.lost = s.sawLost
	case res.Absent && s.sawNone:
		o.err = errors.New("the first visit reads what the step made last: write visit == 1 ? ... : steps." + s.f.step.Name + ".outputs...")
	case res.Absent, s.sawFailed && !(s.f != nil && s.f.onStatus()):
		o.absent = true
	case len(res.Loads) > 0:
		o.loads = append(o.loads, res.Loads...)
	case res.Err != nil && o.err == nil:
		o.err = res.Err
	}
	s.sawFailed, s.sawLost, s.sawNone = false, "", false
	return res.Value
}

// evaluateTask evaluates a task's condition and then its inputs; of one that is
// repeated, after each visit, whether it was the last.
func (r *Run) evaluateTask(f *family, item int, loaded dsl.Loaded) outcome {
	if f.tasks[item].phase == judging {
		return r.evaluateUntil(f, item, loaded)
	}
	o := outcome{fact: Evaluated{Task: f.name(item)}}
	if f.step.Guard != nil {
		if r.awaitSender(f, item, &o); o.blocked() {
			return o
		}
	}
	r.evaluateInputs(f, item, loaded, &o)
	if o.absent && r.handles(f) { // else nobody would learn of the failure
		o.absent, o.err = false, errUnhandled
	}
	return o
}

func (r *Run) evaluateInputs(f *family, item int, loaded dsl.Loaded, o *outcome) {
	s := &scope{r: r, f: f, item: item, lenient: f.tasks[item].phase == live}
	var done evaluation
	if t := &f.tasks[item]; t.eval != nil {
		done = *t.eval
	}
	if f.ownCondition() {
		r.order(f, item, o)
		if !r.condition(s, done.cond, loaded, o) {
			return
		}
	}
	if f.step.Switch != nil {
		r.choose(s, loaded, o)
		return
	}
	r.bind(s, f.step.With, done.with, loaded, o)
	for _, d := range f.defaults {
		o.set(d.name, d.value)
	}
	if f.waits() && !o.blocked() {
		o.err = f.checkWait(o.inputs)
	}
}

// ownCondition reports whether the condition is that of single tasks.
func (f *family) ownCondition() bool { return f.step.Foreach == nil || f.step.Foreach.PerItemIf }

// evaluateFamily evaluates a foreach's own condition and its list's length.
func (r *Run) evaluateFamily(f *family, loaded dsl.Loaded) outcome {
	o := outcome{fact: Evaluated{Task: f.name(whole)}}
	s := &scope{r: r, f: f, item: whole, lenient: true}
	if !f.ownCondition() || !f.onStatus() {
		r.order(f, whole, &o)
	}
	if !f.ownCondition() && !r.condition(s, f.eval.cond, loaded, &o) || o.blocked() {
		return o
	}
	if f.step.Guard != nil { // it has the items of the step for which it stands
		if r.awaitSender(f, whole, &o); !o.blocked() {
			o.items = len(r.families[f.step.Guard.Step].tasks)
		}
		return o
	}
	n, res := f.step.Foreach.Len(s, loaded)
	if r.anyLost(res.Loads) {
		s.lenient = false
		n, res = f.step.Foreach.Len(s, loaded)
	}
	o.take(s, res)
	o.items = n
	if res.Computed && f.eval.in == nil && !o.blocked() {
		o.fact.In, o.computed = &res.Value, true
	}
	return o
}

// evaluateOutputs evaluates the workflow's outputs. One that must read a value
// that will never exist is null.
func (r *Run) evaluateOutputs(loaded dsl.Loaded) outcome {
	var o outcome
	s := &scope{r: r}
	for i := range r.prog.Outputs {
		out := &r.prog.Outputs[i]
		r.bind(s, []dsl.Binding{{Input: out.Name, Expr: out.Expr}}, r.results.with, loaded, &o)
		if o.absent {
			o.absent = false
			o.set(out.Name, object.Null())
		}
	}
	return o
}

// order waits for what the step must come after: its `needs`, and for a
// condition on status all that it depends on. Without such a condition it is
// skipped unless all of its needs succeeded.
func (r *Run) order(f *family, item int, o *outcome) {
	if f.onStatus() {
		for dep, at := range r.dependencies(f, item) {
			if dep.step.Stage == f.step.Stage {
				o.awaitEnd(dep, at)
			}
		}
		return
	}
	if f.step.AtLeast > 0 {
		r.orderSome(f, o)
		return
	}
	for _, step := range f.step.Needs {
		dep := &r.families[step]
		past := dep.step.Stage < f.step.Stage
		if !past {
			o.awaitEnd(dep, whole)
		}
		o.absent = o.absent || (past || dep.settled()) && dep.outcome() != succeeded
	}
}

// orderSome waits until enough of the needs have succeeded, or can no longer.
func (r *Run) orderSome(f *family, o *outcome) {
	missing := f.step.AtLeast
	var open []*family
	for _, step := range f.step.Needs {
		switch dep := &r.families[step]; {
		case dep.step.Stage == f.step.Stage && !dep.settled():
			open = append(open, dep)
		case dep.outcome() == succeeded:
			missing--
		}
	}
	switch {
	case missing <= 0:
	case missing > len(open):
		o.absent = true
	default:
		for _, dep := range open {
			o.awaitEnd(dep, whole)
		}
		o.enough = missing
	}
}

func (o *outcome) awaitEnd(f *family, item int) {
	switch {
	case item == dsl.NeedLength:
		o.needs = append(o.needs, dsl.Need{Step: f.index, Item: dsl.NeedLength})
	case item == whole && !f.settled():
		o.needs = append(o.needs, dsl.Need{Step: f.index, Item: dsl.NeedAll})
	case item >= 0 && (!f.tasks[item].stands.settled() || f.tasks[item].phase == cancelled):
		o.needs = append(o.needs, dsl.Need{Step: f.index, Item: item})
	}
}

// condition evaluates the step's `if`, unless its result is recorded, and
// reports whether to go on. A condition that is false is all that the fact
// says.
func (r *Run) condition(s *scope, recorded *bool, loaded dsl.Loaded, o *outcome) bool {
	if o.blocked() {
		return false
	}
	if recorded != nil || s.f.step.If == nil {
		return true // a recorded false has ended the task
	}
	yes := r.holds(s, s.f.step.If, loaded, o)
	if o.blocked() {
		return false
	}
	o.fact.If, o.computed = &yes, true
	return yes
}

// holds evaluates a condition.
func (r *Run) holds(s *scope, condition *dsl.Expr, loaded dsl.Loaded, o *outcome) bool {
	v := o.take(s, s.eval(condition, loaded))
	if o.blocked() {
		return false
	}
	switch string(v.JSON) {
	case "true":
		return true
	case "false":
	default:
		o.err = fmt.Errorf("the condition is %s, not true or false", v.JSON)
	}
	return false
}

// bind evaluates bindings that are not recorded.
func (r *Run) bind(s *scope, with []dsl.Binding, recorded map[string]object.Value, loaded dsl.Loaded, o *outcome) {
	for i := range with {
		b := &with[i]
		if v, ok := recorded[b.Input]; ok && (s.lenient || !r.hasLost(v)) {
			o.set(b.Input, v)
			continue
		}
		res := s.eval(b.Expr, loaded)
		v := o.take(s, res)
		o.set(b.Input, v)
		if res.Computed && !o.blocked() {
			if o.fact.With == nil {
				o.fact.With = map[string]object.Value{}
			}
			o.fact.With[b.Input], o.computed = v, true
		}
	}
}

func (o *outcome) set(name string, v object.Value) {
	if o.inputs == nil {
		o.inputs = map[string]object.Value{}
	}
	o.inputs[name] = v
}
