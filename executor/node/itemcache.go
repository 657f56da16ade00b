package node

import (
	"encoding/json"
	"fmt"
	"sync"

	"example.org/weft/object"
	"example.org/weft/object/record"
)

// What a node keeps of the items of files that it read last. A foreach takes
// them one after the other, and finding one costs as much as finding its
// neighbours.
const (
	cachedItems = 4 << 20 // bytes in all
	cachedBlock = cachedItems / 4
)

// A block is record.Stride items of a list that begin with such a multiple.
type block struct {
	list object.ID
	n    int
}

// An itemCache has the blocks that were read last. Objects do not change, so
// what it has is never stale.
type itemCache struct {
	mu     sync.Mutex // guards the following fields
	blocks map[block][]json.RawMessage
	order  []block // the one read last stands last
	bytes  int
}

func newItemCache() *itemCache { return &itemCache{blocks: map[block][]json.RawMessage{}} }

// get returns a block, which read reads if it is not here; a nil read leaves
// that be.
func (c *itemCache) get(b block, read func() ([]json.RawMessage, error)) ([]json.RawMessage, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	items, ok := c.blocks[b]
	if ok || read == nil {
		return items, nil
	}
	items, err := read()
	if n := bytesOf(items); err == nil && n <= cachedBlock {
		c.blocks[b], c.order = items, append(c.order, b)
		c.bytes += n
	}
	for c.bytes > cachedItems {
		c.bytes -= bytesOf(c.blocks[c.order[0]])
		delete(c.blocks, c.order[0])
		c.order = c.order[1:]
	}
	return items, err
}

func bytesOf(items []json.RawMessage) int {
	total := 0
	for _, item := range items {
		total += len(item)
	}
	return total
}

// cut takes items from up to, not including, to out of the blocks that have
// them, which block returns; nil if one of those is not to be had.
func cut(from, to int, get func(n int) ([]json.RawMessage, error)) ([]json.RawMessage, error) {
	items, bytes := make([]json.RawMessage, 0, to-from), 0
	for at := from; at < to; {
		first := at / record.Stride * record.Stride
		found, err := get(first / record.Stride)
		if err != nil || found == nil {
			return nil, err
		}
		found = found[at-first : min(to-first, len(found))]
		if bytes += bytesOf(found); bytes > maxWhole {
			return nil, fmt.Errorf("cannot take %d items at once: more than %d bytes; take smaller batches", to-from, maxWhole)
		}
		items = append(items, found...)
		at = first + record.Stride
	}
	return items, nil
}
