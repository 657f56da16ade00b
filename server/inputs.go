package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"example.org/weft/dsl"
	"example.org/weft/object"
	"example.org/weft/server/api"
)

// BindInputs checks the inputs that were given for a run against those that the
// workflow declares, and returns them as values. A file is given as the id of
// an object, alone or as {"object": id}. A value too big to stand inline is put
// into objects. Inputs with a default that were not given are left out of
// neither: they have their default.
//
// The error is an *api.Problem with every mistake, each at "inputs.NAME".
func BindInputs(ctx context.Context, declared []dsl.Field, given map[string]json.RawMessage, objects Objects,
) (map[string]object.Value, error) {
	return bindFields(ctx, declared, given, objects, inputWords())
}

// bindFields checks what was given for declared fields, and returns it as
// values.
func bindFields(ctx context.Context, declared []dsl.Field, given map[string]json.RawMessage, objects Objects, words bindWords,
) (map[string]object.Value, error) {
	b := binder{
		words: words,
		find:  func(id object.ID) (object.Ref, error) { return findObject(ctx, objects, id) },
		keep: func(name string, data []byte) (object.Ref, error) {
			return objects.Put(ctx, name, "application/json", bytes.NewReader(data))
		},
	}
	b.refuseUnknown(declared, given)
	values := make(map[string]object.Value, len(declared))
	for _, field := range declared {
		text, ok := given[field.Name]
		switch {
		case ok:
		case field.Default != nil:
			text = field.Default
		case field.Type.Nullable:
			text = json.RawMessage("null")
		default:
			b.mistake(field.Name, "is missing", "give "+field.Name+": "+typeName(field.Type))
			continue
		}
		values[field.Name] = b.bind(field, text)
	}
	if b.broken != nil {
		return nil, b.broken
	}
	if len(b.mistakes) > 0 {
		return nil, invalid(words.problem, b.mistakes...)
	}
	return values, nil
}

// bindWords are what mistakes in given values are called.
type bindWords struct {
	at      string // where they stand: "inputs"
	unknown string // of a name that is not declared
	problem string
}

func inputWords() bindWords {
	return bindWords{at: "inputs", unknown: "is no input of this workflow", problem: "the inputs are not those of the workflow"}
}

// binder collects what is wrong with the values of one call.
type binder struct {
	words    bindWords
	find     func(object.ID) (object.Ref, error)
	keep     func(name string, data []byte) (object.Ref, error)
	mistakes []api.Mistake
	broken   error // a failure of ours, the first one
}

func (b *binder) mistake(path, message, hint string) {
	b.mistakes = append(b.mistakes, api.Mistake{Location: b.words.at + "." + path, Message: message, Hint: hint})
}

func (b *binder) refuseUnknown(declared []dsl.Field, given map[string]json.RawMessage) {
	names := make([]string, len(declared))
	for i, field := range declared {
		names[i] = field.Name
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if slices.Contains(names, name) {
			continue
		}
		hint := ""
		if near := nearest(name, names); near != "" {
			hint = "did you mean " + near + "?"
		}
		b.mistake(name, b.words.unknown, hint)
	}
}

// bind returns the value of one input, which is kept apart when it is large.
func (b *binder) bind(field dsl.Field, text json.RawMessage) object.Value {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var parsed any
	if err := dec.Decode(&parsed); err != nil {
		b.mistake(field.Name, "is no JSON", "")
		return object.Null()
	}
	v := b.value(field.Name, field.Type, parsed)
	encoded, err := json.Marshal(v)
	if err != nil || len(encoded) <= object.MaxInline || b.broken != nil || len(b.mistakes) > 0 {
		b.fail(err)
		return v
	}
	ref, err := b.keep(field.Name+".json", encoded)
	if err != nil {
		b.fail(fmt.Errorf("cannot keep input %s: %w", field.Name, err))
		return v
	}
	return object.Value{Large: large(ref, v, parsed)}
}

func large(ref object.Ref, v object.Value, parsed any) *object.Large {
	out := &object.Large{Ref: ref}
	if list, ok := parsed.([]any); ok {
		out.IsList, out.Length = true, len(list)
	}
	for file := range v.Refs {
		out.Bytes += file.Size
	}
	return out
}

func (b *binder) fail(err error) {
	if b.broken == nil && err != nil {
		b.broken = err
	}
}

// object returns the reference to the object that an input names.
func (b *binder) object(path string, kind string, given any) *object.Ref {
	if m, ok := given.(map[string]any); ok {
		given = m["object"]
	}
	text, _ := given.(string)
	id, err := object.ParseID(text)
	if err != nil {
		b.mistake(path, "is no "+kind, `upload it and give its id: POST /api/v1/objects answers {"object": "obj_..."}`)
		return nil
	}
	ref, err := b.find(id)
	if isMissing(err) {
		b.mistake(path, "names object "+text+", which nobody holds", "upload it again")
		return nil
	}
	if err != nil {
		b.fail(fmt.Errorf("cannot find object %s: %w", id, err))
		return nil
	}
	return &ref
}

func findObject(ctx context.Context, objects Objects, id object.ID) (object.Ref, error) {
	body, ref, err := objects.Open(ctx, id)
	if err != nil {
		return object.Ref{}, err
	}
	return ref, body.Close()
}
