package node

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"example.org/weft/object"
)

// resolve replaces an item of a large list, or several, by the value that it
// stands for. It leaves all else as it is.
func (s *stager) resolve(ctx context.Context, v object.Value) (object.Value, error) {
	if v.Item == nil {
		return v, nil
	}
	from, to := v.Item.Index, v.Item.Index+max(v.Item.Count, 1)
	if v.Item.Of.Source.ID != "" {
		items, err := s.items(ctx, v.Item.Of, from, to)
		switch {
		case err != nil:
			return v, err
		case v.Item.Count > 0:
			return array(items), nil
		}
		return object.FromJSON(items[0]), nil
	}
	list, err := s.load(ctx, v.Item.Of.Ref)
	if err != nil {
		return v, err
	}
	if from < 0 || to > len(list.List) {
		return v, fmt.Errorf("items %d to %d of a list of %d", from, to, len(list.List))
	}
	if v.Item.Count > 0 {
		return object.Value{List: list.List[from:to]}, nil
	}
	return list.List[from], nil
}

// resolveAll returns the inputs of a builtin. Thousands of these may begin at
// once, since they take no core: few of them read at a time.
func (s *stager) resolveAll(ctx context.Context) (map[string]object.Value, error) {
	inputs := make(map[string]object.Value, len(s.attempt.Inputs))
	for name, v := range s.attempt.Inputs {
		inputs[name] = v
		if v.Item == nil {
			continue
		}
		select {
		case s.node.reading <- struct{}{}:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		s.input = name
		v, err := s.resolve(ctx, v)
		<-s.node.reading
		if err != nil {
			return nil, err
		}
		inputs[name] = v
	}
	return inputs, nil
}

// array returns JSON texts as one list.
func array(items []json.RawMessage) object.Value {
	text := make([]byte, 0, bytesOf(items)+len(items)+2)
	text = append(text, '[')
	for i, item := range items {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, item...)
	}
	return object.FromJSON(append(text, ']'))
}

// open resolves v and, if it is large, reads it.
func (s *stager) open(ctx context.Context, v object.Value) (object.Value, error) {
	v, err := s.resolve(ctx, v)
	if err != nil || v.Large == nil {
		return v, err
	}
	if v.Large.Source.ID != "" {
		return s.allItems(ctx, *v.Large)
	}
	return s.load(ctx, v.Large.Ref)
}

// load reads the value that is the object ref. A list comes item by item, also
// when it was written as one JSON text.
func (s *stager) load(ctx context.Context, ref object.Ref) (object.Value, error) {
	if v, ok := s.node.lists.get(ref.ID); ok {
		return v, nil
	}
	if err := s.fetch(ctx, ref.ID); err != nil {
		return object.Value{}, err
	}
	f, err := s.node.store.OpenFile(ref.ID)
	if err != nil {
		return object.Value{}, err
	}
	defer f.Close()
	var v object.Value
	if err := json.NewDecoder(f).Decode(&v); err != nil {
		return v, fmt.Errorf("cannot read large value %s: %w", ref.ID, err)
	}
	if len(v.JSON) > 0 && v.JSON[0] == '[' {
		var items []json.RawMessage
		if err := json.Unmarshal(v.JSON, &items); err != nil {
			return v, fmt.Errorf("cannot read large list %s: %w", ref.ID, err)
		}
		v = object.Value{List: make([]object.Value, len(items))}
		for i, item := range items {
			v.List[i] = object.FromJSON(item)
		}
	}
	s.node.lists.put(ref.ID, v)
	return v, nil
}

// cachedLists is how many large values a node keeps decoded. The tasks of a
// foreach over a large list each want one item of it.
const cachedLists = 4

// A listCache has the large values that were used last.
type listCache struct {
	mu     sync.Mutex // guards the following fields
	values map[object.ID]object.Value
	order  []object.ID // the one used last stands last
}

func newListCache() *listCache { return &listCache{values: map[object.ID]object.Value{}} }

func (c *listCache) get(id object.ID) (object.Value, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.values[id]
	if ok {
		c.touch(id)
	}
	return v, ok
}

func (c *listCache) put(id object.ID, v object.Value) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.values[id] = v
	c.touch(id)
	if len(c.order) > cachedLists {
		delete(c.values, c.order[0])
		c.order = c.order[1:]
	}
}

func (c *listCache) touch(id object.ID) {
	c.order = append(slices.DeleteFunc(c.order, func(o object.ID) bool { return o == id }), id)
}
