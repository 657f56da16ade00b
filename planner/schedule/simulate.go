package schedule

import "math"

// A Result is what playing a plan cost.
type Result struct {
	Seconds    float64 // until the last task ended
	Net        float64 // bytes between nodes
	Stored     float64 // bytes read from storage
	Transfers  int     // between nodes
	Fetches    int     // from storage
	ColdStarts int
}

// Moved is every byte that crossed a link.
func (r Result) Moved() float64 { return r.Net + r.Stored }

// A Span is when a task ran.
type Span struct {
	Ready, Start, End float64 // Ready: all that it reads is on its node
	Last              int32   // file that it got last; -1: none
}

// Simulate plays a plan and returns what it cost, and when each task ran.
//
// A task takes its cores once all that it reads is on its node. A node runs
// what is ready in the order of the plan, and never leaves cores idle for which
// something is ready. A file is sent to each node that will read it as soon as
// it exists, by way of where it was made, and stays there. Of the transfers
// that wait to come in a node takes the one first whose reader is most urgent.
// Those under way share the links fairly (max-min, which is about what TCP
// does).
func Simulate(g Graph, c Cluster, plan Plan) (Result, []Span, error) {
	p, err := newProblem(g, c)
	if err != nil {
		return Result{}, nil, err
	}
	s := newSimulator(p)
	r := s.play(plan, math.Inf(1))
	return r, s.spans, nil
}

// A simulator plays plans of one problem, one after the other.
type simulator struct {
	p     *problem
	plan  Plan
	rank  []int32 // place of each task in the order
	limit float64 // seconds after which the plan is of no interest

	now     float64
	missing []int32 // things that each task waits for
	spans   []Span
	ends    timers // of running tasks
	nodes   []nodeState
	touched []int32 // nodes on which something may begin
	wanted  []int32 // by node, rank of the most urgent reader of the file at hand; -1: none
	net     network
	r       Result
	ended   int
	late    bool // the limit cannot be kept any more
	steps   int  // events played since the simulator was made, and what it takes to begin
}

// A nodeState is one node while a plan is played.
type nodeState struct {
	ready     ranks
	fetch     heapOf[uint64] // files to come in: rank of the reader, then the file
	receiving int
	cores     int // that are free
	memory    int64
	work      float64 // seconds until the tasks that have not begun could have run on all cores
	warm      []int   // by kind
	touched   bool
}

func newSimulator(p *problem) *simulator {
	s := &simulator{
		p: p, rank: make([]int32, len(p.Tasks)), missing: make([]int32, len(p.Tasks)), spans: make([]Span, len(p.Tasks)),
		nodes: make([]nodeState, len(p.c.Nodes)), wanted: make([]int32, len(p.c.Nodes)),
	}
	for n := range s.wanted {
		s.wanted[n] = -1
	}
	s.net.init(p.c)
	return s
}

// play plays a plan. It gives up, with Seconds infinite, once the plan cannot
// end within limit any more.
func (s *simulator) play(plan Plan, limit float64) Result {
	s.reset(plan, limit)
	for !s.late {
		s.begin()
		s.net.share(s.now)
		t := min(s.ends.next(), s.net.next())
		if math.IsInf(t, 1) {
			break
		}
		s.now = t
		s.steps++
		s.net.advance(t, s)
		for s.ends.next() <= t {
			s.end(s.ends.pop())
		}
	}
	if s.ended < len(s.p.Tasks) {
		s.r.Seconds = math.Inf(1)
	}
	return s.r
}

func (s *simulator) reset(plan Plan, limit float64) {
	s.plan, s.limit, s.now, s.ended, s.late, s.r = plan, limit, 0, 0, false, Result{}
	s.steps += len(s.p.Tasks) / 16
	s.ends.clear()
	s.net.clear()
	s.touched = s.touched[:0]
	for i, t := range plan.Order {
		s.rank[t] = int32(i)
	}
	for n := range s.nodes {
		s.nodes[n].reset(&s.p.c.Nodes[n], s.p)
	}
	for t := range s.p.Tasks {
		task := &s.p.Tasks[t]
		s.spans[t] = Span{Last: -1}
		s.missing[t] = int32(len(task.Reads) + len(task.After))
		s.nodes[plan.Node[t]].work += s.p.share(int32(t), int(plan.Node[t]))
		if s.missing[t] == 0 {
			s.makeReady(int32(t))
		}
	}
	for f := range s.p.Files {
		if s.p.Files[f].Maker == NoMaker {
			s.exists(int32(f), s.p.Files[f].At)
		}
	}
}

