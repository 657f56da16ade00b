package planner

import (
	"cmp"
	"fmt"
	"slices"
)

// A group of the model: steps in the program's order.
type group struct {
	steps   []int
	perItem bool
	firm    bool
	keep    map[int]float64 // of a step: bytes that one task makes for the group

	// A line is steps of which each reads the one before it: nothing in it
	// runs in parallel, so putting it on one node loses nothing.
	line        bool
	first, last int
}

// A grouping is a set of disjoint groups in the making.
type grouping struct {
	m      *model
	of     []int // group of each step, -1: none yet
	groups []*group
}

// findGroups joins steps over heavy edges, the heaviest first. An edge joins
// two steps where task i of one reads task i of the other and nobody else's, or
// where both are single tasks. For example
//
//	decode[i] -> encode[i] -> verify[i] -> stitch
//
// with heavy edges becomes {decode, encode, verify}, item by item: stitch reads
// all items, and keeping those on one node would leave the others idle. A chain
// (sum[i] reads sum[i-1]) is one group from the start, unless its items read more
// from elsewhere than they hand on.
//
// Two groups are joined only if a node can hold both and if, played on their
// own, they then move no more and end no more than max_slowdown later.
func (m *model) findGroups(edges []edge) []group {
	g := &grouping{m: m, of: make([]int, len(m.steps))}
	for i := range m.steps {
		s := &m.steps[i]
		g.of[i] = i
		g.groups = append(g.groups, &group{
			steps: []int{i}, perItem: s.step.Foreach != nil && !s.chained,
			line: s.back == 0, first: i, last: i,
		})
	}
	heavy := make([]*edge, 0, len(edges))
	for k := range edges {
		if edges[k].heavy {
			heavy = append(heavy, &edges[k])
		}
	}
	slices.SortStableFunc(heavy, func(a, b *edge) int { return cmp.Compare(b.total, a.total) })
	for _, e := range heavy {
		if why := g.join(e); why != "" {
			e.note += "; no group: " + why
		}
	}
	return g.result()
}

// join puts the ends of an edge into one group, or says why not.
func (g *grouping) join(e *edge) string {
	r := g.m.steps[e.to].reads[e.read]
	if r.from < 0 || g.of[r.from] == g.of[e.to] {
		return ""
	}
	if why := g.m.mismatch(e.to, r); why != "" {
		return why
	}
	a, b := g.groups[g.of[r.from]], g.groups[g.of[e.to]]
	merged := g.merge(a, b, r.from, e.to)
	if g.m.host(merged) < 0 {
		return "no node can hold all of its steps"
	}
	if !merged.line {
		if why := g.try(a, b, merged); why != "" {
			return why
		}
	}
	for _, i := range b.steps {
		g.of[i] = g.of[r.from]
	}
	*a = *merged
	return ""
}

// mismatch says why the tasks of step i do not belong one to one with those
// that r reads.
func (m *model) mismatch(i int, r read) string {
	from, to := &m.steps[r.from], &m.steps[i]
	switch {
	case from.step.Foreach == nil && to.step.Foreach == nil:
		return ""
	case from.step.Foreach == nil:
		return fmt.Sprintf("%d tasks read what one makes", to.tasks)
	case to.step.Foreach == nil || r.elements != oneItem:
		return fmt.Sprintf("it reads what %d tasks make", from.tasks)
	case r.offset != 0 || from.tasks != to.tasks:
		return "the items do not match one to one"
	}
	return ""
}

// merge returns the group of a's and b's steps, joined over the edge from ->
// to.
func (g *grouping) merge(a, b *group, from, to int) *group {
	steps := append(slices.Clone(a.steps), b.steps...)
	slices.Sort(steps)
	return &group{
		steps:   steps,
		perItem: a.perItem && b.perItem,
		line:    a.line && b.line && a.last == from && b.first == to,
		first:   a.first,
		last:    b.last,
	}
}

// host returns the index of the node with the most cores that can run every
// step of the group, or -1.
func (m *model) host(g *group) int {
	best := -1
	for k, n := range m.cluster.Nodes {
		if slices.ContainsFunc(g.steps, func(i int) bool { return !n.hosts(m.steps[i].fn) }) {
			continue
		}
		if best < 0 || n.slots() > m.cluster.Nodes[best].slots() {
			best = k
		}
	}
	return best
}

// try plays the steps of two groups apart and together, and says what speaks
// against joining them. A group that is not kept item by item is played on the
// one node that it would have.
func (g *grouping) try(a, b, merged *group) string {
	m := g.m
	only := func(i int) bool { return g.of[i] == g.of[a.steps[0]] || g.of[i] == g.of[b.steps[0]] }
	apart := m.simulate(proposal{groups: []group{*m.withKeep(a), *m.withKeep(b)}}, only)
	where := "item by item"
	if !merged.perItem {
		alone := *m
		alone.cluster.Nodes = m.cluster.Nodes[m.host(merged):][:1]
		m, where = &alone, "on one node"
	}
	together := m.simulate(proposal{groups: []group{*g.m.withKeep(merged)}}, only)
	switch {
	case together.seconds > apart.seconds*(1+m.prog.MaxSlowdown):
		return fmt.Sprintf("%s %s take %s, apart %s", where, m.list(merged.steps),
			Seconds(together.seconds), Seconds(apart.seconds))
	case together.moved > apart.moved+0.5:
		return fmt.Sprintf("%s they move %s, apart %s", where, size(together.moved), size(apart.moved))
	}
	return ""
}

// withKeep fills in what each step of a group makes for the others, or for
// later items of itself.
func (m *model) withKeep(g *group) *group {
	g.keep = map[int]float64{}
	counted := map[value]bool{}
	for _, i := range g.steps {
		for _, r := range m.steps[i].reads {
			if r.binding == "" || r.from < 0 || !slices.Contains(g.steps, r.from) {
				continue
			}
			for _, o := range m.steps[r.from].outputs {
				v := value{r.from, o.field}
				if !o.inline && (r.field == "" || r.field == o.field) && !counted[v] {
					counted[v] = true
					g.keep[r.from] += o.bytes
				}
			}
		}
	}
	return g
}

// result is the groups that are worth the name: of several steps, or a chain.
func (g *grouping) result() []group {
	var groups []group
	for i := range g.groups {
		if g.of[i] != i {
			continue
		}
		if c := g.groups[i]; len(c.steps) > 1 || g.m.steps[c.steps[0]].chained {
			groups = append(groups, *g.m.withKeep(c))
		}
	}
	slices.SortFunc(groups, func(a, b group) int { return cmp.Compare(a.steps[0], b.steps[0]) })
	return groups
}
