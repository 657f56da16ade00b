package planner

import (
	"math"
	"slices"

	"example.org/weft/planner/schedule"
)

// What a plan task by task takes of a cluster that does not say.
const (
	peerLatency  = 0.001 // seconds before a transfer between nodes
	storeLatency = 0.01  // seconds before a transfer from a bucket
	storeLinks   = 4     // nodes that a bucket fills the links of at once
	fetchSlots   = 4     // transfers that a node receives at once
)

// An expansion is the model task by task; of a wide family, range by range.
type expansion struct {
	sim   *simulation
	graph schedule.Graph
	first []int32           // of each step, its first task
	files map[*bundle]int32 // of each bundle, its first file
}

// expand returns the graph of all tasks, as package schedule plans them.
func (m *model) expand() *expansion {
	x := &expansion{sim: newSimulation(m, nil, nil), first: make([]int32, len(m.steps)), files: map[*bundle]int32{}}
	for i := range x.sim.families {
		x.addTasks(i)
	}
	for i := range x.sim.families {
		x.connectData(i)
	}
	for i := range x.sim.families {
		x.connectOrder(i)
	}
	return x
}

// addTasks adds the tasks of a step, and what they make.
func (x *expansion) addTasks(i int) {
	s, f := &x.sim.m.steps[i], &x.sim.families[i]
	x.first[i] = int32(len(x.graph.Tasks))
	cores := math.MaxInt
	for n, hosts := range f.hosts {
		if hosts {
			cores = min(cores, x.sim.m.cluster.Nodes[n].slots())
		}
	}
	t := schedule.Task{
		Seconds: f.run, Cores: min(int(math.Ceil(s.fn.Resources.CPU)), cores), Memory: s.fn.Resources.Memory,
		Kind: i, Hosts: f.hosts,
	}
	if f.back > 0 {
		t.Chain = int32(i) + 1
	}
	for range f.n {
		x.graph.Tasks = append(x.graph.Tasks, t)
	}
	for _, b := range f.outputs {
		if b == nil {
			continue
		}
		x.files[b] = int32(len(x.graph.Files))
		for k := range b.n {
			maker := x.first[i]
			if b.n == f.n {
				maker += int32(k)
			}
			made := &x.graph.Tasks[maker].Makes
			*made = append(*made, int32(len(x.graph.Files)))
			x.graph.Files = append(x.graph.Files, schedule.File{Bytes: b.each, Maker: maker})
		}
	}
}

// connectData has the tasks of a step read their files.
func (x *expansion) connectData(i int) {
	f := &x.sim.families[i]
	for k := range f.inputs {
		in := &f.inputs[k]
		if slices.ContainsFunc(f.inputs[:k], func(b input) bool { return b.of == in.of && (b.all || b.offset == in.offset) }) {
			continue // it reads these already
		}
		first, ok := x.files[in.of]
		if !ok {
			first = x.addInput(in.of)
		}
		for item := range f.n {
			t := &x.graph.Tasks[int(x.first[i])+item]
			switch j := in.item(item, f.n); {
			case in.all:
				t.Reads = slices.DeleteFunc(t.Reads, func(r int32) bool { return r >= first && r < first+int32(in.of.n) })
				for file := range in.of.n {
					t.Reads = append(t.Reads, first+int32(file))
				}
			case j >= 0:
				t.Reads = appendNew(t.Reads, first+int32(j))
			}
		}
	}
}

// addInput adds the files of one of the workflow's inputs.
func (x *expansion) addInput(b *bundle) int32 {
	first := int32(len(x.graph.Files))
	x.files[b] = first
	at := schedule.Storage
	for n := range x.sim.nodes {
		if b.held[n] > 0 {
			at = int32(n)
		}
	}
	for range b.n {
		x.graph.Files = append(x.graph.Files, schedule.File{Bytes: b.each, Maker: schedule.NoMaker, At: at})
	}
	return first
}

// connectOrder has tasks wait for those of a step that no file makes them wait
// for. Who waits for all tasks of a family waits for a task that does nothing
// and does so too: a thousand waits on either side instead of a million.
func (x *expansion) connectOrder(i int) {
	from := &x.sim.families[i]
	all := int32(-1)
	for _, w := range from.waiters {
		reader := &x.sim.families[w.step]
		if x.readsOf(reader, from, !w.elementwise) {
			continue
		}
		for item := range reader.n {
			t := &x.graph.Tasks[int(x.first[w.step])+item]
			switch j := item + w.offset; {
			case !w.elementwise && all < 0 && from.n == 1:
				all = x.first[i]
			case !w.elementwise && all < 0:
				all = x.addBarrier(i)
				t = &x.graph.Tasks[int(x.first[w.step])+item]
			case w.elementwise && j >= 0 && j < from.n:
				t.After = appendNew(t.After, x.first[i]+int32(j))
			}
			if !w.elementwise {
				t.After = appendNew(t.After, all)
			}
		}
	}
}

// readsOf reports whether the reader's files have it wait for from already.
func (x *expansion) readsOf(reader, from *family, all bool) bool {
	for k := range reader.inputs {
		for _, b := range from.outputs {
			if b != nil && b == reader.inputs[k].of && reader.inputs[k].all == all {
				return true
			}
		}
	}
	return false
}

func (x *expansion) addBarrier(i int) int32 {
	barrier := schedule.Task{Kind: i}
	for item := range x.sim.families[i].n {
		barrier.After = append(barrier.After, x.first[i]+int32(item))
	}
	x.graph.Tasks = append(x.graph.Tasks, barrier)
	return int32(len(x.graph.Tasks) - 1)
}

// appendNew appends a number that is not there yet.
func appendNew(list []int32, x int32) []int32 {
	if slices.Contains(list, x) {
		return list
	}
	return append(list, x)
}

// tasks returns the cluster as package schedule takes it.
func (c Cluster) tasks() schedule.Cluster {
	out := schedule.Cluster{
		Latency: peerLatency, StorageLatency: storeLatency,
		StorageBandwidth: storeLinks * c.Bandwidth, FetchSlots: fetchSlots,
	}
	for _, n := range c.Nodes {
		out.Nodes = append(out.Nodes, schedule.Node{Cores: n.slots(), Speed: 1, Memory: n.Memory, In: c.Bandwidth, Out: c.Bandwidth})
	}
	return out
}
