package dsl

import (
	"cmp"
	"errors"
	"slices"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"example.org/weft/object"
)

// An evaluation is one call of Expr.Eval: what is known, and what was found
// missing.
type evaluation struct {
	scope  Scope
	loaded Loaded
	env    *stepEnv
	loads  []object.Item // that were found missing; an unknown names one by its place
	read   bool          // something that is loaded was read
}

// errAbsent is why an evaluation ends that reads a value which will never exist.
var errAbsent = errors.New("the value will never exist")

// An unknown carries the numbers of what is missing: of a Need, its step and
// item; of an object to load, its place in evaluation.loads, negative.
const needItemBits = 34

func unknownNeed(n Need) *types.Unknown {
	return types.NewUnknown(int64(n.Step)<<needItemBits|int64(n.Item-NeedLength), nil)
}

func (ev *evaluation) unknownLoad(l object.Item) *types.Unknown {
	i := slices.Index(ev.loads, l)
	if i < 0 {
		i = len(ev.loads)
		ev.loads = append(ev.loads, l)
	}
	return types.NewUnknown(int64(-1-i), nil)
}

// missing returns what an unknown stands for.
func (ev *evaluation) missing(u *types.Unknown) Result {
	var r Result
	for _, id := range u.IDs() {
		if id < 0 {
			r.Loads = append(r.Loads, ev.loads[-1-id])
		} else {
			r.Needs = append(r.Needs, Need{Step: int(id >> needItemBits), Item: int(id&(1<<needItemBits-1)) + NeedLength})
		}
	}
	return settle(r)
}

// unknown is the inverse of missing: a result without a value, for CEL.
func (ev *evaluation) unknown(r Result) ref.Val {
	switch {
	case r.Absent:
		return types.WrapErr(errAbsent)
	case r.Err != nil:
		return types.WrapErr(r.Err)
	}
	var u *types.Unknown
	for _, n := range r.Needs {
		u = types.MergeUnknowns(u, unknownNeed(n))
	}
	for _, l := range r.Loads {
		u = types.MergeUnknowns(u, ev.unknownLoad(l))
	}
	return u
}

// known reports whether r has a value.
func (r Result) known() bool {
	return len(r.Needs) == 0 && len(r.Loads) == 0 && !r.Absent && r.Err == nil
}

// settle leaves one reason why a result has no value, and sorts it.
func settle(r Result) Result {
	switch {
	case r.Absent:
		return Result{Absent: true}
	case r.Err != nil:
		return Result{Err: r.Err}
	case len(r.Needs) > 0:
		slices.SortFunc(r.Needs, func(a, b Need) int {
			return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Item, b.Item))
		})
		return Result{Needs: slices.Compact(r.Needs)}
	case len(r.Loads) > 0:
		slices.SortFunc(r.Loads, func(a, b object.Item) int {
			return cmp.Or(cmp.Compare(a.Of.Ref.ID, b.Of.Ref.ID), cmp.Compare(a.Index, b.Index), cmp.Compare(a.Count, b.Count))
		})
		return Result{Loads: slices.Compact(r.Loads)}
	}
	return r
}

// merge adds the reasons of o to those of r.
func (r Result) merge(o Result) Result {
	r.Absent = r.Absent || o.Absent
	if r.Err == nil {
		r.Err = o.Err
	}
	r.Needs = append(r.Needs, o.Needs...)
	r.Loads = append(r.Loads, o.Loads...)
	r.Computed = r.Computed || o.Computed
	return r
}

func need(step *stepInfo, item int) Result { return Result{Needs: []Need{{step.index, item}}} }

func failed(err error) Result { return Result{Err: err} }

// items returns the number of tasks of a foreach step.
func (ev *evaluation) items(s *stepInfo) (int, Result) {
	n, presence := ev.scope.Items(s.index)
	switch presence {
	case Pending:
		return 0, need(s, NeedLength)
	case Absent:
		return 0, Result{Absent: true}
	case Present:
	}
	return n, Result{}
}

// output returns an output of a task, or the map of all with an empty field.
func (ev *evaluation) output(s *stepInfo, item int, field string) Result {
	v, presence := ev.scope.Output(s.index, item, field)
	switch presence {
	case Pending:
		return need(s, item)
	case Absent:
		return Result{Absent: true}
	case Present:
	}
	return Result{Value: v}
}

// listed returns an output as an item of the list of all. What is missing there
// is null where that is tolerated, as soon as the list is there.
func (ev *evaluation) listed(s *stepInfo, item int, field string) Result {
	if !s.partial {
		return ev.output(s, item, field)
	}
	if _, r := ev.all(s); !r.known() {
		return r
	}
	r := ev.output(s, item, field)
	r.Absent = false
	return r
}

// all reports what keeps the list of all items of a step from being there.
func (ev *evaluation) all(s *stepInfo) (int, Result) {
	n, r := ev.items(s)
	if !r.known() {
		return 0, r
	}
	if r := ev.output(s, NeedAll, ""); !r.known() {
		return 0, r
	}
	return n, Result{}
}
