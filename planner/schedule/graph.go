// Package schedule decides on which node each task of a graph runs, and in
// which order a node takes its own. It is a pure function of the graph and the
// cluster: same arguments, same plan.
//
// There is one cost model (Graph and Cluster), one simulator (Simulate), a few
// ways to come to a plan, and one choice between plans: Make plays each
// candidate in the simulator, and takes what the price of a second against a
// byte says is cheapest.
package schedule

import (
	"errors"
	"fmt"
	"slices"
)

// A Graph is tasks and the files that they hand on. They refer to each other
// by index.
type Graph struct {
	Tasks []Task
	Files []File
}

// A Task is one call of a function.
type Task struct {
	Seconds float64 // on a node of speed 1
	Cores   int     // that it occupies
	Memory  int64   // bytes; 0 is unknown
	Kind    int     // of function: a node that ran one of it is warm for the next
	Reads   []int32 // files, each once
	Makes   []int32 // files
	After   []int32 // tasks that must end first though no file says so
	Hosts   []bool  // by node, whether it can run the task; nil: each can
	Chain   int32   // tasks of the same chain share a node; 0: of no chain
}

// A File is an immutable value. A node fetches it at most once.
type File struct {
	Bytes float64
	Maker int32 // task; NoMaker: it is there from the start
	At    int32 // node that has a file without maker, or Storage
}

// What stands where there is no task and no node.
const (
	NoMaker int32 = -1
	Storage int32 = -1
)

// A Cluster is what a plan is made for. Only the links of the nodes and the
// storage limit transfers; what is between them is as wide as need be.
type Cluster struct {
	Nodes            []Node
	Latency          float64 // seconds before a transfer between nodes
	StorageLatency   float64 // seconds before a transfer from storage
	StorageBandwidth float64 // bytes per second that storage gives out, to all together
	FetchSlots       int     // transfers that a node receives at once
	ColdStart        float64 // seconds more for a task whose kind is not warm
}

// A Node is one machine.
type Node struct {
	Cores   int
	Speed   float64 // a task takes Seconds / Speed
	Memory  int64   // bytes; 0 is no limit
	In, Out float64 // bytes per second
	Warm    []int   // containers that are warm from the start, by kind; may be short
}

// A Plan says where each task runs, and what goes first.
type Plan struct {
	Node  []int32 // by task
	Order []int32 // tasks, the most urgent first
}

// A problem is a graph on a cluster, indexed.
type problem struct {
	Graph
	c          Cluster
	kinds      int
	weightless bool      // some tasks occupy no core
	readers    [][]int32 // tasks that read a file
	waiters    [][]int32 // tasks that wait for a task by After
	topo       []int32   // tasks, each behind what it waits for
	bytes      float64   // that all tasks read
	after      []float64 // of each task, seconds of the longest way behind it, transfers not counted
}

func newProblem(g Graph, c Cluster) (*problem, error) {
	p := &problem{Graph: g, c: c, readers: make([][]int32, len(g.Files)), waiters: make([][]int32, len(g.Tasks))}
	if len(c.Nodes) == 0 {
		return nil, errors.New("a cluster without nodes")
	}
	reads := 0
	for t := range g.Tasks {
		task := &g.Tasks[t]
		p.kinds = max(p.kinds, task.Kind+1)
		p.weightless = p.weightless || task.Cores == 0
		reads += len(task.Reads)
		for _, f := range task.Reads {
			p.bytes += g.Files[f].Bytes
		}
		for _, a := range task.After {
			p.waiters[a] = append(p.waiters[a], int32(t))
		}
		if p.hosts(int32(t)) == 0 {
			return nil, fmt.Errorf("task %d: no node can run it", t)
		}
	}
	p.index(reads)
	if err := p.sort(); err != nil {
		return nil, err
	}
	p.after = p.longestAfter()
	return p, nil
}

// longestAfter finds for each task how long what follows takes at least.
func (p *problem) longestAfter() []float64 {
	fastest := 0.0
	for _, n := range p.c.Nodes {
		fastest = max(fastest, n.Speed)
	}
	after := make([]float64, len(p.Tasks))
	for _, t := range slices.Backward(p.topo) {
		task := &p.Tasks[t]
		own := after[t] + task.Seconds/fastest
		for _, f := range task.Reads {
			if m := p.Files[f].Maker; m != NoMaker {
				after[m] = max(after[m], own)
			}
		}
		for _, a := range task.After {
			after[a] = max(after[a], own)
		}
	}
	return after
}

// index fills in the readers of each file, all in one array.
func (p *problem) index(reads int) {
	count := make([]int32, len(p.Files))
	for t := range p.Tasks {
		for _, f := range p.Tasks[t].Reads {
			count[f]++
		}
	}
	all := make([]int32, reads)
	for f, n := range count {
		p.readers[f], all = all[:0:n], all[n:]
	}
	for t := range p.Tasks {
		for _, f := range p.Tasks[t].Reads {
			p.readers[f] = append(p.readers[f], int32(t))
		}
	}
}

// sort finds a topological order, in which tasks keep theirs where they can.
func (p *problem) sort() error {
	waits := make([]int32, len(p.Tasks))
	var ready ranks
	for t := range p.Tasks {
		waits[t] = p.waits(int32(t))
		if waits[t] == 0 {
			ready.push(int32(t))
		}
	}
	end := func(t int32) {
		if waits[t]--; waits[t] == 0 {
			ready.push(t)
		}
	}
	for len(ready) > 0 {
		t := ready.pop()
		p.topo = append(p.topo, t)
		for _, f := range p.Tasks[t].Makes {
			for _, r := range p.readers[f] {
				end(r)
			}
		}
		for _, w := range p.waiters[t] {
			end(w)
		}
	}
	if len(p.topo) != len(p.Tasks) {
		return errors.New("the graph has a cycle")
	}
	return nil
}

// waits is how many things a task waits for that other tasks do.
func (p *problem) waits(t int32) int32 {
	n := int32(len(p.Tasks[t].After))
	for _, f := range p.Tasks[t].Reads {
		if p.Files[f].Maker != NoMaker {
			n++
		}
	}
	return n
}

// can reports whether a node can ever run a task.
func (p *problem) can(t int32, node int) bool {
	task, n := &p.Tasks[t], &p.c.Nodes[node]
	return (task.Hosts == nil || task.Hosts[node]) && task.Cores <= n.Cores && (n.Memory == 0 || task.Memory <= n.Memory)
}

// hosts is how many nodes can run a task.
func (p *problem) hosts(t int32) (n int) {
	for node := range p.c.Nodes {
		if p.can(t, node) {
			n++
		}
	}
	return n
}

// run is how long a task takes on a node that is warm for it.
func (p *problem) run(t int32, node int) float64 { return p.Tasks[t].Seconds / p.c.Nodes[node].Speed }

// share is how long a task takes if the node lets it run on all cores.
func (p *problem) share(t int32, node int) float64 {
	return p.run(t, node) * float64(p.Tasks[t].Cores) / float64(p.c.Nodes[node].Cores)
}
