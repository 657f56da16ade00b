package embedded

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"example.org/weft/executor"
	"example.org/weft/object"
)

// keepOutputs puts every object of a run's outputs on stable storage, with its
// digest, and makes an object of each output that is too large to stand inline.
// When some are lost the error is a *lostError with all of them.
func (e *Engine) keepOutputs(ctx context.Context, run executor.RunID, outputs map[string]object.Value) (map[string]object.Value, error) {
	k := keeper{engine: e, held: make([][]object.ID, len(e.cfg.Nodes))}
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		if err := k.find(outputs[name]); err != nil {
			return nil, fmt.Errorf("output %s: %w", name, err)
		}
	}
	if err := k.sync(ctx); err != nil {
		return nil, err
	}
	kept := make(map[string]object.Value, len(outputs))
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		v, err := e.digested(ctx, outputs[name])
		if err == nil {
			v, err = e.spill(ctx, run, name, v)
		}
		if err != nil {
			return nil, fmt.Errorf("output %s: %w", name, err)
		}
		kept[name] = v
	}
	return kept, nil
}

// A keeper gathers the objects of values by the node that holds them, so that
// those of one node are flushed together.
type keeper struct {
	engine *Engine
	held   [][]object.ID // by node
	lost   []object.ID
}

// find gathers the objects of v, those that a large value refers to included.
func (k *keeper) find(v object.Value) error {
	for ref := range v.Refs {
		if n := k.engine.holder(ref.ID); n >= 0 {
			k.held[n] = append(k.held[n], ref.ID)
		} else {
			k.lost = append(k.lost, ref.ID)
		}
	}
	return k.findLarge(v)
}

func (k *keeper) findLarge(v object.Value) error {
	for _, item := range v.List {
		if err := k.findLarge(item); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v.Map)) {
		if err := k.findLarge(v.Map[name]); err != nil {
			return err
		}
	}
	if v.Large == nil || v.Large.Source.ID != "" {
		return nil
	}
	n := k.engine.holder(v.Large.Ref.ID)
	if n < 0 {
		return nil // it is known to be lost
	}
	f, err := k.engine.cfg.Nodes[n].Store().OpenFile(v.Large.Ref.ID)
	if gone(err) {
		k.lost = append(k.lost, v.Large.Ref.ID)
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	var inner object.Value
	if err := json.NewDecoder(f).Decode(&inner); err != nil {
		return fmt.Errorf("cannot read large value %s: %w", v.Large.Ref.ID, err)
	}
	return k.find(inner)
}

// sync returns when everything is on stable storage.
func (k *keeper) sync(ctx context.Context) error {
	for n, ids := range k.held {
		err := k.engine.cfg.Nodes[n].Store().Sync(ctx, ids...)
		if gone(err) {
			err = nil
			for _, id := range ids {
				if !k.engine.cfg.Nodes[n].Store().Has(id) {
					k.lost = append(k.lost, id)
				}
			}
		}
		if err != nil {
			return err
		}
	}
	if len(k.lost) > 0 {
		return &lostError{k.lost}
	}
	return nil
}

// holder returns the first node that holds an object, or -1.
func (e *Engine) holder(id object.ID) int {
	return slices.IndexFunc(e.cfg.Nodes, func(n Node) bool { return n.Store().Has(id) })
}

// digested returns v with the digests of its objects.
func (e *Engine) digested(ctx context.Context, v object.Value) (object.Value, error) {
	var err error
	switch {
	case v.File != nil:
		v.File, err = e.digestedRef(ctx, *v.File)
	case v.Dir != nil:
		v.Dir, err = e.digestedRef(ctx, *v.Dir)
	case v.Large != nil:
		var ref *object.Ref
		large := *v.Large
		if ref, err = e.digestedRef(ctx, large.Ref); err == nil {
			large.Ref = *ref
		}
		v.Large = &large
	case v.List != nil:
		list := make([]object.Value, len(v.List))
		for i := 0; i < len(list) && err == nil; i++ {
			list[i], err = e.digested(ctx, v.List[i])
		}
		v.List = list
	case v.Map != nil:
		fields := make(map[string]object.Value, len(v.Map))
		for _, name := range slices.Sorted(maps.Keys(v.Map)) {
			if fields[name], err = e.digested(ctx, v.Map[name]); err != nil {
				break
			}
		}
		v.Map = fields
	}
	return v, err
}

func (e *Engine) digestedRef(ctx context.Context, ref object.Ref) (*object.Ref, error) {
	n := e.holder(ref.ID)
	if n < 0 {
		return nil, &lostError{[]object.ID{ref.ID}}
	}
	var err error
	ref.Digest, err = e.cfg.Nodes[n].Store().Digest(ctx, ref.ID)
	if gone(err) {
		err = &lostError{[]object.ID{ref.ID}}
	}
	return &ref, err
}
