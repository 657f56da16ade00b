package dsl

import (
	"bytes"
	"encoding/json"

	"example.org/weft/object"
)

// byName is a type as a test writes its values: a file by its name.
func byName(t Type) Type {
	switch t.Kind {
	case KindFile, KindDir:
		return Type{Kind: KindString, Nullable: t.Nullable}
	case KindList:
		elem := byName(*t.Elem)
		return Type{Kind: KindList, Elem: &elem, Nullable: t.Nullable}
	case KindJSON, KindString, KindInt, KindFloat, KindBool:
	}
	return t
}

// withFiles puts a file in the place of each name where the field has one.
// What is of another type is left as it is.
func withFiles(v object.Value, f Field, files map[string]string) object.Value {
	switch {
	case !f.Type.HasFiles() || v.IsNull():
		return v
	case f.Type.Kind == KindList:
		return listWithFiles(v, f, files)
	}
	var name string
	if v.JSON == nil || json.Unmarshal(v.JSON, &name) != nil {
		return v
	}
	ref := &object.Ref{ID: object.Mint("test", name), Name: name, Size: int64(len(files[name])), MediaType: f.MediaType}
	if f.Type.Kind == KindDir {
		return object.Value{Dir: ref}
	}
	return object.Value{File: ref}
}

func listWithFiles(v object.Value, f Field, files map[string]string) object.Value {
	items := v.List
	if bytes.HasPrefix(v.JSON, []byte("[")) {
		var texts []json.RawMessage
		if json.Unmarshal(v.JSON, &texts) != nil {
			return v
		}
		for _, text := range texts {
			items = append(items, object.FromJSON(text))
		}
	}
	if items == nil {
		return v
	}
	of := Field{Type: *f.Type.Elem, MediaType: f.MediaType}
	list := make([]object.Value, len(items))
	for i, item := range items {
		list[i] = withFiles(item, of, files)
	}
	return object.Value{List: list}
}
