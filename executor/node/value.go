package node

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// value returns an output that the function wrote to $WEFT_OUTPUT.
func (c *collector) value(f dsl.Field) (object.Value, error) {
	text, ok := c.values[f.Name]
	if !ok {
		if f.Type.Nullable {
			return object.Null(), nil
		}
		return object.Value{}, fmt.Errorf("the function wrote no %s %q to $WEFT_OUTPUT; it wrote: %s",
			typeName(f.Type), f.Name, listed(slices.Sorted(maps.Keys(c.values))))
	}
	v, err := decodeAny(text)
	if err != nil {
		return object.Value{}, err
	}
	if err := conforms(f.Type, v); err != nil {
		return object.Value{}, err
	}
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		return object.Value{}, err
	}
	return object.FromJSON(b.Bytes()), nil
}

// conforms says what is wrong with a decoded JSON value of that type.
func conforms(t dsl.Type, v any) error {
	if v == nil && (t.Nullable || t.Kind == dsl.KindJSON) {
		return nil
	}
	ok := false
	switch t.Kind {
	case dsl.KindJSON:
		ok = true
	case dsl.KindString:
		_, ok = v.(string)
	case dsl.KindBool:
		_, ok = v.(bool)
	case dsl.KindInt:
		ok = isInt(v)
	case dsl.KindFloat:
		_, ok = v.(json.Number)
	case dsl.KindList:
		var list []any
		if list, ok = v.([]any); ok && t.Elem != nil {
			for i, item := range list {
				if err := conforms(*t.Elem, item); err != nil {
					return fmt.Errorf("item %d: %w", i, err)
				}
			}
		}
	case dsl.KindFile, dsl.KindDir:
		return fmt.Errorf("a %s cannot stand inside a value of $WEFT_OUTPUT", typeName(t))
	}
	if !ok {
		return fmt.Errorf("want %s, got %s", typeName(t), short(v))
	}
	return nil
}

func isInt(v any) bool {
	number, ok := v.(json.Number)
	if !ok {
		return false
	}
	_, err := strconv.ParseInt(number.String(), 10, 64)
	return err == nil
}

// short is the beginning of a value as JSON, for messages.
func short(v any) string {
	const most = 60
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%T", v)
	}
	if len(text) > most {
		return strings.ToValidUTF8(string(text[:most]), "") + "..."
	}
	return string(text)
}

// typeName is the type as the language writes it.
func typeName(t dsl.Type) string {
	names := map[dsl.Kind]string{
		dsl.KindJSON: "json", dsl.KindString: "string", dsl.KindInt: "int", dsl.KindFloat: "float",
		dsl.KindBool: "bool", dsl.KindFile: "file", dsl.KindDir: "dir", dsl.KindList: "list",
	}
	name := names[t.Kind]
	if t.Kind == dsl.KindList && t.Elem != nil {
		name = "list<" + typeName(*t.Elem) + ">"
	}
	if t.Nullable {
		name += "?"
	}
	return name
}
