package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
)

// maxLoad bounds what an expression may read of one object: control values are
// small, and the loop must never hold data.
const maxLoad = 64 << 20

// evaluate makes what an expression gave a fact, or has the objects read first
// that it needs the contents of.
func (l *loop) evaluate(a *active, c executor.Evaluate) {
	if len(c.Loads) == 0 {
		l.step(a, c.Fact)
		return
	}
	l.tasks.Go(func() {
		loaded, err := l.loadObjects(l.background, c.Loads)
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
		l.evaluate(e.run, e.run.run.EvaluateWith(e.command, nil))
		return
	}
	if e.err != nil {
		e.command.Fact.Err = e.err.Error()
		l.step(e.run, e.command.Fact)
		return
	}
	l.evaluate(e.run, e.run.run.EvaluateWith(e.command, e.loaded))
}

func (e *Engine) loadObjects(ctx context.Context, refs []object.Ref) (dsl.Loaded, error) {
	loaded := make(dsl.Loaded, len(refs))
	for _, ref := range refs {
		content, err := e.readObject(ctx, ref)
		if err != nil {
			return nil, err
		}
		loaded[ref.ID] = content
	}
	return loaded, nil
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
	defer r.Close() //nolint:errcheck // only read
	return io.ReadAll(io.LimitReader(r, maxLoad))
}
