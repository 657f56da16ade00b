package dsl

import (
	"encoding/json"
	"fmt"
	"math"

	"example.org/weft/object"
)

// conform says why a value is not of a type, nil when it is or cannot be seen
// from here. It holds what the type check could not know: values out of json.
func conform(v object.Value, want Type) error {
	switch {
	case v.IsNull():
		if want.Nullable || want.Kind == KindJSON {
			return nil
		}
		return fmt.Errorf("want %s, have null", want)
	case want.Kind == KindJSON, v.Item != nil:
		return nil
	case v.Gather != nil:
		return wantKind(want, KindList, "a list")
	case v.Large != nil:
		if v.Large.IsList {
			return wantKind(want, KindList, "a list")
		}
		return nil
	case v.File != nil:
		return wantKind(want, KindFile, "a file")
	case v.Dir != nil:
		return wantKind(want, KindDir, "a directory")
	case v.Map != nil:
		return fmt.Errorf("want %s, have a map", want)
	case v.List != nil:
		return conformList(v.List, want)
	}
	decoded, err := decodeJSON(v.JSON)
	if err != nil {
		return err
	}
	return conformJSON(decoded, want)
}

func wantKind(want Type, have Kind, name string) error {
	if want.Kind != have {
		return fmt.Errorf("want %s, have %s", want, name)
	}
	return nil
}

func conformList(items []object.Value, want Type) error {
	if err := wantKind(want, KindList, "a list"); err != nil {
		return err
	}
	for i, item := range items {
		if err := conform(item, *want.Elem); err != nil {
			return fmt.Errorf("item %d: %w", i, err)
		}
	}
	return nil
}

// conformJSON says why decoded JSON is not of a type.
func conformJSON(v any, want Type) error {
	if v == nil {
		return conform(object.Null(), want)
	}
	ok := true
	switch want.Kind {
	case KindJSON:
	case KindString:
		_, ok = v.(string)
	case KindBool:
		_, ok = v.(bool)
	case KindInt:
		_, ok = jsonInt(v)
	case KindFloat:
		_, ok = v.(json.Number)
	case KindFile, KindDir:
		ok = false
	case KindList:
		items, isList := v.([]any)
		for i, item := range items {
			if err := conformJSON(item, *want.Elem); err != nil {
				return fmt.Errorf("item %d: %w", i, err)
			}
		}
		ok = isList
	}
	if !ok {
		return fmt.Errorf("want %s, have %s", want, describeJSON(v))
	}
	return nil
}

// jsonInt returns a JSON number that has no fraction.
func jsonInt(v any) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	if i, err := n.Int64(); err == nil {
		return i, true
	}
	f, err := n.Float64()
	return int64(f), err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53
}

// describeJSON says what decoded JSON is.
func describeJSON(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "a truth value"
	case string:
		return "text"
	case json.Number:
		return "the number " + v.String()
	case []any:
		return "a list"
	}
	return "a map"
}

// CheckInput returns the JSON text as a value of the type, or says why it is
// not one. A file is never JSON: whoever starts a run makes its reference.
func (t Type) CheckInput(text json.RawMessage) error {
	decoded, err := decodeJSON(text)
	if err != nil {
		return err
	}
	return conformJSON(decoded, t)
}
