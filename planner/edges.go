package planner

import (
	"fmt"
	"strconv"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// An edge is heavy when a reader would spend this share of its run time, or
// more, waiting for the bytes to cross the network, or when it carries
// heavyShare of all bytes that the workflow reads. What fits into a message is
// never heavy.
const (
	heavyTime  = 0.05
	heavyShare = 0.10
)

// An edge of the model: read number read of step to.
type edge struct {
	to, read int
	total    float64 // bytes that all readers read
	heavy    bool
	note     string
	group    int // -1: none
}

// edges returns the edges of the model, in the order of the plan's.
func (m *model) edges() []edge {
	var edges []edge
	all := 0.0
	for i := range m.steps {
		for j, r := range m.steps[i].reads {
			total := m.readTotal(i, r)
			edges = append(edges, edge{to: i, read: j, total: total, group: -1})
			all += total
		}
	}
	for k := range edges {
		m.weigh(&edges[k], all)
	}
	return edges
}

// weigh decides whether an edge is heavy, given the bytes of all edges.
func (m *model) weigh(e *edge, all float64) {
	s := &m.steps[e.to]
	r := s.reads[e.read]
	if r.bytes <= object.MaxInline || r.bytes*m.objectShare(r) <= object.MaxInline {
		return
	}
	transfer := m.cluster.seconds(r.bytes)
	switch {
	case transfer >= heavyTime*s.run:
		e.heavy, e.note = true, fmt.Sprintf("%s to bring %s to a task that runs %s",
			Seconds(transfer), size(r.bytes), Seconds(s.run))
	case e.total >= heavyShare*all:
		e.heavy, e.note = true, fmt.Sprintf("%s of the %s that all steps read", size(e.total), size(all))
	}
}

// published returns an edge as the plan has it.
func (m *model) published(e edge, groups []group) Edge {
	s := &m.steps[e.to]
	r := s.reads[e.read]
	p := Edge{
		From: m.name(r.from), Field: r.field, To: s.step.Name, Input: r.binding,
		Elements: r.elements.text(r.offset), Bytes: rounded(e.total), Source: Measured,
		Heavy: e.heavy, Note: e.note,
	}
	if r.binding != "" {
		p.Source = worse(r.source, s.tasksSource)
	}
	if e.group >= 0 {
		p.Group = m.name(groups[e.group].steps[0])
	}
	return p
}

// readTotal is the bytes that all tasks of step i read over r.
func (m *model) readTotal(i int, r read) float64 {
	if r.binding == "" {
		return 0
	}
	tasks := m.steps[i].tasks
	if r.from == i && r.offset < 0 {
		tasks = max(tasks+r.offset, 0) // the first items have no predecessor
	}
	return r.bytes * float64(tasks)
}

// text is how Edge.Elements writes it.
func (e elements) text(offset int) string {
	switch e {
	case whole:
		return "one"
	case allItems:
		return "all"
	case someItems:
		return "some"
	case itsBatch:
		return "batch"
	case oneItem:
		if offset == 0 {
			return "each"
		}
		sign := ""
		if offset > 0 {
			sign = "+"
		}
		return "each" + sign + strconv.Itoa(offset)
	case order:
	}
	return ""
}

// throughStore is the bytes that would move if every object went through a
// store: written once by its maker, read by every reader.
func (m *model) throughStore() float64 {
	total := 0.0
	for i := range m.steps {
		s := &m.steps[i]
		for _, o := range s.outputs {
			if !o.inline {
				total += o.bytes * float64(s.tasks)
			}
		}
		for _, r := range s.reads {
			total += m.readTotal(i, r) * m.objectShare(r)
		}
	}
	return total
}

// objectShare is the part of a read that is objects; the rest travels in
// messages.
func (m *model) objectShare(r read) float64 {
	if r.from == dsl.InputStep {
		if f := m.field(r.from, r.field); f != nil && travelsInline(f.Type, r.bytes) {
			return 0
		}
		return 1
	}
	objects, all := 0.0, 0.0
	for _, o := range m.steps[r.from].outputs {
		if r.field == "" || r.field == o.field {
			all += o.bytes
			if !o.inline {
				objects += o.bytes
			}
		}
	}
	if all == 0 {
		return 0
	}
	return objects / all
}
