package dsl

import (
	"fmt"

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

// zipTerm is zip(a, b) as the list of a foreach. An item is made of items of
// both, so that it waits for these alone.
type zipTerm struct{ lists []*checked }

func (t *zipTerm) eval(ev *evaluation) Result {
	n, r := ev.listLength(t)
	if !r.known() {
		return r
	}
	items := make([]object.Value, n)
	for i := range items {
		var parts []object.Value
		for _, list := range t.lists {
			part := ev.then(list.term.eval(ev), func(v object.Value) Result { return ev.element(v, i) })
			r = r.merge(part)
			parts = append(parts, part.Value)
		}
		items[i] = listValue(parts)
	}
	return limited(settle(withValue(r, listValue(items))))
}

func (t *zipTerm) shape() shape { return shape{Type: listOf(listOf(Type{Kind: KindJSON}))} }

// itemTerm returns the term of the item of a foreach over list. When another
// foreach makes the list, it is that one's item, so that item i waits for item
// i alone.
func itemTerm(list *checked) term {
	switch t := list.term.(type) {
	case *gatherTerm:
		return &outputTerm{step: t.step, item: &itemIndex{own: true}, field: t.field}
	case *rangeTerm:
		return indexTerm{}
	case *zipTerm:
		var parts []term
		for _, part := range t.lists {
			parts = append(parts, itemTerm(part))
		}
		return newListTerm(parts)
	}
	return &elemTerm{&loopTerm{list.term, list.reads, list.steps}, itemIndex{own: true}}
}

// takes returns the term of what one task takes of the list.
func (f *Foreach) takes(list *checked) term {
	if f.Batch > 0 {
		return &batchTerm{list, f.Batch}
	}
	return itemTerm(list)
}

// Len returns the number of tasks, one per item of the list or per batch of
// them, as soon as that is known: for a list that another foreach makes, long
// before its items are. The result is
// Computed when In itself was: the value must be recorded as it stands (for
// range(n) it is n alone), and Scope.Loop must return it from then on.
func (f *Foreach) Len(s Scope, loaded Loaded) (int, Result) {
	ev := &evaluation{scope: s, loaded: loaded, env: f.In.env}
	n, r := ev.loopLength(f.In.term)
	if f.Batch > 0 {
		n = (n + f.Batch - 1) / f.Batch
	}
	if r.known() && n > MaxItems {
		r = failed(fmt.Errorf("%d tasks, more than %d", n, MaxItems))
	}
	r = f.In.located(r)
	if !r.known() {
		return 0, r
	}
	return n, r
}

// MaxItems is the most tasks that a foreach can have.
const MaxItems = 10_000_000

// loopLength returns the length of the list of a foreach: of what was recorded
// of it when it was computed, else of the list itself.
func (ev *evaluation) loopLength(list term) (int, Result) {
	var n int
	var r Result
	if _, in := ev.scope.Loop(); !in.IsNull() {
		n, r = ev.lengthOf(list, Result{Value: in})
	} else {
		n, r = ev.listLength(list)
	}
	return n, settle(r)
}

// listLength returns the length of a list, and its value when it was computed.
func (ev *evaluation) listLength(list term) (int, Result) {
	switch t := list.(type) {
	case *gatherTerm:
		return ev.items(t.step)
	case *zipTerm:
		return ev.zipLength(t)
	}
	r := list.eval(ev)
	if !r.known() {
		return 0, r
	}
	return ev.lengthOf(list, r)
}

// lengthOf returns the length of what a list has given.
func (ev *evaluation) lengthOf(list term, r Result) (int, Result) {
	var n int
	var failure Result
	if _, ok := list.(*rangeTerm); ok {
		n, failure = rangeLength(r.Value)
	} else {
		n, failure = ev.length(r.Value)
	}
	if !failure.known() {
		return 0, failure
	}
	return n, r
}

func (ev *evaluation) zipLength(t *zipTerm) (int, Result) {
	var all Result
	var lengths []int
	for _, list := range t.lists {
		n, r := ev.listLength(list.term)
		all = all.merge(r)
		lengths = append(lengths, n)
	}
	if all = settle(all); all.known() && lengths[0] != lengths[1] {
		return 0, failed(fmt.Errorf("zip of lists of %d and %d items", lengths[0], lengths[1]))
	}
	return lengths[0], all
}

func rangeLength(v object.Value) (int, Result) {
	decoded, err := decodeJSON(inlineJSON(v))
	if err != nil {
		return 0, failed(err)
	}
	n, ok := jsonInt(decoded)
	if !ok || n < 0 || n > MaxItems {
		return 0, failed(fmt.Errorf("range(%s): want a whole number from 0 to %d", inlineJSON(v), MaxItems))
	}
	return int(n), Result{}
}
