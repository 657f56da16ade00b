package schedule

import (
	"math"
	"slices"
)

// A list scheduler takes the tasks in an order and puts each on a node, by what
// it would take there: cores, and the links of both ends, are reserved from
// then on, and what a node has fetched it has. It estimates, so that it can
// look at every node for every task; the simulator then says what is true.
type list struct {
	p       *problem
	nodes   []listNode
	storage []lane    // of the links that storage can fill at once
	arrived []float64 // by file and node, when it is there; -1: it is not planned
	node    []int32   // by task
	end     []float64 // by task
	chains  map[int32]int32
	dueAt   []float64 // by task, when it must have ended
	fetches []fetch   // of the node that is looked at
	best    []fetch   // of the best so far
	ends    []float64 // of cores, while they are looked at
}

type listNode struct {
	cores   []lane
	in, out lane
}

// A fetch is a transfer as it is estimated.
type fetch struct {
	file          int32
	from, seconds float64
	lane          *lane // of the other end
}

// A taste says what a list scheduler prefers.
type taste struct {
	nodes     int     // it uses no more than so many, unless it must
	transfers float64 // what a second of new transfers counts, in seconds of later end
	alone     bool    // it takes each transfer to have its links for itself
	due       bool    // of the nodes on which a task ends in time, the one that needs the least transfers
}

// An offer is what running a task on a node would take.
type offer struct {
	node        int
	core        int // of a task of one core
	start, end  float64
	transferred float64 // seconds of new transfers
	cost        float64
	inTime      bool
}

func newList(p *problem) *list {
	l := &list{
		p: p, nodes: make([]listNode, len(p.c.Nodes)), arrived: make([]float64, len(p.Files)*len(p.c.Nodes)),
		node: make([]int32, len(p.Tasks)), end: make([]float64, len(p.Tasks)),
	}
	for i := range p.c.Nodes {
		l.nodes[i].cores = make([]lane, p.c.Nodes[i].Cores)
	}
	widest := 0.0
	for i := range p.c.Nodes {
		widest = max(widest, p.c.Nodes[i].In)
	}
	l.storage = make([]lane, max(1, min(len(p.c.Nodes), int(math.Round(p.c.StorageBandwidth/widest)))))
	return l
}

func (l *list) reset() {
	for i := range l.nodes {
		n := &l.nodes[i]
		n.in, n.out = n.in[:0], n.out[:0]
		for k := range n.cores {
			n.cores[k] = n.cores[k][:0]
		}
	}
	for i := range l.storage {
		l.storage[i] = l.storage[i][:0]
	}
	for i := range l.arrived {
		l.arrived[i] = -1
	}
	l.chains = map[int32]int32{}
}

// plan puts the tasks on nodes in their order.
func (l *list) plan(order []int32, want taste) Plan {
	l.reset()
	for _, t := range order {
		best := offer{node: -1}
		chain := l.p.Tasks[t].Chain
		home, bound := l.chains[chain]
		for n := range l.nodes {
			if (bound && chain != 0 && n != int(home)) || (n >= want.nodes && best.node >= 0) || !l.p.can(t, n) {
				continue
			}
			o := l.offer(t, n, want)
			if best.node < 0 || o.before(&best, want.due) {
				best = o
				l.fetches, l.best = l.best, l.fetches
			}
		}
		if chain != 0 {
			l.chains[chain] = int32(best.node)
		}
		l.accept(t, &best, want.alone)
	}
	node := make([]int32, len(l.node))
	copy(node, l.node)
	return Plan{Node: node, Order: order}
}

// before reports whether an offer is better than another: the cheaper, or among
// those that end in time the one with the least to transfer.
func (o *offer) before(b *offer, due bool) bool {
	if due {
		if o.inTime != b.inTime {
			return o.inTime
		}
		if o.inTime && math.Abs(o.transferred-b.transferred) > 1e-9 {
			return o.transferred < b.transferred
		}
	}
	return o.cost < b.cost-1e-12
}

