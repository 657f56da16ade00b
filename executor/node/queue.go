package node

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"example.org/weft/executor"
)

// An attempt is one invocation on this node, from its arrival to its answer.
type attempt struct {
	Invocation
	report  func(executor.Fact)
	arrived time.Time
	started time.Time // zero while it queues
	cpu     int64     // thousandths of a core that it takes
	memory  int64
	abort   func(cause error) // nil while it queues
	logs    *logs             // nil of a builtin, and until it has a folder
}

// Invoke takes an attempt and returns at once. Report is called, by a goroutine
// of the node, with what comes of it: AttemptStarted if it runs for more than a
// moment, ObjectLost (with the object alone: who made it the engine knows) for
// each input that is nowhere to be had, and last one of Succeeded (HandedOver if
// there is a Callback), Failed and AttemptLost. An attempt that is here already
// is not taken again.
//
// Attempts start in order of arrival, as soon as the first in the queue finds
// cores and memory; one that wants more than the node has gets all of it. A
// process that declares no cores takes one, a builtin none.
func (n *Node) Invoke(inv Invocation, report func(executor.Fact)) {
	inv.Function = inv.handsOver()
	a := &attempt{Invocation: inv, report: report, arrived: time.Now()}
	res := inv.Function.Resources
	a.cpu, a.memory = milli(res.CPU), res.Memory
	if a.cpu == 0 && inv.Function.Builtin == "" {
		a.cpu = 1000
	}
	a.cpu, a.memory = min(a.cpu, milli(n.cfg.CPU)), min(a.memory, n.cfg.Memory)

	n.mu.Lock()
	defer n.mu.Unlock()
	if n.attempts[inv.Attempt] != nil {
		return
	}
	if n.closed {
		go report(givenBack(a, "the node is closed"))
		return
	}
	n.attempts[inv.Attempt] = a
	n.queue = append(n.queue, a)
	n.admit()
}

// admit starts what fits. The caller holds mu.
func (n *Node) admit() {
	for len(n.queue) > 0 {
		a := n.queue[0]
		if a.cpu > n.cpu && a.cpu > 0 || a.memory > n.memory && a.memory > 0 {
			return
		}
		if !n.hasRoom() {
			return
		}
		n.queue[0] = nil
		n.queue = n.queue[1:]
		n.cpu -= a.cpu
		n.memory -= a.memory
		a.started = time.Now()
		ctx, abort := background()
		a.abort = abort
		n.work.Go(func() { n.run(ctx, a) })
	}
}

// leave gives back what a took.
func (n *Node) leave(a *attempt) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.attempts, a.Attempt)
	n.cpu += a.cpu
	n.memory += a.memory
	n.admit()
}

// Abort stops an attempt, which is then reported lost unless it ends by itself
// just now. It is no error if the node does not have it.
func (n *Node) Abort(id executor.AttemptID, reason string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	a := n.attempts[id]
	if a == nil {
		return
	}
	if a.abort != nil {
		a.abort(abortError(reason))
		return
	}
	n.queue = slices.DeleteFunc(n.queue, func(q *attempt) bool { return q == a })
	delete(n.attempts, id)
	n.work.Go(func() { a.report(givenBack(a, reason)) })
	n.admit()
}

// An abortError is why an attempt was stopped.
type abortError string

func (e abortError) Error() string { return string(e) }

// givenBack is what becomes of an attempt that was stopped: nobody's fault.
func givenBack(a *attempt, reason string) executor.AttemptLost {
	return executor.AttemptLost{Task: a.Attempt.Task, Attempt: a.Attempt.N, Reason: reason, Drained: true}
}

// milli counts cores in thousandths, so that sums are exact.
func milli(cpu float64) int64 { return int64(cpu*1000 + 0.5) }

// Status returns what the node can take and does, as of now.
func (n *Node) Status() Status {
	objects, bytes := n.store.Usage()
	n.mu.Lock()
	defer n.mu.Unlock()
	s := Status{
		ID: n.cfg.ID, CPU: n.cfg.CPU, Memory: n.cfg.Memory,
		Objects: objects, Bytes: bytes, Programs: map[string]bool{},
	}
	cpu, memory := n.cpu, n.memory
	for i, a := range n.queue {
		cpu, memory = cpu-a.cpu, memory-a.memory
		s.Queued = append(s.Queued, a.status(a.arrived, n.waitsFor(i, a)))
	}
	s.FreeCPU, s.FreeMem = float64(cpu)/1000, memory
	for _, a := range n.attempts {
		if !a.started.IsZero() {
			s.Running = append(s.Running, a.status(a.started, ""))
		}
	}
	slices.SortFunc(s.Running, func(a, b AttemptStatus) int { return a.Since.Compare(b.Since) })
	maps.Copy(s.Programs, n.programs)
	return s
}

func (a *attempt) status(since time.Time, waitsFor string) AttemptStatus {
	return AttemptStatus{Attempt: a.Attempt, Since: since, CPU: float64(a.cpu) / 1000, Memory: a.memory, WaitsFor: waitsFor}
}

// waitsFor says in words what keeps the attempt at place i of the queue.
func (n *Node) waitsFor(i int, a *attempt) string {
	text := "its turn on " + string(n.cfg.ID)
	switch {
	case a.cpu > n.cpu && a.cpu > 0:
		total := milli(n.cfg.CPU)
		text = fmt.Sprintf("a slot on %s: %g of %g cores taken", n.cfg.ID, float64(total-n.cpu)/1000, n.cfg.CPU)
	case a.memory > n.memory && a.memory > 0:
		text = fmt.Sprintf("memory on %s: %d MB, %d MB free", n.cfg.ID, a.memory/1e6, max(n.memory, 0)/1e6)
	case n.short:
		text = "room on the disk of " + string(n.cfg.ID)
	}
	if i > 0 {
		text += fmt.Sprintf("; %d queued before it, first %s", i, n.queue[0].Attempt.Task)
	}
	return text
}

// HasPrograms reports of each program whether functions on this node find it,
// and from then on Status does too.
func (n *Node) HasPrograms(names []string) map[string]bool {
	found := make(map[string]bool, len(names))
	for _, name := range names {
		_, err := n.exec.LookPath(name, nil)
		found[name] = err == nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	maps.Copy(n.programs, found)
	return found
}
