package server

import (
	"encoding/json"
	"fmt"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// value checks one value against its type. Lists that hold files become lists
// of values; everything else stays JSON.
func (b *binder) value(path string, t dsl.Type, given any) object.Value {
	if given == nil {
		if !t.Nullable && t.Kind != dsl.KindJSON {
			b.mistake(path, "is null", "want "+typeName(t))
		}
		return object.Null()
	}
	switch t.Kind {
	case dsl.KindFile:
		return object.Value{File: b.object(path, "file", given)}
	case dsl.KindDir:
		return object.Value{Dir: b.object(path, "dir", given)}
	case dsl.KindList:
		return b.list(path, t, given)
	case dsl.KindJSON, dsl.KindString, dsl.KindInt, dsl.KindFloat, dsl.KindBool:
		if !fits(t.Kind, given) {
			b.mistake(path, "is "+kindOf(given), "want "+typeName(t))
			return object.Null()
		}
	}
	return b.inline(given)
}

func (b *binder) list(path string, t dsl.Type, given any) object.Value {
	items, ok := given.([]any)
	if !ok {
		b.mistake(path, "is "+kindOf(given), "want a list: "+typeName(t))
		return object.Null()
	}
	values := make([]object.Value, len(items))
	for i, item := range items {
		values[i] = b.value(fmt.Sprintf("%s[%d]", path, i), *t.Elem, item)
	}
	if !holdsFiles(t) {
		return b.inline(given)
	}
	return object.Value{List: values}
}

func (b *binder) inline(given any) object.Value {
	text, err := json.Marshal(given)
	b.fail(err)
	return object.FromJSON(text)
}

func holdsFiles(t dsl.Type) bool {
	switch t.Kind {
	case dsl.KindFile, dsl.KindDir:
		return true
	case dsl.KindList:
		return holdsFiles(*t.Elem)
	case dsl.KindJSON, dsl.KindString, dsl.KindInt, dsl.KindFloat, dsl.KindBool:
	}
	return false
}

func fits(k dsl.Kind, given any) bool {
	switch k {
	case dsl.KindString:
		_, ok := given.(string)
		return ok
	case dsl.KindBool:
		_, ok := given.(bool)
		return ok
	case dsl.KindInt:
		n, ok := given.(json.Number)
		if ok {
			_, err := n.Int64()
			ok = err == nil
		}
		return ok
	case dsl.KindFloat:
		_, ok := given.(json.Number)
		return ok
	case dsl.KindJSON, dsl.KindFile, dsl.KindDir, dsl.KindList:
	}
	return true
}

// kindOf says in words what a JSON value is.
func kindOf(given any) string {
	switch given := given.(type) {
	case string:
		return "a string"
	case bool:
		return "a bool"
	case json.Number:
		return "the number " + given.String()
	case []any:
		return "a list"
	}
	return "an object"
}

// typeName returns a type as it is written in a workflow.
func typeName(t dsl.Type) string {
	suffix := ""
	if t.Nullable {
		suffix = "?"
	}
	switch t.Kind {
	case dsl.KindString:
		return "string" + suffix
	case dsl.KindInt:
		return "int" + suffix
	case dsl.KindFloat:
		return "float" + suffix
	case dsl.KindBool:
		return "bool" + suffix
	case dsl.KindFile:
		return "file" + suffix
	case dsl.KindDir:
		return "dir" + suffix
	case dsl.KindList:
		return typeName(*t.Elem) + "[]" + suffix
	case dsl.KindJSON:
	}
	return "json" + suffix
}

// nearest returns the name that a mistyped one is likely meant to be; empty
// when none is near.
func nearest(name string, names []string) string {
	best, limit := "", 1+len(name)/3
	for _, candidate := range names {
		if d := editDistance(name, candidate); d <= limit {
			best, limit = candidate, d-1
		}
	}
	return best
}

func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
