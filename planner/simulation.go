package planner

import (
	"container/heap"

	"example.org/weft/dsl"
)

// A simulation is the state of one play.
type simulation struct {
	m        *model
	families []family
	ranks    []float64
	nodes    []simNode
	homes    []homes
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
	back  int     // of a chain: how many items back a task reads; else 0
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
	offset int
	share  float64 // of one object that is read: a chain's range reads only the last of the range before
}

// A waiter is a step that waits for this one.
type waiter struct {
	step        int
	elementwise bool
	offset      int
}

// homes are the nodes where a group works, by item or as a whole.
type homes struct {
	perItem bool
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
	s := &simulation{m: m, families: make([]family, len(m.steps)), ranks: m.ranks()}
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
				heap.Push(&s.ready, readyTask{rank: s.ranks[i], step: i, item: item})
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
	f.run, f.back = m.run*items, m.back
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
		h := homes{perItem: groups[g].perItem, nodes: make([]int, items)}
		for i := range h.nodes {
			h.nodes[i] = -1
		}
		s.homes = append(s.homes, h)
	}
}

// connect makes a step wait for what it reads, and notes what it needs.
func (s *simulation) connect(i int, inputs map[string]*bundle) {
	f := &s.families[i]
	for _, r := range s.m.steps[i].reads {
		if r.from == dsl.InputStep {
			if b := s.inputBundle(i, r, inputs); b != nil {
				f.inputs = append(f.inputs, input{of: b, all: r.elements != oneItem, offset: r.offset, share: 1})
			}
			continue
		}
		from := &s.families[r.from]
		if from.n == 0 {
			continue
		}
		s.wait(i, r)
		if r.binding == "" {
			continue
		}
		share := 1.0
		if r.offset != 0 {
			share = float64(f.n) / float64(max(s.m.steps[i].tasks, 1))
		}
		for j, o := range s.m.steps[r.from].outputs {
			if b := from.outputs[j]; b != nil && (r.field == "" || r.field == o.field) {
				all := r.elements == allItems || r.elements == whole || (r.elements == someItems && f.n == 1)
				f.inputs = append(f.inputs, input{of: b, all: all, offset: r.offset, share: share})
			}
		}
	}
}

// wait counts what the tasks of step i wait for over r.
func (s *simulation) wait(i int, r read) {
	f, from := &s.families[i], &s.families[r.from]
	foreach := s.m.steps[r.from].step.Foreach != nil
	w := waiter{step: i, elementwise: r.elements == oneItem && foreach && from.n == f.n, offset: r.offset}
	if r.from == i && !w.elementwise {
		return // a step that reads items of its own that nobody knows
	}
	from.waiters = append(from.waiters, w)
	for item := range f.n {
		if j := item + r.offset; !w.elementwise || (j >= 0 && j < f.n) {
			f.pending[item]++
		}
	}
}

// inputBundle is the objects of a workflow's input, which a bucket or one node
// has. It is nil for a value that travels inline.
func (s *simulation) inputBundle(i int, r read, inputs map[string]*bundle) *bundle {
	f := s.m.field(dsl.InputStep, r.field)
	if f == nil || r.binding == "" || travelsInline(f.Type, r.bytes) {
		return nil
	}
	if b, ok := inputs[r.field]; ok {
		return b
	}
	n, each := 1, r.bytes
	if r.elements == oneItem {
		n = s.families[i].n
		each = r.bytes * float64(s.m.steps[i].tasks) / float64(n)
	}
	b := newBundle(n, len(s.nodes), each)
	inputs[r.field] = b
	for node, c := range s.m.cluster.Nodes {
		if c.ID == s.m.cluster.InputsAt {
			b.putAll(node)
		}
	}
	return b
}

// missing is the bytes that a task lacks on a node.
func (s *simulation) missing(f *family, item, node int) float64 {
	total := 0.0
	for k := range f.inputs {
		in := &f.inputs[k]
		if in.all {
			total += float64(in.of.n-in.of.held[node]) * in.of.each
		} else if j := in.item(item, f.n); j >= 0 && !in.of.at(j, node) {
			total += in.of.each * in.share
		}
	}
	return total
}

// fetch puts what the task reads and makes on its node.
func (s *simulation) fetch(f *family, item, node int) {
	for k := range f.inputs {
		in := &f.inputs[k]
		if in.all {
			in.of.putAll(node)
		} else if j := in.item(item, f.n); j >= 0 && in.share == 1 {
			in.of.put(j, node)
		}
	}
	for _, b := range f.outputs {
		if b == nil {
			continue
		}
		if b.n == f.n {
			b.put(item, node)
		} else {
			b.putAll(node)
		}
	}
}

// item is the object that a task reads, or -1 for none: the first of a chain
// reads nothing. Where there are more readers than objects, they share.
func (in *input) item(task, tasks int) int {
	j := task + in.offset
	if in.of.n != tasks && tasks > 0 {
		j = j * in.of.n / tasks
	}
	if j < 0 || j >= in.of.n {
		return -1
	}
	return j
}
