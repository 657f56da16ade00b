package node

import (
	"encoding/json"
	"sync"

	"example.org/weft/object"
)

// What a node keeps of the items of files that it read last. A foreach takes
// them one after the other, and finding one costs as much as finding its
// neighbours.
const (
	cachedItems = 4 << 20 // bytes in all
	cachedBlock = cachedItems / 4
)

// A block is the items of a list from a multiple of record.Stride up to the
// next.
type block struct {
	list  object.ID
	first int
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

// get returns a block, nil if it is not here.
func (c *itemCache) get(list object.ID, first int) []json.RawMessage {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.blocks[block{list, first}]
}

func (c *itemCache) put(list object.ID, first int, items []json.RawMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, n := block{list, first}, bytesOf(items)
	if n > cachedBlock || c.blocks[b] != nil {
		return
	}
	c.blocks[b], c.order = items, append(c.order, b)
	for c.bytes += n; c.bytes > cachedItems; {
		c.bytes -= bytesOf(c.blocks[c.order[0]])
		delete(c.blocks, c.order[0])
		c.order = c.order[1:]
	}
}

func bytesOf(items []json.RawMessage) int {
	total := 0
	for _, item := range items {
		total += len(item)
	}
	return total
}
