package node

import (
	"context"
	"encoding/json"
	"fmt"

	"example.org/weft/object"
	"example.org/weft/object/record"
	"example.org/weft/object/store"
)

// maxWhole is the most bytes of a file whose items one function may take all at
// once: they stand in $WEFT_INPUT, and a node is not to hold more.
const maxWhole = 64 << 20

// items reads items of a list whose items stand in a file, which is fetched if
// it is not here.
func (s *stager) items(ctx context.Context, list object.Large, from, to int) ([]json.RawMessage, error) {
	if from < 0 || to > list.Length {
		return nil, fmt.Errorf("items %d to %d of a list of %d", from, to, list.Length)
	}
	cache := s.node.items
	items, err := cut(from, to, func(n int) ([]json.RawMessage, error) { return cache.get(block{list.Ref.ID, n}, nil) })
	if err != nil || len(items) == to-from {
		return items, err
	}
	if err := s.fetchList(ctx, list); err != nil {
		return nil, err
	}
	return cut(from, to, func(n int) ([]json.RawMessage, error) {
		return cache.get(block{list.Ref.ID, n}, func() ([]json.RawMessage, error) {
			first := n * record.Stride
			return ReadItems(s.node.store, list, first, min(first+record.Stride, list.Length))
		})
	})
}

// fetchList brings the two objects of a list whose items stand in a file.
func (s *stager) fetchList(ctx context.Context, list object.Large) error {
	for ref := range (object.Value{Large: &list}).Refs {
		if err := s.miss(s.fetch(ctx, ref.ID)); err != nil {
			return err
		}
	}
	if s.lost != nil {
		return s.lost
	}
	return nil
}

// allItems is the whole list as a value.
func (s *stager) allItems(ctx context.Context, list object.Large) (object.Value, error) {
	if err := FitsWhole(list); err != nil {
		return object.Value{}, err
	}
	if err := s.fetchList(ctx, list); err != nil {
		return object.Value{}, err
	}
	items, err := ReadItems(s.node.store, list, 0, list.Length)
	return object.Value{List: inlineAll(items)}, err
}

// FitsWhole returns an error for a list whose items stand in a file that is too
// large to be read at once.
func FitsWhole(list object.Large) error {
	if list.Source.Size > maxWhole {
		return fmt.Errorf("cannot take all items of %s at once: %d bytes, at most %d; take them by foreach, or take the file",
			list.Source.Name, list.Source.Size, int64(maxWhole))
	}
	return nil
}

// ReadItems returns items from up to, not including, to of a list whose items
// stand in a file. The store must have both of the list's objects.
func ReadItems(s *store.Store, list object.Large, from, to int) ([]json.RawMessage, error) {
	index, err := s.OpenFile(list.Ref.ID)
	if err != nil {
		return nil, err
	}
	defer index.Close()
	file, err := s.OpenFile(list.Source.ID)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return record.Read(index, file, from, to)
}
