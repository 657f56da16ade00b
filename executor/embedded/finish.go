package embedded

import (
	"fmt"
	"maps"
	"slices"

	"example.org/weft/executor"
	"example.org/weft/object"
)

// finish puts a run's outputs on stable storage and answers with Finished.
func (l *loop) finish(a *active, c executor.Finish) {
	outputs := make(map[string]object.Value, len(c.Outputs))
	for name, v := range c.Outputs {
		outputs[name] = a.run.Expand(v)
	}
	l.tasks.Go(func() {
		kept, err := l.keepOutputs(l.background, a.lease.Run, outputs)
		l.events.put(ready{run: a, command: c, outputs: kept, err: err})
	})
}

// ready brings the outputs of a run when they are on stable storage.
type ready struct {
	run     *active
	command executor.Finish
	outputs map[string]object.Value
	err     error
}

func (e ready) deliver(l *loop) {
	if e.run.gone || l.loseAll(e.run, e.err) {
		return // outputs that are made again come here again
	}
	f := executor.Finished{Status: e.command.Status, Error: e.command.Error, Outputs: e.outputs}
	if e.err != nil {
		f = executor.Finished{Status: executor.StatusFailed, Error: fmt.Sprintf("cannot keep the outputs: %v", e.err)}
	}
	l.step(e.run, f)
}

// finished lets go of a run whose end is durable.
func (l *loop) finished(a *active) {
	a.gone = true
	delete(l.runs, a.lease.Run)
	for _, c := range a.claims() {
		c.node.Abort(c.attempt, "the run has ended")
		l.nodes.free(c)
	}
	if len(a.learned) > 0 {
		l.tasks.Go(func() { l.storeLearned(l.background, slices.Sorted(maps.Keys(a.learned))) })
	}
}
