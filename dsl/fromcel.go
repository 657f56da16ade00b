package dsl

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"example.org/weft/object"
)

// fromCEL returns what an expression gave as a value. Files, and lists that
// were handed through unchanged, are the values that they came from.
func (ev *evaluation) fromCEL(v ref.Val) Result {
	switch v := v.(type) {
	case *types.Unknown:
		return ev.missing(v)
	case *types.Err:
		return failedCEL(v)
	case *types.Optional:
		if !v.HasValue() {
			return Result{}
		}
		return ev.fromCEL(v.GetValue())
	case *fileRecord:
		return Result{Value: v.value}
	case *outputsRecord:
		return v.read("")
	case *itemList:
		if v.batch {
			return ev.gatherPart(v.step, "", v.from, v.from+v.length)
		}
		return ev.gather(v.step, "")
	case record:
		return failed(fmt.Errorf("%s is no value", strings.TrimPrefix(v.Type().TypeName(), "weft.")))
	case traits.Lister:
		return ev.fromList(v)
	case traits.Mapper:
		return ev.fromMap(v)
	}
	return scalarFromCEL(v)
}

// failedCEL tells a value that will never exist from a mistake.
func failedCEL(err *types.Err) Result {
	if errors.Is(err, errAbsent) {
		return Result{Absent: true}
	}
	return failed(errors.New(err.String()))
}

func scalarFromCEL(v ref.Val) Result {
	var native any
	switch v := v.(type) {
	case types.Null:
		return Result{}
	case types.Bool:
		native = bool(v)
	case types.Int:
		native = int64(v)
	case types.Uint:
		native = uint64(v)
	case types.Double:
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return failed(fmt.Errorf("%v is no number that JSON can say", f))
		}
		native = float64(v)
	case types.String:
		native = string(v)
	case types.Bytes:
		native = []byte(v)
	case types.Timestamp:
		native = v.Format(time.RFC3339Nano)
	case types.Duration:
		native = v.Duration.String()
	default:
		return failed(fmt.Errorf("a %s is no value", v.Type().TypeName()))
	}
	return Result{Value: object.FromJSON(encodeJSON(native))}
}

// encodeJSON writes JSON without escaping what only HTML minds.
func encodeJSON(v any) json.RawMessage {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return json.RawMessage("null")
	}
	return json.RawMessage(strings.TrimSuffix(b.String(), "\n"))
}

func (ev *evaluation) fromList(l traits.Lister) Result {
	size, ok := l.Size().(types.Int)
	if !ok {
		return ev.fromCEL(l.Size())
	}
	var r Result
	items := make([]object.Value, 0, size)
	for i := range size {
		item := ev.fromCEL(l.Get(i))
		r = r.merge(item)
		items = append(items, item.Value)
	}
	return settle(withValue(r, listValue(items)))
}

func (ev *evaluation) fromMap(m traits.Mapper) Result {
	var r Result
	fields := map[string]object.Value{}
	for it := m.Iterator(); it.HasNext() == types.True; {
		k := it.Next()
		name, ok := k.(types.String)
		if !ok {
			return failed(fmt.Errorf("a map with a key that is no text: %v", k))
		}
		field := ev.fromCEL(m.Get(k))
		r = r.merge(field)
		fields[string(name)] = field.Value
	}
	return settle(withValue(r, mapValue(fields)))
}

func withValue(r Result, v object.Value) Result {
	r.Value = v
	return r
}

// listValue puts items into a list: as JSON when all of them are.
func listValue(items []object.Value) object.Value {
	if slices.ContainsFunc(items, func(v object.Value) bool { return !isInline(v) }) {
		return object.Value{List: items}
	}
	parts := make([]json.RawMessage, len(items))
	for i, v := range items {
		parts[i] = inlineJSON(v)
	}
	return object.FromJSON(encodeJSON(parts))
}

// mapValue puts fields into a map: as JSON when all of them are.
func mapValue(fields map[string]object.Value) object.Value {
	parts := make(map[string]json.RawMessage, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		v := fields[name]
		if !isInline(v) {
			return object.Value{Map: fields}
		}
		parts[name] = inlineJSON(v)
	}
	return object.FromJSON(encodeJSON(parts))
}

func isInline(v object.Value) bool { return v.IsNull() || v.JSON != nil }

func inlineJSON(v object.Value) json.RawMessage {
	if v.IsNull() {
		return json.RawMessage("null")
	}
	return v.JSON
}
