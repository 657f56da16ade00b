package dsl

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"cel.dev/cel-go/common/types/ref"

	"example.org/weft/object"
)

// batchTerm is what a task of a foreach with batches takes: so many items of
// the list. When another foreach makes them, it waits for these alone.
type batchTerm struct {
	of   *checked // the list
	size int
}

func (t *batchTerm) shape() shape {
	s := t.of.term.shape()
	if s.Kind != KindList {
		s = shape{Type: listOf(Type{Kind: KindJSON, Nullable: true})}
	}
	return s
}

func (t *batchTerm) eval(ev *evaluation) Result {
	from, to, r := t.bounds(ev)
	if !r.known() {
		return r
	}
	return ev.part(t.of, from, to)
}

// bounds returns which items of the list the task has.
func (t *batchTerm) bounds(ev *evaluation) (from, to int, r Result) {
	n, r := ev.loopLength(t.of.term)
	task, _ := ev.scope.Loop()
	return min(task*t.size, n), min((task+1)*t.size, n), r
}

// gathered returns the step whose outputs the batches are of, nil when the list
// is another.
func (t *batchTerm) gathered() *gatherTerm {
	list, _ := t.of.term.(*gatherTerm)
	return list
}

// each is the batch of one output of each item: batch.map(r, r.f).
func (t *batchTerm) each(f Field) *batchTerm {
	return &batchTerm{&checked{term: &gatherTerm{t.gathered().step, f}}, t.size}
}

// ofBatch is an output of an item of a batch of a step's outputs: batch[0].f.
func (t *elemTerm) ofBatch(name string, optional bool) term {
	batch, ok := t.list.(*batchTerm)
	if !ok || batch.gathered() == nil || batch.gathered().field.Name != "" {
		return nil
	}
	f, ok := batch.gathered().step.output(name)
	if !ok {
		return nil
	}
	item := t.item
	item.optional = item.optional || optional
	return &elemTerm{batch.each(f), item}
}

// batchList is the batch for CEL, which reads its items field by field.
func (ev *evaluation) batchList(t *batchTerm) ref.Val {
	from, to, r := t.bounds(ev)
	if !r.known() {
		return ev.unknown(r)
	}
	return &itemList{ev: ev, step: t.gathered().step, from: from, length: to - from, batch: true}
}

// part returns items from up to, not including, to of the list of a foreach.
func (ev *evaluation) part(list *checked, from, to int) Result {
	switch t := list.term.(type) {
	case *gatherTerm:
		return ev.gatherPart(t.step, t.field.Name, from, to)
	case *rangeTerm:
		numbers := make([]int, 0, to-from)
		for i := from; i < to; i++ {
			numbers = append(numbers, i)
		}
		return Result{Value: object.FromJSON(encodeJSON(numbers))}
	case *zipTerm:
		return ev.zipPart(t, from, to)
	}
	loop := &loopTerm{list.term, list.reads, list.steps}
	return ev.then(loop.eval(ev), func(v object.Value) Result { return ev.slice(v, from, to) })
}

// gatherPart is a part of the list that a foreach makes, as soon as the items
// in it are there.
func (ev *evaluation) gatherPart(step *stepInfo, field string, from, to int) Result {
	var r Result
	for i := from; i < to; i++ {
		r = r.merge(ev.batched(step, i, field))
	}
	g := &object.Gather{Step: step.name, Field: field, From: from, To: to}
	return settle(withValue(r, object.Value{Gather: g}))
}

// batched returns an output as an item of a part of the list. What is missing
// there is null where that is tolerated, which is known when all have ended.
func (ev *evaluation) batched(s *stepInfo, item int, field string) Result {
	r := ev.output(s, item, field)
	if !r.Absent || !s.partial {
		return r
	}
	_, r = ev.all(s)
	return r
}

func (ev *evaluation) zipPart(t *zipTerm, from, to int) Result {
	var r Result
	parts := make([]object.Value, len(t.lists))
	for k, list := range t.lists {
		part := ev.part(list, from, to)
		r, parts[k] = r.merge(part), part.Value
	}
	if r = settle(r); !r.known() {
		return r
	}
	items := make([]object.Value, to-from)
	for i := range items {
		pair := make([]object.Value, len(parts))
		for k := range parts {
			item := ev.element(parts[k], i)
			r, pair[k] = r.merge(item), item.Value
		}
		items[i] = listValue(pair)
	}
	return settle(withValue(r, listValue(items)))
}

// slice returns a part of a list. Of a list that is an object it is a reference
// into the object, which nobody has to read for that.
func (ev *evaluation) slice(v object.Value, from, to int) Result {
	switch {
	case v.Item != nil && v.Item.Count > 0:
		it := object.Item{Of: v.Item.Of, Index: v.Item.Index + from, Count: to - from}
		return Result{Value: object.Value{Item: &it}}
	case v.Item != nil:
		return ev.then(ev.itemOf(*v.Item), func(v object.Value) Result { return ev.slice(v, from, to) })
	case v.Large != nil && v.Large.IsList:
		return Result{Value: object.Value{Item: &object.Item{Of: *v.Large, Index: from, Count: to - from}}}
	case v.Gather != nil:
		g := *v.Gather
		g.From, g.To = g.From+from, g.From+to
		return Result{Value: object.Value{Gather: &g}}
	case v.List != nil:
		return Result{Value: listValue(v.List[from:to])}
	}
	var items []json.RawMessage
	if err := json.Unmarshal(inlineJSON(v), &items); err != nil || len(items) < to {
		return failed(errors.New("a batch of a value that is no list"))
	}
	return Result{Value: object.FromJSON(encodeJSON(items[from:to]))}
}

// maxBatch is the most items of a batch; what a task is given stays small.
const maxBatch = 10_000

// batchSize reads how many items a task takes; 0 is no batches.
func (c *compiler) batchSize(n *node) int {
	v := c.scalar(n, "batch")
	if v == nil {
		return 0
	}
	size, _ := strconv.Atoi(v.text)
	if size > maxBatch {
		c.add(v.pos, v.text, fmt.Sprintf("a batch of %d items, more than %d", size, maxBatch), "a task is given all of them at once: take smaller batches")
	}
	return max(size, 1) // what is no number is reported
}