func (l *list) offer(t int32, n int, want taste) offer {
	o := offer{node: n}
	task := &l.p.Tasks[t]
	ready := 0.0
	for _, a := range task.After {
		ready = max(ready, l.end[a])
	}
	l.fetches = l.fetches[:0]
	link := 0.0 // when the last transfer for this task ends
	for _, f := range task.Reads {
		at, x := l.fetch(f, n, link, want.alone)
		if x.seconds > 0 || x.lane != nil {
			link = at
			o.transferred += x.seconds
			l.fetches = append(l.fetches, x)
		}
		ready = max(ready, at)
	}
	run := l.p.run(t, n)
	switch task.Cores {
	case 0:
		o.start = ready
	case 1:
		o.start, o.core = l.core(n, ready, run)
	default:
		o.start = max(ready, l.cores(n)[task.Cores-1])
	}
	o.end = o.start + run
	o.cost = o.end + want.transfers*o.transferred
	o.inTime = want.due && o.end <= l.dueAt[t]
	return o
}

// core finds the core that is free first.
func (l *list) core(n int, ready, run float64) (start float64, core int) {
	start = math.Inf(1)
	for k := range l.nodes[n].cores {
		if at := l.nodes[n].cores[k].gap(ready, run); at < start {
			start, core = at, k
			if at <= ready {
				break
			}
		}
	}
	return start, core
}

// cores returns when the node's cores are free for good, the first first.
func (l *list) cores(n int) []float64 {
	l.ends = l.ends[:0]
	for _, core := range l.nodes[n].cores {
		l.ends = append(l.ends, core.end())
	}
	slices.Sort(l.ends)
	return l.ends
}

// fetch estimates when a file can be on a node; what it has to reserve for that
// has a lane.
func (l *list) fetch(f int32, n int, link float64, alone bool) (at float64, x fetch) {
	file := &l.p.Files[f]
	home, exists := file.At, 0.0
	if file.Maker != NoMaker {
		home, exists = l.node[file.Maker], l.end[file.Maker]
	}
	if home == int32(n) {
		return exists, fetch{}
	}
	if at := l.arrived[int(f)*len(l.nodes)+n]; at >= 0 {
		return at, fetch{}
	}
	in := l.p.c.Nodes[n].In
	if home == Storage {
		x.lane = &l.storage[0]
		for i := range l.storage {
			if l.storage[i].end() < x.lane.end() {
				x.lane = &l.storage[i]
			}
		}
		x.seconds = file.Bytes / min(in, l.p.c.StorageBandwidth)
		exists += l.p.c.StorageLatency
	} else {
		x.lane = &l.nodes[home].out
		x.seconds = file.Bytes / min(in, l.p.c.Nodes[home].Out)
		exists += l.p.c.Latency
	}
	x.file = f
	x.from = exists
	if !alone {
		x.from = l.both(&l.nodes[n].in, x.lane, max(exists, link), x.seconds)
	}
	return x.from + x.seconds, x
}

// both finds a time at which two lanes are free.
func (l *list) both(a, b *lane, from, seconds float64) float64 {
	for range 8 {
		at := b.gap(a.gap(from, seconds), seconds)
		if at == from {
			break
		}
		from = at
	}
	return from
}

func (l *list) accept(t int32, o *offer, alone bool) {
	l.node[t], l.end[t] = int32(o.node), o.end
	switch wide := l.p.Tasks[t].Cores; wide {
	case 0:
	case 1:
		l.nodes[o.node].cores[o.core].take(o.start, o.end-o.start)
	default:
		for k := range l.nodes[o.node].cores {
			if core := &l.nodes[o.node].cores[k]; wide > 0 && core.end() <= o.start {
				core.take(o.start, o.end-o.start)
				wide--
			}
		}
	}
	for _, x := range l.best {
		l.arrived[int(x.file)*len(l.nodes)+o.node] = x.from + x.seconds
		if !alone {
			l.nodes[o.node].in.take(x.from, x.seconds)
			x.lane.take(x.from, x.seconds)
		}
	}
}
