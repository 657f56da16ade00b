package planner

import (
	"slices"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// A model has what is predicted of every step, in the program's order, which is
// also an order in which values come into being.
type model struct {
	prog    *dsl.Program
	in      Inputs
	prof    Profile
	cluster Cluster
	steps   []stepModel
	lists   map[value]int // lengths that are known already
	ranks   []float64     // of each step, seconds
}

// A stepModel is what is predicted of one step.
type stepModel struct {
	step *dsl.Step
	fn   *dsl.Function

	tasks       int // at least 1 once the step is expanded; 0 for an empty list
	tasksSource Source
	run         float64 // seconds of one task
	runSource   Source
	inBytes     float64  // that one task reads, each value once
	outputs     []output // in the order of the function's
	reads       []read
	back        int  // how many items of its own back a task reads; else 0
	chained     bool // it does, and that ties it to a node: see findChain
}

// An output is one output of one task.
type output struct {
	field  string
	bytes  float64 // of a list, all its items
	items  int     // of a list; else 1
	list   bool
	inline bool // too small to be an object: it travels in messages
	source Source
}

// How much of a value one task reads.
type elements uint8

const (
	order    elements = iota // nothing, but it waits
	whole                    // the value of a single task
	allItems                 // of a foreach
	oneItem                  // its own, or the one at an offset
	itsBatch                 // the items of its batch
	someItems
)

// A read is one edge into a step.
type read struct {
	from     int    // step, or dsl.InputStep
	field    string // empty: all outputs
	binding  string // empty: control
	elements elements
	offset   int
	bytes    float64 // that one task reads
	source   Source
}

// newModel predicts every step from those before it.
func newModel(p *dsl.Program, in Inputs, prof Profile, c Cluster) *model {
	m := &model{prog: p, in: in, prof: prof, cluster: c, steps: make([]stepModel, len(p.Steps))}
	m.measureLists()
	for i := range p.Steps {
		s := &m.steps[i]
		s.step, s.fn = &p.Steps[i], p.FunctionOf(i)
		s.tasks, s.tasksSource = m.countTasks(i)
		s.reads = m.readsOf(i)
		s.inBytes = distinct(s.reads)
		s.outputs = m.outputsOf(i)
		m.readOwn(i)
		m.findChain(i)
		s.run, s.runSource = m.runTime(s) // now that its own items count
	}
	m.ranks = m.upwardRanks()
	return m
}

// findChain finds whether the tasks of step i read each other, and whether that
// is what ties them to a node. An item that reads more from the task of the same
// item of other steps belongs with that one: to keep the chain together would
// move more than it saves.
func (m *model) findChain(i int) {
	s := &m.steps[i]
	var handed, other float64
	for _, r := range s.reads {
		switch {
		case r.from == i && r.elements == oneItem && r.offset < 0:
			s.back = -r.offset
			handed += r.bytes
		case r.from >= 0 && r.from != i && s.tasks > 1 && m.mismatch(i, r) == "":
			other += r.bytes
		}
	}
	s.chained = s.back > 0 && handed >= other
}

// readsOf returns the edges into a step: what its expressions read, but a
// control read only where no data edge comes from the same step, then what it
// needs.
func (m *model) readsOf(i int) []read {
	s := &m.steps[i]
	var reads []read
	joined := map[int]bool{}
	add := func(data bool) {
		for _, r := range s.step.Reads {
			if (r.Binding != "") != data || (!data && (joined[r.Step] || r.Step == dsl.InputStep)) {
				continue
			}
			e := read{from: r.Step, field: r.Field, binding: r.Binding, elements: elementsOf(r), offset: r.Offset}
			if data {
				e.bytes, e.source = m.readBytes(i, e)
			}
			reads = append(reads, e)
			joined[r.Step] = true
		}
	}
	add(true)
	add(false)
	for _, need := range s.step.Needs {
		if !joined[need] {
			reads = append(reads, read{from: need, elements: order})
			joined[need] = true
		}
	}
	return reads
}

// distinct is the bytes of what one task reads; a value that feeds two inputs
// of the function counts once.
func distinct(reads []read) float64 {
	total := 0.0
	for k, r := range reads {
		again := slices.ContainsFunc(reads[:k], func(q read) bool {
			return q.from == r.from && q.field == r.field && q.elements == r.elements && q.offset == r.offset
		})
		if !again {
			total += r.bytes
		}
	}
	return total
}

// elementsOf says how much of a value one task reads.
func elementsOf(r dsl.Read) elements {
	if r.Batch > 0 {
		return itsBatch
	}
	switch r.Items {
	case dsl.ItemAll:
		return allItems
	case dsl.ItemAt:
		return oneItem
	case dsl.ItemSome:
		return someItems
	case dsl.ItemLength:
		return order
	case dsl.ItemNone:
	}
	if r.Each {
		return oneItem
	}
	return whole
}

// field returns the declaration of a step's output or a workflow's input.
func (m *model) field(step int, name string) *dsl.Field {
	fields := m.prog.Inputs
	if step != dsl.InputStep {
		fields = m.prog.FunctionOf(step).Outputs
	}
	for i := range fields {
		if fields[i].Name == name {
			return &fields[i]
		}
	}
	return nil
}

// isObject reports whether values of the type are objects whatever their size.
func isObject(t dsl.Type) bool {
	if t.Kind == dsl.KindList && t.Elem != nil {
		return isObject(*t.Elem)
	}
	return t.Kind == dsl.KindFile || t.Kind == dsl.KindDir
}

// travelsInline reports whether a value of the type and size stays in messages.
func travelsInline(t dsl.Type, bytes float64) bool {
	return !isObject(t) && bytes <= object.MaxInline
}

// name returns the name of a step, or FromInputs.
func (m *model) name(step int) string {
	if step == dsl.InputStep {
		return FromInputs
	}
	return m.prog.Steps[step].Name
}
