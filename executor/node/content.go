package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"example.org/weft/executor"
	"example.org/weft/object"
)

// maxContent bounds what an expression may read of one object: control values
// are small.
const maxContent = 64 << 20

// Content returns what an expression of a run reads of an object, which is
// fetched if it is not here. See Lost.
func (n *Node) Content(ctx context.Context, run executor.RunID, l object.Item) ([]byte, error) {
	s := n.stagerOf(run)
	if l.Of.Source.ID != "" {
		return s.itemContent(ctx, l)
	}
	if l.Of.Ref.Size > maxContent {
		return nil, fmt.Errorf("cannot read %s in an expression: %d bytes, at most %d", l.Of.Ref.ID, l.Of.Ref.Size, maxContent)
	}
	if err := s.fetch(ctx, l.Of.Ref.ID); err != nil {
		return nil, err
	}
	f, err := n.store.OpenFile(l.Of.Ref.ID)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// itemContent reads an item, or several, of a list whose items stand in a file,
// or all of them.
func (s *stager) itemContent(ctx context.Context, l object.Item) ([]byte, error) {
	from, to := l.Index, l.Index+max(l.Count, 1)
	if l.Index == object.Whole {
		if err := FitsWhole(l.Of); err != nil {
			return nil, err
		}
		from, to = 0, l.Of.Length
	}
	items, err := s.items(ctx, l.Of, from, to)
	if err != nil {
		return nil, err
	}
	if l.Index != object.Whole && l.Count == 0 {
		return json.Marshal(object.FromJSON(items[0]))
	}
	list, err := json.Marshal(items)
	if err != nil {
		return nil, err
	}
	return json.Marshal(object.FromJSON(list))
}

// Fetch brings an object to this node, for a run. See Lost.
func (n *Node) Fetch(ctx context.Context, run executor.RunID, id object.ID) error {
	return n.stagerOf(run).fetch(ctx, id)
}

// stagerOf fetches what no attempt asked for.
func (n *Node) stagerOf(run executor.RunID) *stager {
	return &stager{node: n, attempt: &attempt{Invocation: Invocation{Attempt: executor.AttemptID{Run: run}}}, ledger: &ledger{}}
}

// Lost returns the objects that err says are nowhere to be had.
func Lost(err error) []object.ID {
	if gone, ok := errors.AsType[*lostError](err); ok {
		return gone.ids
	}
	return nil
}
