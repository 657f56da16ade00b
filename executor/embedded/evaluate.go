package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/node"
	"example.org/weft/object"
)

// maxLoad bounds what an expression may read of one object: control values are
// small, and the loop must never hold data.
const maxLoad = 64 << 20

// evaluate makes what an expression gave a fact, or has the objects read first
// that it needs the contents of, besides those that are loaded.
func (l *loop) evaluate(a *active, c executor.Evaluate, loaded dsl.Loaded) {
	if len(c.Loads) == 0 {
		l.step(a, c.Fact)
		return
	}
	l.tasks.Go(func() {
		loaded, err := l.loadAll(l.background, c.Loads, loaded)
		l.events.put(evaluated{run: a, command: c, loaded: loaded, err: err})
	})
}

// evaluated brings the contents that an expression asked for.
type evaluated struct {
	run     *active
	command executor.Evaluate
	loaded  dsl.Loaded
	err     error
}

func (e evaluated) deliver(l *loop) {
	if e.run.gone {
		return
	}
	if l.loseAll(e.run, e.err) {
		// Evaluated anew, it waits for what is made again.
		l.evaluate(e.run, e.run.run.EvaluateWith(e.command, nil), nil)
		return
	}
	if e.err != nil {
		e.command.Fact.Err = e.err.Error()
		l.step(e.run, e.command.Fact)
		return
	}
	l.evaluate(e.run, e.run.run.EvaluateWith(e.command, e.loaded), e.loaded)
}

// loadAll adds contents to those that are loaded.
func (e *Engine) loadAll(ctx context.Context, wanted []object.Item, loaded dsl.Loaded) (dsl.Loaded, error) {
	if loaded == nil {
		loaded = make(dsl.Loaded, len(wanted))
	}
	for _, l := range wanted {
		content, err := e.content(ctx, l)
		if err != nil {
			return nil, err
		}
		loaded[l] = content
	}
	return loaded, nil
}

func (e *Engine) content(ctx context.Context, l object.Item) ([]byte, error) {
	if l.Of.Source.ID != "" {
		return e.loadItems(l)
	}
	return e.readObject(ctx, l.Of.Ref)
}

func (e *Engine) readObject(ctx context.Context, ref object.Ref) ([]byte, error) {
	if ref.Size > maxLoad {
		return nil, fmt.Errorf("cannot read %s in an expression: %d bytes, at most %d", ref.ID, ref.Size, maxLoad)
	}
	r, _, err := e.Open(ctx, ref.ID)
	if gone(err) || errors.Is(err, journal.ErrNotFound) {
		return nil, &lostError{[]object.ID{ref.ID}}
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, maxLoad))
}

// loadItems reads an item, or several, of a list whose items stand in a file, or
// all of them.
func (e *Engine) loadItems(l object.Item) ([]byte, error) {
	n, err := e.holderOf(l.Of)
	if err != nil {
		return nil, err
	}
	from, to := l.Index, l.Index+max(l.Count, 1)
	if l.Index == object.Whole {
		if err := node.FitsWhole(l.Of); err != nil {
			return nil, err
		}
		from, to = 0, l.Of.Length
	}
	items, err := node.ReadItems(n.Store(), l.Of, from, to)
	if gone(err) {
		return nil, &lostError{[]object.ID{l.Of.Ref.ID, l.Of.Source.ID}}
	}
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

// holderOf returns a node that has both objects of a list whose items stand in a
// file. One that has made or used it has.
func (e *Engine) holderOf(list object.Large) (Node, error) {
	for _, n := range e.cfg.Nodes {
		if n.Store().Has(list.Ref.ID) && n.Store().Has(list.Source.ID) {
			return n, nil
		}
	}
	lost := &lostError{}
	for _, ref := range []object.Ref{list.Ref, list.Source} {
		if e.holder(ref.ID) < 0 {
			lost.ids = append(lost.ids, ref.ID)
		}
	}
	if len(lost.ids) == 0 {
		return nil, fmt.Errorf("no node has both the items and the index of %s", list.Source.Name)
	}
	return nil, lost
}
