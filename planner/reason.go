package planner

import (
	"fmt"
	"slices"
)

// publishedGroup returns a group as the plan has it, with what it would cost to
// place its steps without regard to where their bytes are: a task then finds
// what it reads on its own node once in as many times as there are nodes.
func (m *model) publishedGroup(g *group, edges []edge) Group {
	p := Group{Name: m.name(g.steps[0]), PerItem: g.perItem, Firm: g.firm}
	for _, i := range g.steps {
		p.Steps = append(p.Steps, m.name(i))
	}
	inside, way := 0.0, map[int]float64{}
	longest := 0.0
	for _, e := range edges {
		r := m.steps[e.to].reads[e.read]
		if !slices.Contains(g.steps, e.to) || !slices.Contains(g.steps, r.from) {
			continue
		}
		inside += e.total
		// Edges come in the order of their readers: what leads to r.from is
		// complete. A chain pays at each of its items.
		if r.from == e.to {
			way[e.to] += m.cluster.seconds(e.total)
		} else {
			way[e.to] = max(way[e.to], way[r.from]+m.cluster.seconds(r.bytes))
		}
		longest = max(longest, way[e.to])
	}
	elsewhere := 1 - 1/float64(len(m.cluster.Nodes))
	p.Bytes = rounded(inside)
	p.ApartBytes, p.ApartTime = rounded(inside*elsewhere), duration(longest*elsewhere)
	p.Reason = m.reason(g, &p)
	return p
}

func (m *model) reason(g *group, p *Group) string {
	first := &m.steps[g.steps[0]]
	what := "single tasks on one node"
	switch {
	case len(g.steps) == 1:
		what = fmt.Sprintf("a chain of %d items on one node", first.tasks)
	case g.perItem:
		what = fmt.Sprintf("item by item, %d items", first.tasks)
	case first.step.Foreach != nil:
		what = "around a chain, on one node"
	}
	if g.firm {
		what = "firmly kept " + what
	}
	if len(m.cluster.Nodes) == 1 {
		return fmt.Sprintf("%s: %s stay there; there is no other node", what, Size(p.Bytes))
	}
	later := "each task waits"
	if first.step.Foreach == nil || !g.perItem {
		later = "they end"
	}
	return fmt.Sprintf("%s: %s stay where they are made; spread without regard to bytes, %s would move and %s up to %s longer",
		what, Size(p.Bytes), Size(p.ApartBytes), later, Seconds(p.ApartTime.Seconds()))
}
