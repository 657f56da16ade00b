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

// maxReading is how many builtins read their inputs at a time.
const maxReading = 16

// items reads items of a list whose items stand in a file, which is fetched if
// it is not here. Of a few the neighbours are read with them and kept.
func (s *stager) items(ctx context.Context, list object.Large, from, to int) ([]json.RawMessage, error) {
	if from < 0 || to > list.Length {
		return nil, fmt.Errorf("items %d to %d of a list of %d", from, to, list.Length)
	}
	first := from / record.Stride * record.Stride
	last := min(first+record.Stride, list.Length)
	isFew := to <= last
	if isFew {
		if items := s.node.items.get(list.Ref.ID, first); items != nil {
			return items[from-first : to-first], nil
		}
	}
	if err := s.fetchList(ctx, list); err != nil {
		return nil, err
	}
	if !isFew {
		return ReadItems(s.node.store, list, from, to)
	}
	items, err := ReadItems(s.node.store, list, first, last)
	if err != nil {
		return nil, err
	}
	s.node.items.put(list.Ref.ID, first, items)
	return items[from-first : to-first], nil
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
	return array(items), err
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
	items, bytes := make([]json.RawMessage, 0, to-from), 0
	for at := from; at < to; {
		end := min((at/record.Stride+1)*record.Stride, to)
		some, err := record.Read(index, file, at, end)
		if err != nil {
			return nil, err
		}
		if bytes += bytesOf(some); bytes > maxWhole {
			return nil, fmt.Errorf("cannot take %d items at once: more than %d bytes; take smaller batches", to-from, maxWhole)
		}
		items, at = append(items, some...), end
	}
	return items, nil
}
