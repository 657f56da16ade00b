package embedded

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"example.org/weft/executor"
	"example.org/weft/object"
)

// shortest is how long a value may be to stand for itself where its digest would.
const shortest = 64

// digests returns the content of a function's inputs, in the order of their
// names: of a file its digest and the name by which the function sees it.
func (e *Engine) digests(ctx context.Context, inputs map[string]object.Value) ([]executor.InputDigest, error) {
	list := make([]executor.InputDigest, 0, len(inputs))
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		var text bytes.Buffer
		if err := e.describeValue(ctx, &text, inputs[name]); err != nil {
			return nil, fmt.Errorf("input %s: %w", name, err)
		}
		d := text.String()
		if v := inputs[name]; len(d) > shortest && v.File == nil && v.Dir == nil {
			d = sum(text.Bytes())
		}
		list = append(list, executor.InputDigest{Input: name, Digest: d})
	}
	return list, nil
}

func sum(text []byte) string {
	s := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(s[:])
}

// describeValue writes what a value is, and not where it lies: two values with
// the same description are the same to a function.
func (e *Engine) describeValue(ctx context.Context, w io.Writer, v object.Value) error {
	switch {
	case v.Item != nil:
		items, err := e.itemsOf(ctx, *v.Item)
		if err != nil {
			return err
		}
		return e.describeValue(ctx, w, items)
	case v.File != nil:
		return e.describeRef(ctx, w, *v.File)
	case v.Dir != nil:
		return e.describeRef(ctx, w, *v.Dir)
	case v.Large != nil:
		return e.describeLarge(ctx, w, *v.Large)
	case v.List != nil:
		for i, item := range v.List {
			fmt.Fprint(w, []string{"[", ","}[min(i, 1)])
			if err := e.describeValue(ctx, w, item); err != nil {
				return err
			}
		}
		fmt.Fprint(w, "]")
		return nil
	case v.Map != nil:
		for _, name := range slices.Sorted(maps.Keys(v.Map)) {
			fmt.Fprintf(w, "%q:", name)
			if err := e.describeValue(ctx, w, v.Map[name]); err != nil {
				return err
			}
		}
		return nil
	}
	return describeJSON(w, v.JSON)
}

// describeJSON writes JSON without what does not matter: spaces, order of keys.
func describeJSON(w io.Writer, text json.RawMessage) error {
	if len(text) == 0 {
		text = json.RawMessage("null")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return err
	}
	plain, err := json.Marshal(v)
	if err == nil {
		_, err = w.Write(plain)
	}
	return err
}

func (e *Engine) describeRef(ctx context.Context, w io.Writer, ref object.Ref) error {
	known, err := e.digestedRef(ctx, ref)
	if err == nil {
		_, err = fmt.Fprintf(w, "%s %s", known.Digest, ref.Name)
	}
	return err
}

// describeLarge writes what stands in an object. Where it refers to files these
// are described by what they hold.
func (e *Engine) describeLarge(ctx context.Context, w io.Writer, l object.Large) error {
	if l.Source.ID != "" {
		l.Source.Name = "" // the function sees the items, not the file
		if err := e.describeRef(ctx, w, l.Source); err != nil {
			return err
		}
		return e.describeRef(ctx, w, object.Ref{ID: l.Ref.ID})
	}
	if l.Ref.Size > maxLoad {
		return e.describeRef(ctx, w, object.Ref{ID: l.Ref.ID})
	}
	v, err := e.decoded.read(ctx, e, l.Ref)
	if err != nil {
		return err
	}
	return e.describeValue(ctx, w, v)
}

// itemsOf returns an item of a large list, or the list of several.
func (e *Engine) itemsOf(ctx context.Context, item object.Item) (object.Value, error) {
	if item.Of.Source.ID != "" {
		text, err := e.loadItems(item)
		var v object.Value
		if err == nil {
			err = json.Unmarshal(text, &v)
		}
		return v, err
	}
	v, err := e.decoded.read(ctx, e, item.Of.Ref)
	if err != nil {
		return v, err
	}
	from, to := item.Index, item.Index+max(item.Count, 1)
	if from < 0 || to > len(v.List) {
		return v, fmt.Errorf("items %d to %d of a list of %d", from, to, len(v.List))
	}
	if item.Count == 0 {
		return v.List[from], nil
	}
	return object.Value{List: v.List[from:to]}, nil
}

// A memo keeps the large value that was read last: the tasks of a foreach over
// it each want one item.
type memo struct {
	mu    sync.Mutex // guards the following fields
	id    object.ID
	value object.Value
}

// read returns the value that is the object ref. A list comes item by item, also
// when it was written as one JSON text.
func (m *memo) read(ctx context.Context, e *Engine, ref object.Ref) (object.Value, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.id == ref.ID {
		return m.value, nil
	}
	text, err := e.readObject(ctx, ref)
	if err != nil {
		return object.Value{}, err
	}
	var v object.Value
	if err := json.Unmarshal(text, &v); err != nil {
		return v, fmt.Errorf("cannot read large value %s: %w", ref.ID, err)
	}
	var items []json.RawMessage
	if json.Unmarshal(v.JSON, &items) == nil && items != nil {
		v = object.Value{List: make([]object.Value, len(items))}
		for i, item := range items {
			v.List[i] = object.FromJSON(item)
		}
	}
	m.id, m.value = ref.ID, v
	return v, nil
}
