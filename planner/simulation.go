package planner

import "container/heap"

// A simulation is the state of one play.
type simulation struct {
	m        *model
	families []family
	nodes    []simNode
	homes    []homes
	advice   advice
	ready    readyTasks
	moved    float64

	candidates []Candidate // reused by each decision
	of         []int       // node of each candidate
}

// A family is a step while the simulator plays: n tasks or ranges of tasks.
type family struct {
	n     int
	run   float64 // seconds of one
	keep  float64 // bytes of one that its group reads later
	back  int     // of a chain that stays together: how many items back a task reads; else 0
	group int     // -1: none
	hosts []bool
	width []int // slots, by node

	inputs  []input
	outputs []*bundle // in the order of the function's; nil travels inline
	waiters []waiter

	pending []int
	readyAt []float64
	node    []int32
	done    int
	ended   float64
}

// An input is objects that a task must have.
type input struct {
	of     *bundle
	all    bool
	batch  bool // a task reads the objects of its batch
	offset int
	share  float64 // of one object that is read: a chain's range reads only the last of the range before
}

// A waiter is a step that waits for this one.
type waiter struct {
	step        int
	elementwise bool
	batch       bool // its tasks wait for those of their batch
	offset      int
}

// homes are the nodes where a group works, by item or as a whole.
type homes struct {
	perItem bool
	firm    bool
	nodes   []int // -1: not settled
}

func (h *homes) slot(item int) int {
	if h.perItem && item < len(h.nodes) {
		return item
	}
	return 0
}

func (h *homes) of(item int) int { return h.nodes[h.slot(item)] }

func (h *homes) settle(item, node int) {
	if i := h.slot(item); h.nodes[i] < 0 {
		h.nodes[i] = node
	}
}

func newSimulation(m *model, groups []group, only func(int) bool) *simulation {
	s := &simulation{m: m, families: make([]family, len(m.steps))}
	for _, n := range m.cluster.Nodes {
		s.nodes = append(s.nodes, simNode{slots: make([]float64, n.slots())})
	}
	for i := range m.steps {
		s.families[i].group = -1
		if only == nil || only(i) {
			s.addFamily(i)
		}
	}
	s.addGroups(groups)
	inputs := map[string]*bundle{}
	for i := range s.families {
		if s.families[i].n > 0 {
			s.connect(i, inputs)
		}
	}
	for i := range s.families {
		f := &s.families[i]
		for item := range f.n {
			if f.pending[item] == 0 {
				heap.Push(&s.ready, readyTask{rank: s.m.ranks[i], step: i, item: item})
			}
		}
	}
	return s
}

// addFamily makes the tasks of a step and the bundles of what they make.
func (s *simulation) addFamily(i int) {
	m, f := &s.m.steps[i], &s.families[i]
	f.n = min(m.tasks, maxRanges)
	if f.n == 0 {
		return
	}
	items := float64(m.tasks) / float64(f.n)
	f.run = m.run * items
	if m.chained {
		f.back = m.back
	}
	f.pending, f.readyAt, f.node = make([]int, f.n), make([]float64, f.n), make([]int32, f.n)
	for _, n := range s.m.cluster.Nodes {
		f.hosts = append(f.hosts, n.hosts(m.fn))
		f.width = append(f.width, n.width(m.fn.Resources))
	}
	f.outputs = make([]*bundle, len(m.outputs))
	for j, o := range m.outputs {
		switch {
		case o.inline:
		case m.step.Foreach == nil && o.list:
			n := min(max(o.items, 1), maxRanges)
			f.outputs[j] = newBundle(n, len(s.nodes), o.bytes/float64(n))
		default:
			f.outputs[j] = newBundle(f.n, len(s.nodes), o.bytes*items)
		}
	}
}

func (s *simulation) addGroups(groups []group) {
	for g := range groups {
		items := 1
		for _, i := range groups[g].steps {
			f := &s.families[i]
			f.group = g
			if f.n > 0 {
				f.keep = groups[g].keep[i] * float64(s.m.steps[i].tasks) / float64(f.n)
				items = max(items, f.n)
			}
		}
		h := homes{perItem: groups[g].perItem, firm: groups[g].firm, nodes: make([]int, items)}
		for i := range h.nodes {
			h.nodes[i] = -1
		}
		s.homes = append(s.homes, h)
	}
}
