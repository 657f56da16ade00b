package embedded

import (
	"container/heap"

	"example.org/weft/executor"
	"example.org/weft/executor/node"
	"example.org/weft/object"
)

// release lets commands leave: the records that led to them are durable.
func (l *loop) release(a *active, commands []executor.Command) {
	if l.stopping {
		return
	}
	for _, c := range commands {
		switch c := c.(type) {
		case executor.Invoke:
			l.invoke(a, c)
		case executor.StartChild:
			l.startChild(a, c)
		case executor.Abort:
			l.abort(a, c)
		case executor.SetTimer:
			heap.Push(&l.timers, timer{at: c.At, run: a.lease.Run, id: c.Timer})
		case executor.Finish:
			l.finish(a, c)
		case executor.Evaluate, executor.Reuse, executor.Place, executor.Plan, executor.Begin, executor.Conclude:
			panic("embedded: a command that the loop answers itself was held back")
		}
	}
}

// invoke hands an attempt to its node, unless it was aborted meanwhile.
func (l *loop) invoke(a *active, c executor.Invoke) {
	held, ok := a.live[c.Attempt.Task]
	if !ok || held.attempt != c.Attempt {
		return
	}
	held.invoked = true
	inv := node.ForStep(a.program, c)
	inv.Inputs = make(map[string]object.Value, len(c.Inputs))
	for name, v := range c.Inputs {
		inv.Inputs[name] = a.run.Expand(v)
	}
	inv.Callback, inv.ViaStore = l.callback(held.token), a.mode.UsesStore()
	held.node.Invoke(inv, func(f executor.Fact) {
		l.events.put(answered{run: a, attempt: c.Attempt, fact: f})
	})
}

// abort stops an attempt. One that was never handed to its node has nobody who
// would answer for it.
func (l *loop) abort(a *active, c executor.Abort) {
	held, ok := a.live[c.Attempt.Task]
	switch {
	case !ok || held.attempt != c.Attempt:
	case held.invoked:
		held.node.Abort(c.Attempt, c.Reason)
	default:
		answered{run: a, attempt: c.Attempt, fact: executor.AttemptLost{
			Task: c.Attempt.Task, Attempt: c.Attempt.N, Reason: c.Reason, Drained: true,
		}}.deliver(l)
	}
}

// answered brings what a node reports of an attempt.
type answered struct {
	run     *active
	attempt executor.AttemptID
	fact    executor.Fact
}

func (e answered) deliver(l *loop) {
	a := e.run
	if a.gone {
		return
	}
	held := a.live[e.attempt.Task]
	if held != nil && held.attempt != e.attempt {
		held = nil
	}
	fact := e.fact
	switch f := fact.(type) {
	case executor.ObjectLost:
		if held != nil {
			l.missed(a, held, f.Object)
		}
		return
	case executor.Succeeded:
		l.learn(a, f)
		l.settleClaim(a, e.attempt)
	case executor.AttemptLost:
		if held != nil && held.missed {
			fact = l.giveUp(a, held, f)
		}
		l.settleClaim(a, e.attempt)
	case executor.Failed, executor.HandedOver:
		l.settleClaim(a, e.attempt)
	default:
	}
	if s, ok := fact.(executor.Succeeded); l.step(a, fact) && ok {
		l.keepResult(a, e.attempt, s)
		if t, ok := a.run.Task(s.Task); ok && a.makers != nil {
			a.note(t.Step, s.Task, e.attempt, s.Outputs)
		}
	}
}

// settleClaim gives back what an attempt occupied on its node.
func (l *loop) settleClaim(a *active, attempt executor.AttemptID) {
	if c, ok := a.live[attempt.Task]; ok && c.attempt == attempt {
		l.nodes.free(c)
		delete(a.live, attempt.Task)
	}
}
