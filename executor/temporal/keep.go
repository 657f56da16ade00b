package temporal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/node"
	"example.org/weft/executor/planning"
	"example.org/weft/object"
)

// A Keep asks for what a Finish asks.
type Keep struct {
	Run     executor.RunID  `json:"run"`
	Head    Head            `json:"head"`
	Command executor.Finish `json:"command"`
}

// Kept is the end of a run, or what it lacks.
type Kept struct {
	Fact Fact   `json:"fact"`           // Finished
	Lost []Fact `json:"lost,omitempty"` // ObjectLost, with the object alone
}

// A keeper puts runs' outputs on stable storage, where they are.
type keeper struct {
	local   *node.Node // holds values that are too large to stand inline
	follow  *followers
	holders *holders
	memory  *planning.Memory
	log     *slog.Logger
}

// Keep puts every object of a run's outputs on stable storage, with its digest,
// and makes an object of each output that is too large to stand inline.
func (k *keeper) Keep(ctx context.Context, q Keep) (Kept, error) {
	defer beat(ctx, func() []any { return nil })()
	var outputs map[string]object.Value
	err := k.follow.look(ctx, q.Run, q.Head, func(run *executor.Run, p *dsl.Program) error {
		outputs = run.Expand(object.Value{Map: q.Command.Outputs}).Map
		if err := k.memory.LearnRun(ctx, run, p); err != nil {
			k.log.WarnContext(ctx, "cannot learn from a run", "run", q.Run, "err", err)
		}
		return nil
	})
	if err != nil {
		return Kept{}, err
	}
	w := &keeping{keeper: k, run: q.Run, digests: map[object.ID]object.Digest{}}
	kept, err := w.keep(ctx, outputs)
	switch {
	case len(w.lost) > 0:
		return Kept{Lost: w.lost}, nil
	case err != nil:
		return Kept{}, err
	}
	return Kept{Fact: Fact{executor.Finished{Status: q.Command.Status, Outputs: kept, Error: q.Command.Error}}}, nil
}

// keeping is one call of Keep at work.
type keeping struct {
	*keeper
	run executor.RunID

	mu      sync.Mutex // guards the following fields
	digests map[object.ID]object.Digest
	lost    []Fact
}

func (w *keeping) keep(ctx context.Context, outputs map[string]object.Value) (map[string]object.Value, error) {
	var all []object.ID
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		if err := w.find(ctx, outputs[name], &all); err != nil {
			return nil, fmt.Errorf("output %s: %w", name, err)
		}
	}
	if err := w.secure(ctx, all); err != nil || len(w.lost) > 0 {
		return nil, err
	}
	kept := make(map[string]object.Value, len(outputs))
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		v, err := w.spill(ctx, name, w.digested(outputs[name]))
		if err != nil {
			return nil, fmt.Errorf("output %s: %w", name, err)
		}
		kept[name] = v
	}
	return kept, nil
}

// find gathers the objects of v, those that a large value refers to included.
func (w *keeping) find(ctx context.Context, v object.Value, all *[]object.ID) error {
	for ref := range v.Refs {
		*all = append(*all, ref.ID)
	}
	if v.Large == nil || v.Large.Source.ID != "" {
		return nil
	}
	content, err := w.local.Content(ctx, w.run, object.Item{Of: *v.Large, Index: object.Whole})
	if ids := node.Lost(err); ids != nil {
		return nil // secure finds out too
	}
	if err != nil {
		return err
	}
	var inner object.Value
	if err := json.Unmarshal(content, &inner); err != nil {
		return fmt.Errorf("cannot read large value %s: %w", v.Large.Ref.ID, err)
	}
	return w.find(ctx, inner, all)
}

// atOnce is how many objects are kept at a time.
const atOnce = 16

// secure returns when everything is on stable storage.
func (w *keeping) secure(ctx context.Context, ids []object.ID) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, id := range ids {
		g.Go(func() error {
			info, err := w.holders.keep(ctx, w.run, id)
			w.mu.Lock()
			defer w.mu.Unlock()
			if errors.Is(err, object.ErrNotFound) {
				w.lost = append(w.lost, Fact{executor.ObjectLost{Object: id}})
				return nil
			}
			w.digests[id] = info.Digest
			return err
		})
	}
	return g.Wait()
}

// digested returns v with the digests of its objects.
func (w *keeping) digested(v object.Value) object.Value {
	with := func(ref object.Ref) *object.Ref {
		ref.Digest = w.digests[ref.ID]
		return &ref
	}
	switch {
	case v.File != nil:
		v.File = with(*v.File)
	case v.Dir != nil:
		v.Dir = with(*v.Dir)
	case v.Large != nil:
		large := *v.Large
		large.Ref = *with(large.Ref)
		v.Large = &large
	case v.List != nil:
		v.List = slices.Clone(v.List)
		for i := range v.List {
			v.List[i] = w.digested(v.List[i])
		}
	case v.Map != nil:
		v.Map = maps.Clone(v.Map)
		for _, name := range slices.Sorted(maps.Keys(v.Map)) {
			v.Map[name] = w.digested(v.Map[name])
		}
	}
	return v
}

// spill makes an object of a value that is too large to stand inline.
func (w *keeping) spill(ctx context.Context, name string, v object.Value) (object.Value, error) {
	if v.Large != nil {
		return v, nil
	}
	text, err := json.Marshal(v)
	if err != nil || len(text) <= object.MaxInline {
		return v, err
	}
	ref, err := put(ctx, w.local, object.Mint(string(w.run), "outputs/"+name), name, "application/json", bytes.NewReader(text))
	if err != nil {
		return object.Value{}, err
	}
	return object.Value{Large: &object.Large{
		Ref: ref, IsList: v.List != nil, Length: len(v.List), Bytes: v.Bytes(),
	}}, nil
}
