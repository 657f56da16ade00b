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
	for ref := range (object.Value{Large: &list}).Refs {
		if err := s.miss(s.fetch(ctx, ref.ID)); err != nil {
			return nil, err
		}
	}
	if s.lost != nil {
		return nil, s.lost
	}
	return ReadItems(s.node.store, list, from, to)
}

// allItems is the whole list as a value.
func (s *stager) allItems(ctx context.Context, list object.Large) (object.Value, error) {
	if err := FitsWhole(list); err != nil {
		return object.Value{}, err
	}
	items, err := s.items(ctx, list, 0, list.Length)
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