func (n *nodeState) reset(c *Node, p *problem) {
	n.ready, n.fetch, n.receiving, n.cores, n.memory, n.work, n.touched = n.ready[:0], n.fetch[:0], 0, c.Cores, c.Memory, 0, false
	if p.c.ColdStart > 0 {
		n.warm = append(append(n.warm[:0], c.Warm...), make([]int, max(0, p.kinds-len(c.Warm)))...)
	}
}

// played is how much the simulator has done since it was made: events, and
// rounds of sharing the links.
func (s *simulator) played() int { return s.steps + s.net.rounds }

// exists has a file that is now at home sent to the nodes that read it.
func (s *simulator) exists(file, home int32) {
	readers := s.p.readers[file]
	for _, t := range readers {
		n := s.plan.Node[t]
		if n == home {
			s.satisfy(t, file)
		} else if s.wanted[n] < 0 || s.rank[t] < s.wanted[n] {
			s.wanted[n] = s.rank[t]
		}
	}
	for _, t := range readers {
		n := s.plan.Node[t]
		if rank := s.wanted[n]; rank >= 0 {
			s.wanted[n] = -1
			s.nodes[n].fetch.push(uint64(rank)<<32 | uint64(file))
			s.touch(n)
		}
	}
}

// arrive has the readers of a file on a node go on.
func (s *simulator) arrive(file, node int32) {
	s.nodes[node].receiving--
	s.touch(node)
	for _, t := range s.p.readers[file] {
		if s.plan.Node[t] == node {
			s.satisfy(t, file)
		}
	}
}

func (s *simulator) satisfy(t, file int32) {
	s.spans[t].Last = file
	if s.missing[t]--; s.missing[t] == 0 {
		s.makeReady(t)
	}
}

func (s *simulator) makeReady(t int32) {
	n := s.plan.Node[t]
	s.spans[t].Ready = s.now
	s.nodes[n].ready.push(s.rank[t])
	s.touch(n)
}

func (s *simulator) touch(n int32) {
	if !s.nodes[n].touched {
		s.nodes[n].touched = true
		s.touched = append(s.touched, n)
	}
}

// end frees what a task occupied, and hands on what it made.
func (s *simulator) end(t int32) {
	task, home := &s.p.Tasks[t], s.plan.Node[t]
	n := &s.nodes[home]
	s.ended++
	n.cores += task.Cores
	n.memory += task.Memory
	if s.p.c.ColdStart > 0 {
		n.warm[task.Kind]++
	}
	s.touch(home)
	s.r.Seconds = s.now
	for _, f := range task.Makes {
		s.exists(f, home)
	}
	for _, w := range s.p.waiters[t] {
		s.satisfy(w, -1)
	}
}

// begin starts what can start on the nodes where something changed.
func (s *simulator) begin() {
	for _, k := range s.touched {
		n := &s.nodes[k]
		n.touched = false
		for n.receiving < s.p.c.FetchSlots && len(n.fetch) > 0 {
			n.receiving++
			s.send(int32(uint32(n.fetch.pop())), k)
		}
		s.dispatch(n, int(k))
	}
	s.touched = s.touched[:0]
}

// send begins a transfer from where the file was made.
func (s *simulator) send(file, to int32) {
	f := &s.p.Files[file]
	from := f.At
	if f.Maker != NoMaker {
		from = s.plan.Node[f.Maker]
	}
	if from == Storage {
		s.r.Stored += f.Bytes
		s.r.Fetches++
	} else {
		s.r.Net += f.Bytes
		s.r.Transfers++
	}
	s.net.send(file, from, to, f.Bytes, s.now)
}

// dispatch starts ready tasks in their order. One that does not fit lets the
// next go first.
func (s *simulator) dispatch(n *nodeState, k int) {
	var passed []int32
	for len(n.ready) > 0 && (n.cores > 0 || s.p.weightless) {
		rank := n.ready.pop()
		t := s.plan.Order[rank]
		task := &s.p.Tasks[t]
		if task.Cores > n.cores || (task.Memory > n.memory && s.p.c.Nodes[k].Memory > 0) {
			passed = append(passed, rank)
			continue
		}
		n.cores -= task.Cores
		n.memory -= task.Memory
		end := s.now + s.p.run(t, k) + s.chill(n, task)
		s.spans[t].Start, s.spans[t].End = s.now, end
		s.ends.push(end, t)
		n.work -= s.p.share(t, k)
		if end+s.p.after[t] > s.limit || s.now+n.work > s.limit {
			s.late = true
		}
	}
	for _, rank := range passed {
		n.ready.push(rank)
	}
}

// chill is how much longer the task takes if no container is warm for it.
func (s *simulator) chill(n *nodeState, task *Task) float64 {
	if s.p.c.ColdStart <= 0 {
		return 0
	}
	if n.warm[task.Kind] > 0 {
		n.warm[task.Kind]--
		return 0
	}
	s.r.ColdStarts++
	return s.p.c.ColdStart
}
