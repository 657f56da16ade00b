package dsl

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.org/weft/object"
)

// condTerm is `c ? a : b`: the condition is computed, what it chooses is
// handed on as it is.
type condTerm struct {
	cond, yes, no term
	is            shape
}

func (t *condTerm) eval(ev *evaluation) Result {
	c := t.cond.eval(ev)
	if !c.known() {
		return c
	}
	chosen := t.no
	switch string(c.Value.JSON) {
	case "true":
		chosen = t.yes
	case "false":
	default:
		return failed(errors.New("the condition of ?: is no truth value"))
	}
	r := chosen.eval(ev)
	if r.known() {
		r.Computed = r.Computed || c.Computed
	}
	return r
}

func (t *condTerm) shape() shape { return t.is }

// listTerm is a list whose items are terms.
type listTerm struct {
	items []term
	is    shape
}

func newListTerm(items []term) *listTerm {
	elem := anyShape()
	for i, item := range items {
		if i == 0 {
			elem = item.shape()
		} else {
			elem = join(elem, item.shape())
		}
	}
	return &listTerm{items, shape{Type: listOf(elem.Type)}}
}

func (t *listTerm) eval(ev *evaluation) Result {
	var r Result
	values := make([]object.Value, len(t.items))
	for i, item := range t.items {
		part := item.eval(ev)
		r = r.merge(part)
		values[i] = part.Value
	}
	return limited(settle(withValue(r, listValue(values))))
}

func (t *listTerm) shape() shape { return t.is }

// mapTerm is a map whose values are terms.
type mapTerm struct {
	names  []string
	values []term
}

func (t *mapTerm) eval(ev *evaluation) Result {
	var r Result
	fields := make(map[string]object.Value, len(t.names))
	for i, name := range t.names {
		part := t.values[i].eval(ev)
		r = r.merge(part)
		fields[name] = part.Value
	}
	return limited(settle(withValue(r, mapValue(fields))))
}

func (t *mapTerm) shape() shape { return shape{Type: Type{Kind: KindJSON}} }

// textTerm is text in which expressions stand.
type textTerm struct{ parts []term }

func (t *textTerm) eval(ev *evaluation) Result {
	var r Result
	var b strings.Builder
	for _, p := range t.parts {
		part := p.eval(ev)
		r = r.merge(part)
		if !part.known() {
			continue
		}
		s, err := textOf(part.Value)
		if err != nil {
			r = r.merge(failed(err))
		}
		b.WriteString(s)
	}
	return limited(settle(withValue(r, object.FromJSON(encodeJSON(b.String())))))
}

func (t *textTerm) shape() shape { return shape{Type: Type{Kind: KindString}} }

// textOf writes a value into text: a string as it is, null as nothing, other
// JSON as it is written.
func textOf(v object.Value) (string, error) {
	if v.IsNull() {
		return "", nil
	}
	if v.JSON == nil {
		return "", errors.New("a file cannot stand in text")
	}
	decoded, err := decodeJSON(v.JSON)
	if err != nil {
		return "", err
	}
	if s, ok := decoded.(string); ok {
		return s, nil
	}
	return string(v.JSON), nil
}

// limited refuses a value that is too big to be recorded.
func limited(r Result) Result {
	if !r.known() {
		return r
	}
	if n := encodedSize(r.Value); n > object.MaxInline {
		return failed(tooBig(strconv.Itoa(n)))
	}
	return r
}

func tooBig(n string) error {
	return fmt.Errorf("the expression gives %s bytes, and may give %d: "+
		"hand the value on by its path alone, or make it in a function", n, object.MaxInline)
}

// encodedSize returns about how many bytes the record of v takes.
func encodedSize(v object.Value) int {
	const reference = 128 // an id, a name, a size
	n := len(v.JSON)
	if !isInline(v) {
		n += reference
	}
	for _, item := range v.List {
		n += encodedSize(item)
	}
	for _, name := range slices.Sorted(maps.Keys(v.Map)) {
		n += len(name) + encodedSize(v.Map[name])
	}
	return n
}
