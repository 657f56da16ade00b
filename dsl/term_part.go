package dsl

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"example.org/weft/object"
)

// elemTerm is one item of a list that a value is.
type elemTerm struct {
	list term
	item itemIndex
}

func (t *elemTerm) eval(ev *evaluation) Result {
	r := t.list.eval(ev)
	if !r.known() {
		return r
	}
	elem := ev.element(r.Value, t.item.at(ev))
	if t.item.optional && isNoItem(elem.Err) {
		return Result{}
	}
	return elem
}

func (t *elemTerm) shape() shape {
	s := t.list.shape().elem()
	if t.item.optional {
		s = s.nullable()
	}
	return s
}

// A noItemError is why an element of a list, or a field of a map, cannot be
// read: there is none. Read by ? it is null.
type noItemError struct{ msg string }

func (e *noItemError) Error() string { return e.msg }

func isNoItem(err error) bool {
	_, ok := errors.AsType[*noItemError](err)
	return ok
}

// element returns item i of a list. Of a list that is an object it is a
// reference into the object, which nobody has to read for that.
func (ev *evaluation) element(v object.Value, i int) Result {
	switch {
	case v.Item != nil && v.Item.Count > 0:
		if i < 0 || i >= v.Item.Count {
			return noItem(i, v.Item.Count)
		}
		return Result{Value: object.Value{Item: &object.Item{Of: v.Item.Of, Index: v.Item.Index + i}}}
	case v.Item != nil:
		return ev.then(ev.itemOf(*v.Item), func(v object.Value) Result { return ev.element(v, i) })
	case v.Large != nil && v.Large.IsList:
		if i < 0 || i >= v.Large.Length {
			return noItem(i, v.Large.Length)
		}
		return Result{Value: object.Value{Item: &object.Item{Of: *v.Large, Index: i}}}
	case v.Gather != nil:
		step := ev.env.types.steps[v.Gather.Step]
		if i < 0 || i >= v.Gather.To-v.Gather.From || step == nil {
			return noItem(i, v.Gather.To-v.Gather.From)
		}
		return ev.batched(step, v.Gather.From+i, v.Gather.Field)
	case v.List != nil:
		if i < 0 || i >= len(v.List) {
			return noItem(i, len(v.List))
		}
		return Result{Value: v.List[i]}
	}
	var items []json.RawMessage
	if err := json.Unmarshal(inlineJSON(v), &items); err != nil || v.IsNull() {
		return failed(fmt.Errorf("index %d of a value that is no list", i))
	}
	if i < 0 || i >= len(items) {
		return noItem(i, len(items))
	}
	return Result{Value: object.FromJSON(items[i])}
}

func noItem(i, length int) Result {
	return failed(&noItemError{fmt.Sprintf("index %d of a list of %d", i, length)})
}

// then goes on with the value of a result when there is one.
func (ev *evaluation) then(r Result, f func(object.Value) Result) Result {
	if !r.known() {
		return r
	}
	return f(r.Value)
}

// length returns the number of items of a list.
func (ev *evaluation) length(v object.Value) (int, Result) {
	switch {
	case v.Item != nil && v.Item.Count > 0:
		return v.Item.Count, Result{}
	case v.Item != nil:
		if r := ev.itemOf(*v.Item); !r.known() {
			return 0, r
		} else {
			return ev.length(r.Value)
		}
	case v.Large != nil && v.Large.IsList:
		return v.Large.Length, Result{}
	case v.Gather != nil:
		return v.Gather.To - v.Gather.From, Result{}
	case v.List != nil:
		return len(v.List), Result{}
	}
	var items []json.RawMessage
	if err := json.Unmarshal(inlineJSON(v), &items); err != nil || v.IsNull() {
		return 0, failed(errors.New("the value is no list"))
	}
	return len(items), Result{}
}

// sizeTerm is size(list): the length is known without the items.
type sizeTerm struct{ list term }

func (t *sizeTerm) eval(ev *evaluation) Result {
	n, r := ev.listLength(t.list)
	if !r.known() {
		return r
	}
	return Result{Value: object.FromJSON(strconv.AppendInt(nil, int64(n), 10)), Computed: r.Computed}
}

func (t *sizeTerm) shape() shape { return shape{Type: Type{Kind: KindInt}} }

// fieldTerm is a field of a value: of json, or of a file.
type fieldTerm struct {
	of       term
	name     string
	optional bool
}

func (t *fieldTerm) eval(ev *evaluation) Result {
	return ev.then(t.of.eval(ev), func(v object.Value) Result {
		r := ev.fieldOf(v, t.name)
		if t.optional && isNoItem(r.Err) {
			return Result{}
		}
		return r
	})
}

func (t *fieldTerm) shape() shape {
	of := t.of.shape()
	s := anyShape()
	if of.Kind == KindFile || of.Kind == KindDir {
		f, _ := fieldNamed(fileFields(), t.name)
		s = shape{Type: f.Type}
	} else if of.of != nil {
		f, _ := of.of.output(t.name)
		s = shape{Type: f.Type}
	}
	if t.optional {
		s = s.nullable()
	}
	return s
}

func noField(name string) Result {
	return failed(&noItemError{fmt.Sprintf("no field %q", name)})
}

func (ev *evaluation) fieldOf(v object.Value, name string) Result {
	switch {
	case v.Item != nil:
		return ev.then(ev.itemOf(*v.Item), func(v object.Value) Result { return ev.fieldOf(v, name) })
	case v.Large != nil:
		return ev.then(ev.load(wholeOf(*v.Large)), func(v object.Value) Result { return ev.fieldOf(v, name) })
	case v.File != nil || v.Dir != nil:
		return ev.fromCEL(newFile(v).field(name))
	case v.Map != nil:
		field, ok := v.Map[name]
		if !ok {
			return noField(name)
		}
		return Result{Value: field}
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(inlineJSON(v), &fields); err != nil {
		return failed(fmt.Errorf("field %q of a value that has none", name))
	}
	field, ok := fields[name]
	if !ok {
		return noField(name)
	}
	return Result{Value: object.FromJSON(slices.Clone(field))}
}
