package embedded

import (
	"maps"
	"slices"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/object"
	"example.org/weft/placement"
)

// A claim is what a placed attempt occupies on its node until it has ended,
// whether it runs there or still queues.
type claim struct {
	attempt executor.AttemptID
	node    Node
	index   int // of the node
	cpu     float64
	memory  int64
	seconds float64 // predicted run time
	invoked bool    // handed to the node, which will answer for it
	token   string  // that calls the attempt back; empty: nobody does

	missed bool      // the node found inputs of it lost
	orphan object.ID // one of them that no task made
}

// claims returns the run's claims in the order of their tasks.
func (a *active) claims() []*claim {
	list := make([]*claim, 0, len(a.live))
	for _, task := range slices.Sorted(maps.Keys(a.live)) {
		list = append(list, a.live[task])
	}
	return list
}

// A capacity knows what every node has left. It is the loop's own account, so
// that thousands of placements in a row each see those before them.
type capacity struct {
	nodes   []Node
	states  []placement.Node // the snapshot's, kept up to date
	backlog []float64        // predicted CPU seconds of the claims on each node
}

func newCapacity(nodes []Node) *capacity {
	c := &capacity{nodes: nodes, backlog: make([]float64, len(nodes))}
	for _, n := range nodes {
		s := n.Status()
		c.states = append(c.states, placement.Node{
			ID: string(s.ID), CPU: s.CPU, Memory: s.Memory, FreeCPU: s.CPU, FreeMem: s.Memory, Programs: s.Programs,
		})
	}
	return c
}

func (c *capacity) take(k *claim) { c.add(k, 1) }
func (c *capacity) free(k *claim) { c.add(k, -1) }

func (c *capacity) add(k *claim, sign float64) {
	s := &c.states[k.index]
	s.FreeCPU -= sign * k.cpu
	s.FreeMem -= int64(sign) * k.memory
	c.backlog[k.index] += sign * k.seconds * k.cpu
	s.Wait = 0
	if s.FreeCPU <= 0 && s.CPU > 0 {
		s.Wait = max(0, c.backlog[k.index]) / s.CPU
	}
}

// index returns the position of the node of that name, or -1.
func (c *capacity) index(id executor.NodeID) int {
	return slices.IndexFunc(c.states, func(s placement.Node) bool { return s.ID == string(id) })
}

// know finds out which nodes have the programs that a workflow requires.
func (c *capacity) know(p *dsl.Program) {
	wanted := p.Requires()
	for i, n := range c.nodes {
		if c.states[i].Programs == nil {
			c.states[i].Programs = make(map[string]bool)
		}
		maps.Copy(c.states[i].Programs, n.HasPrograms(wanted))
	}
}
