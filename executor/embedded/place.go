package embedded

import (
	"slices"
	"strings"

	"example.org/weft/executor"
	"example.org/weft/object"
	"example.org/weft/placement"
)

// place decides where a ready task runs, and journals the decision.
func (l *loop) place(a *active, c executor.Place) {
	if l.stopping {
		return
	}
	fn := a.program.FunctionOf(c.Step)
	task := placement.Task{
		Inputs:   refsOf(a.run, c.Inputs),
		CPU:      fn.Resources.CPU,
		Memory:   fn.Resources.Memory,
		Requires: fn.Requires,
		Avoid:    names(c.Avoid),
	}
	view, _ := a.run.Task(c.Task)
	step := a.program.Steps[c.Step].Name
	a.homes.Fill(&task, step, view.Item, view.Item > 0)
	snapshot := placement.Snapshot{
		Nodes: l.nodes.states, Bandwidth: l.cfg.Bandwidth, Holds: l.holds, Turn: a.turn,
	}
	decision, err := placement.Choose(a.mode, a.program.MaxSlowdown, snapshot, task)
	if err != nil {
		l.nowhere(a, c, err)
		return
	}
	a.turn++
	a.homes.Settle(step, view.Item, decision.Node)
	l.claim(a, c, decision, task)
}

// nowhere fails a task that no node can take: an attempt that begins nowhere
// and ends at once.
func (l *loop) nowhere(a *active, c executor.Place, err error) {
	placed := executor.Placed{Task: c.Task, Attempt: c.Attempt, Epoch: a.lease.Epoch, Reason: "no node can take it"}
	if l.step(a, placed) {
		l.step(a, executor.Failed{Task: c.Task, Attempt: c.Attempt, Cause: executor.CauseInput, Message: err.Error()})
	}
}

// claim takes the node's capacity for the attempt and journals the placement.
func (l *loop) claim(a *active, c executor.Place, d placement.Decision, task placement.Task) {
	i := l.nodes.index(executor.NodeID(d.Node))
	placed := executor.Placed{
		Task: c.Task, Attempt: c.Attempt, Epoch: a.lease.Epoch, Node: executor.NodeID(d.Node), Reason: d.Reason,
	}
	token := l.callbackToken(a, c)
	if token != "" {
		placed.Token = executor.TokenDigest(token)
	}
	if !l.step(a, placed) {
		return
	}
	k := &claim{
		token:   token,
		attempt: executor.AttemptID{Run: a.lease.Run, Task: c.Task, N: c.Attempt, Epoch: a.lease.Epoch, Redriven: c.Redriven},
		node:    l.nodes.nodes[i], index: i,
		cpu: task.CPU, memory: task.Memory, seconds: task.RunTime,
	}
	a.live[c.Task] = k
	l.nodes.take(k)
}

// holds reports whether a node has an object.
func (l *loop) holds(name string, id object.ID) bool {
	i := l.nodes.index(executor.NodeID(name))
	return i >= 0 && l.nodes.nodes[i].Store().Has(id)
}

// refsOf returns the objects that inputs refer to, each once.
func refsOf(run *executor.Run, inputs map[string]object.Value) []object.Ref {
	var refs []object.Ref
	for _, v := range inputs {
		for ref := range run.Expand(v).Refs {
			refs = append(refs, ref)
		}
	}
	if len(refs) < 2 {
		return refs
	}
	slices.SortFunc(refs, func(x, y object.Ref) int { return strings.Compare(string(x.ID), string(y.ID)) })
	return slices.CompactFunc(refs, func(x, y object.Ref) bool { return x.ID == y.ID })
}

func names(nodes []executor.NodeID) []string {
	list := make([]string, len(nodes))
	for i, n := range nodes {
		list[i] = string(n)
	}
	return list
}
