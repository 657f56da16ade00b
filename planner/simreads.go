package planner

import "example.org/weft/dsl"

// connect makes a step wait for what it reads, and notes what it needs.
func (s *simulation) connect(i int, inputs map[string]*bundle) {
	f := &s.families[i]
	for _, r := range s.m.steps[i].reads {
		if r.from == dsl.InputStep {
			if b := s.inputBundle(i, r, inputs); b != nil {
				f.inputs = append(f.inputs, input{of: b, all: r.elements != oneItem && r.elements != itsBatch, offset: r.offset, share: 1})
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
				f.inputs = append(f.inputs, input{of: b, all: all, batch: r.elements == itsBatch, offset: r.offset, share: share})
			}
		}
	}
}

// wait counts what the tasks of step i wait for over r.
func (s *simulation) wait(i int, r read) {
	f, from := &s.families[i], &s.families[r.from]
	foreach := s.m.steps[r.from].step.Foreach != nil
	w := waiter{step: i, elementwise: r.elements == oneItem && foreach && from.n == f.n, offset: r.offset}
	w.batch = r.elements == itsBatch && foreach && from.n >= f.n
	if r.from == i && !w.elementwise {
		return // a step that reads items of its own that nobody knows
	}
	from.waiters = append(from.waiters, w)
	if w.batch {
		for item := range from.n {
			f.pending[item*f.n/from.n]++
		}
		return
	}
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
	if r.elements == oneItem || r.elements == itsBatch {
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
		switch j := in.item(item, f.n); {
		case in.all:
			total += float64(in.of.n-in.of.held[node]) * in.of.each
		case in.batch:
			for j := in.first(item, f.n); j < in.first(item+1, f.n); j++ {
				if !in.of.at(j, node) {
					total += in.of.each
				}
			}
		case j >= 0 && !in.of.at(j, node):
			total += in.of.each * in.share
		}
	}
	return total
}

// fetch puts what the task reads and makes on its node.
func (s *simulation) fetch(f *family, item, node int) {
	for k := range f.inputs {
		in := &f.inputs[k]
		switch j := in.item(item, f.n); {
		case in.all:
			in.of.putAll(node)
		case in.batch:
			for j := in.first(item, f.n); j < in.first(item+1, f.n); j++ {
				in.of.put(j, node)
			}
		case j >= 0 && in.share == 1:
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

// first is the first object of a task's batch.
func (in *input) first(task, tasks int) int { return (task*in.of.n + tasks - 1) / tasks }

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
