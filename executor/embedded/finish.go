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
		f := executor.Finished{Status: c.Status, Error: c.Error}
		kept, err := l.keepOutputs(l.background, a.lease.Run, outputs)
		if err != nil {
			f.Status, f.Error = executor.StatusFailed, fmt.Sprintf("cannot keep the outputs: %v", err)
		} else {
			f.Outputs = kept
		}
		l.events.put(answered{run: a, fact: f})
	})
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
