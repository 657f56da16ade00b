package temporal

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/node"
	"example.org/weft/object"
)

// duties are what workflows ask of one node: the activities of its task queue.
type duties struct {
	evaluator

	callbackURL string // of the server
	secret      []byte

	attempts attempts
	draining atomic.Bool // it takes no more
}

// Work does what an assignment asks. It answers when all attempts have ended, or
// when some have and the rest takes long: the workflow asks again for those. It
// does not stop them when the execution that asked is gone: the next one asks
// again.
func (w *duties) Work(ctx context.Context, q Assignment) ([]Answer, error) {
	for _, c := range q.Invoke {
		if w.attempts.add(c.Attempt) {
			w.begin(ctx, q, c)
		}
	}
	for _, id := range q.Await {
		if w.attempts.add(id) {
			w.attempts.report(id, givenBack(id, "the node knows nothing of it"))
		}
	}
	for _, c := range q.Stop {
		if w.attempts.add(c.Attempt) {
			w.attempts.report(c.Attempt, givenBack(c.Attempt, c.Reason)) // it will never be run here
		} else {
			w.local.Abort(c.Attempt, c.Reason)
		}
	}
	ids := q.attempts()
	defer beat(ctx, func() []any { return []any{w.attempts.begun(ids)} })()
	return w.attempts.await(ctx, ids)
}

// begin hands an attempt to the node, unless that is about to go.
func (w *duties) begin(ctx context.Context, q Assignment, c executor.Invoke) {
	err := errDraining
	if !w.draining.Load() {
		err = w.invoke(ctx, q, c)
	}
	if err != nil {
		w.attempts.report(c.Attempt, givenBack(c.Attempt, err.Error()))
	}
}

var errDraining = errors.New("the node is draining")

// givenBack is what becomes of an attempt that did not run: nobody's fault.
func givenBack(id executor.AttemptID, reason string) executor.AttemptLost {
	return executor.AttemptLost{Task: id.Task, Attempt: id.N, Reason: reason, Drained: true}
}

func (w *duties) invoke(ctx context.Context, q Assignment, c executor.Invoke) error {
	program, err := w.follow.source.Program(ctx, q.Version)
	if err != nil {
		return err
	}
	inv := node.ForStep(program, c)
	if inv.Inputs, err = w.spellOut(ctx, q, c); err != nil {
		return err
	}
	inv.ViaStore = q.ViaStore
	if program.Steps[c.Step].Wait != nil {
		token := callbackToken(w.secret, c.Attempt)
		inv.Callback = &node.Callback{Token: token, URL: w.callbackURL + "/api/v1/callbacks/" + token}
	}
	w.local.Invoke(inv, func(f executor.Fact) { w.attempts.report(c.Attempt, f) })
	return nil
}

// spellOut returns inputs without gathers. Only what gathers needs the run.
func (w *duties) spellOut(ctx context.Context, q Assignment, c executor.Invoke) (map[string]object.Value, error) {
	if !gathers(object.Value{Map: c.Inputs}) {
		return c.Inputs, nil
	}
	inputs := make(map[string]object.Value, len(c.Inputs))
	head := Head{Version: q.Version, Seq: q.Seq}
	err := w.follow.look(ctx, q.Run, head, func(run *executor.Run, _ *dsl.Program) error {
		for name, v := range c.Inputs {
			inputs[name] = run.Expand(v)
		}
		return nil
	})
	return inputs, err
}

func gathers(v object.Value) bool {
	if v.Gather != nil {
		return true
	}
	if slices.ContainsFunc(v.List, gathers) {
		return true
	}
	for _, field := range v.Map {
		if gathers(field) {
			return true
		}
	}
	return false
}

// beat gives a sign of life of an activity until stop is called.
func beat(ctx context.Context, details func() []any) (stop func()) {
	every := activity.GetInfo(ctx).HeartbeatTimeout / 4
	if every <= 0 {
		return func() {}
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			activity.RecordHeartbeat(ctx, details()...)
			select {
			case <-ticker.C:
			case <-done:
				return
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}
