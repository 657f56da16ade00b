package dsl

import (
	"fmt"
	"strconv"

	"example.org/weft/object"
)

// A term is an expression that is ready to be evaluated. Most are symbolic:
// what they give is found without computing anything, in O(1).
type term interface {
	eval(ev *evaluation) Result
	shape() shape
}

// constTerm is a literal.
type constTerm struct {
	value object.Value
	is    shape
}

func (t *constTerm) eval(*evaluation) Result { return Result{Value: t.value} }
func (t *constTerm) shape() shape            { return t.is }

// inputTerm is `inputs.x`.
type inputTerm struct{ input Field }

func (t *inputTerm) eval(ev *evaluation) Result {
	return Result{Value: ev.scope.Input(t.input.Name)}
}
func (t *inputTerm) shape() shape { return shape{Type: t.input.Type} }

// errorTerm is a field of the error that a step handles; with an empty field
// all of it.
type errorTerm struct{ field Field }

func (t errorTerm) eval(ev *evaluation) Result {
	about := ev.scope.About()
	if t.field.Name == "" {
		return Result{Value: about.Error}
	}
	return Result{Value: about.Error.Map[t.field.Name]}
}
func (t errorTerm) shape() shape { return shape{Type: t.field.Type} }

// indexTerm is the index of a foreach.
type indexTerm struct{}

func (indexTerm) eval(ev *evaluation) Result {
	i, _ := ev.scope.Loop()
	return Result{Value: object.FromJSON(strconv.AppendInt(nil, int64(i), 10))}
}
func (indexTerm) shape() shape { return shape{Type: Type{Kind: KindInt}} }

// An itemIndex says which item of a list is read.
type itemIndex struct {
	own      bool // the reader's own index, plus n
	n        int
	optional bool // null when there is no such item
}

func (x itemIndex) at(ev *evaluation) int {
	if !x.own {
		return x.n
	}
	i, _ := ev.scope.Loop()
	return i + x.n
}

// outputTerm is `steps.x.outputs.f`, of a foreach `steps.x.outputs[i].f`; with
// an empty field all outputs of the task.
type outputTerm struct {
	step     *stepInfo
	item     *itemIndex // nil when the step is no foreach
	field    Field      // the zero Field: all
	optional bool       // null when the task will never give it
}

func (t *outputTerm) eval(ev *evaluation) Result {
	item := 0
	if t.item != nil {
		n, r := ev.items(t.step)
		if !r.known() {
			return t.orNull(r)
		}
		item = t.item.at(ev)
		if item < 0 || item >= n {
			if t.item.optional {
				return Result{}
			}
			return failed(fmt.Errorf("index %d of steps.%s.outputs, which has %d items", item, t.step.name, n))
		}
	}
	return t.orNull(ev.output(t.step, item, t.field.Name))
}

func (t *outputTerm) orNull(r Result) Result {
	if r.Absent && (t.optional || t.item != nil && t.item.optional) {
		return Result{}
	}
	return r
}

func (t *outputTerm) shape() shape {
	s := shape{Type: t.field.Type}
	if t.field.Name == "" {
		s = shape{Type: Type{Kind: KindJSON}, of: t.step}
	}
	if t.optional || t.item != nil && t.item.optional {
		s = s.nullable()
	}
	return s
}

// gatherTerm is `steps.x.outputs` of a foreach, or `.map(r, r.f)` over it.
type gatherTerm struct {
	step  *stepInfo
	field Field // the zero Field: all outputs of each item
}

func (t *gatherTerm) eval(ev *evaluation) Result { return ev.gather(t.step, t.field.Name) }

func (t *gatherTerm) shape() shape {
	if t.field.Name == "" {
		return shape{Type: listOf(t.step.listed(Type{Kind: KindJSON})), of: t.step}
	}
	return shape{Type: listOf(t.step.listed(t.field.Type))}
}

func (ev *evaluation) gather(step *stepInfo, field string) Result {
	n, r := ev.all(step)
	if !r.known() {
		return r
	}
	return Result{Value: object.Value{Gather: &object.Gather{Step: step.name, Field: field, To: n}}}
}

// runTerm is `run.id`.
type runTerm struct{}

func (runTerm) eval(ev *evaluation) Result {
	return Result{Value: object.FromJSON(encodeJSON(ev.scope.About().RunID))}
}
func (runTerm) shape() shape { return shape{Type: Type{Kind: KindString}} }
