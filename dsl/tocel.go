package dsl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"example.org/weft/object"
)

// toCEL returns a value as CEL sees it. What lies in an object that is not
// loaded is unknown.
func (ev *evaluation) toCEL(v object.Value, t Type) ref.Val {
	switch {
	case v.IsNull():
		return types.NullValue
	case v.File != nil || v.Dir != nil:
		return newFile(v)
	case v.Large != nil:
		return ev.largeToCEL(*v.Large, t)
	case v.Item != nil:
		return ev.itemToCEL(*v.Item, t)
	case v.Gather != nil:
		return ev.gatherToCEL(*v.Gather)
	case v.List != nil:
		items := make([]ref.Val, len(v.List))
		for i, item := range v.List {
			items[i] = ev.toCEL(item, elemType(t))
		}
		return wholeList(items)
	case v.Map != nil:
		return ev.mapToCEL(v.Map)
	}
	decoded, err := decodeJSON(v.JSON)
	if err != nil {
		return types.WrapErr(err)
	}
	return jsonToCEL(decoded, t)
}

func (ev *evaluation) mapToCEL(fields map[string]object.Value) ref.Val {
	m := make(map[ref.Val]ref.Val, len(fields))
	var values []ref.Val
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		v := ev.toCEL(fields[name], Type{})
		m[types.String(name)] = v
		values = append(values, v)
	}
	if gap := missingOf(values); gap != nil {
		return gap
	}
	return newSortedMap(m)
}

// wholeList is a list of CEL, which has no room for an item that is missing.
func wholeList(items []ref.Val) ref.Val {
	if gap := missingOf(items); gap != nil {
		return gap
	}
	return types.NewRefValList(types.DefaultTypeAdapter, items)
}

// missingOf returns what keeps values from being there: an error, or all that
// is not known of them.
func missingOf(values []ref.Val) ref.Val {
	var unknown *types.Unknown
	for _, v := range values {
		if types.IsError(v) {
			return v
		}
		unknown, _ = types.MaybeMergeUnknowns(v, unknown)
	}
	if unknown == nil {
		return nil
	}
	return unknown
}

func elemType(t Type) Type {
	if t.Kind == KindList {
		return *t.Elem
	}
	return Type{}
}

// load returns a large value, or an item of it, when it is loaded.
func (ev *evaluation) load(l object.Item) Result {
	text, ok := ev.loaded[l]
	if !ok {
		return Result{Loads: []object.Item{l}}
	}
	var v object.Value
	if err := json.Unmarshal(text, &v); err != nil {
		return failed(fmt.Errorf("cannot read object %s: %w", l.Of.Ref.ID, err))
	}
	ev.read = true
	return Result{Value: v}
}

func wholeOf(l object.Large) object.Item { return object.Item{Of: l, Index: object.Whole} }

func (ev *evaluation) largeToCEL(l object.Large, t Type) ref.Val {
	r := ev.load(wholeOf(l))
	if !r.known() {
		return ev.unknown(r)
	}
	return ev.toCEL(r.Value, t)
}

func (ev *evaluation) itemToCEL(it object.Item, t Type) ref.Val {
	r := ev.itemOf(it)
	if !r.known() {
		return ev.unknown(r)
	}
	return ev.toCEL(r.Value, t)
}

// itemOf reads one item, or several, out of a list that is an object: of the
// items of a file those alone.
func (ev *evaluation) itemOf(it object.Item) Result {
	if it.Of.Source.ID != "" {
		return ev.load(it)
	}
	return ev.then(ev.load(wholeOf(it.Of)), func(v object.Value) Result {
		if it.Count > 0 {
			return ev.slice(v, it.Index, it.Index+it.Count)
		}
		return ev.element(v, it.Index)
	})
}

// gatherToCEL spells a gather out.
func (ev *evaluation) gatherToCEL(g object.Gather) ref.Val {
	step := ev.env.types.steps[g.Step]
	if step == nil {
		return types.NewErr("gather of an unknown step %s", g.Step)
	}
	items := make([]ref.Val, 0, g.To-g.From)
	for i := g.From; i < g.To; i++ {
		item := newOutputs(ev, step, i, inBatch)
		if g.Field == "" {
			items = append(items, item)
		} else {
			items = append(items, item.field(g.Field))
		}
	}
	return wholeList(items)
}

// decodeJSON reads JSON with its numbers kept as they are written.
func decodeJSON(text []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("cannot read JSON: %w", err)
	}
	return v, nil
}

// jsonToCEL returns decoded JSON as a CEL value of a declared type. Without
// one, a number without a fraction is an int.
func jsonToCEL(v any, t Type) ref.Val {
	switch v := v.(type) {
	case nil:
		return types.NullValue
	case bool:
		return types.Bool(v)
	case string:
		return types.String(v)
	case json.Number:
		return numberToCEL(v, t)
	case []any:
		items := make([]ref.Val, len(v))
		for i, item := range v {
			items[i] = jsonToCEL(item, elemType(t))
		}
		return types.NewRefValList(types.DefaultTypeAdapter, items)
	case []string:
		return types.NewStringList(types.DefaultTypeAdapter, v)
	case map[string]any:
		m := make(map[ref.Val]ref.Val, len(v))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			m[types.String(name)] = jsonToCEL(v[name], Type{})
		}
		return newSortedMap(m)
	}
	return types.DefaultTypeAdapter.NativeToValue(v)
}

func numberToCEL(n json.Number, t Type) ref.Val {
	if i, err := n.Int64(); err == nil && t.Kind != KindFloat {
		return types.Int(i)
	}
	f, err := n.Float64()
	if err != nil {
		return types.NewErr("number %s is out of range", n)
	}
	if t.Kind == KindInt && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return types.Int(int64(f))
	}
	return types.Double(f)
}
