package dsl

import (
	"errors"

	"example.org/weft/object"
)

// loopTerm is the list that a foreach goes over: what was recorded of it when
// it was computed, else the list itself.
type loopTerm struct {
	of    term
	reads []Read
	steps []*stepInfo // by place in reads
}

func (t *loopTerm) eval(ev *evaluation) Result {
	if _, in := ev.scope.Loop(); !in.IsNull() {
		return Result{Value: in}
	}
	return t.of.eval(ev)
}

func (t *loopTerm) shape() shape { return t.of.shape() }

// rangeTerm is range(n) as the list of a foreach. The list is never made: its
// value is n alone, and an item is its own index.
type rangeTerm struct{ n term }

func (t *rangeTerm) eval(ev *evaluation) Result { return t.n.eval(ev) }
func (t *rangeTerm) shape() shape               { return shape{Type: listOf(Type{Kind: KindInt})} }

// itemTerm returns the term of the item of a foreach over list. When another
// foreach makes the list, it is that one's item, so that item i waits for item
// i alone.
func itemTerm(list *checked) term {
	switch t := list.term.(type) {
	case *gatherTerm:
		return &outputTerm{step: t.step, item: &itemIndex{own: true}, field: t.field}
	case *rangeTerm:
		return indexTerm{}
	}
	return &elemTerm{&loopTerm{list.term, list.reads, list.steps}, itemIndex{own: true}}
}

// Len returns the number of items of the list, as soon as that is known: for a
// list that another foreach makes, long before its items are. The result is
// Computed when In itself was: the value must be recorded as it stands (for
// range(n) it is n alone), and Scope.Loop must return it from then on.
func (f *Foreach) Len(s Scope, loaded Loaded) (int, Result) {
	ev := &evaluation{scope: s, loaded: loaded, env: f.In.env}
	if t, ok := f.In.term.(*gatherTerm); ok {
		n, r := ev.items(t.step)
		return n, r
	}
	r := f.In.Eval(s, loaded)
	if _, in := s.Loop(); !in.IsNull() {
		r = Result{Value: in}
	}
	if !r.known() {
		return 0, r
	}
	if _, ok := f.In.term.(*rangeTerm); ok {
		n, err := rangeLength(r.Value)
		if err != nil {
			return 0, failed(err)
		}
		return n, r
	}
	n, failure := ev.length(r.Value)
	if !failure.known() {
		return 0, settle(failure)
	}
	return n, r
}

// MaxItems is the most tasks that a foreach can have.
const MaxItems = 10_000_000

func rangeLength(v object.Value) (int, error) {
	decoded, err := decodeJSON(inlineJSON(v))
	if err != nil {
		return 0, err
	}
	n, ok := jsonInt(decoded)
	if !ok || n < 0 || n > MaxItems {
		return 0, errors.New("range(" + string(v.JSON) + "): want a whole number from 0 to 10000000")
	}
	return int(n), nil
}
