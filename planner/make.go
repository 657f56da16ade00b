package planner

import (
	"fmt"
	"slices"
	"strings"

	"example.org/weft/dsl"
)

// Make plans a run of p. What in measures counts before what prof has learned,
// that before the workflow's hints, those before guesses; so that planning
// again with the sizes of what exists corrects the rest. A workflow that no
// node can run is planned all the same, with a warning.
func Make(p *dsl.Program, in Inputs, prof Profile, c Cluster) *Plan {
	m := newModel(p, in, prof, c.withDefaults())
	edges := m.edges()
	groups, f := m.choose(m.findGroups(edges))
	plan := &Plan{
		Workflow:   p.Name,
		Version:    p.Version,
		Cluster:    m.cluster,
		Steps:      m.stepPlans(groups),
		Makespan:   duration(f.seconds),
		Moved:      rounded(f.moved),
		Everything: rounded(m.throughStore()),
		Warnings:   m.warnings(edges),
	}
	inGroup := m.groupOf(groups)
	for _, e := range edges {
		if r := m.steps[e.to].reads[e.read]; r.from >= 0 && inGroup[e.to] == inGroup[r.from] {
			e.group = inGroup[e.to]
		}
		plan.Edges = append(plan.Edges, m.published(e, groups))
	}
	for i := range groups {
		plan.Groups = append(plan.Groups, m.publishedGroup(&groups[i], edges))
	}
	plan.seal()
	return plan
}

// choose plays the plan with all groups and with chains alone, and takes the
// one that moves fewer bytes among those that end within max_slowdown of the
// earlier end.
func (m *model) choose(groups []group) ([]group, forecast) {
	with := m.simulate(groups, nil)
	chains := slices.DeleteFunc(slices.Clone(groups), func(g group) bool { return len(g.steps) > 1 })
	if len(chains) == len(groups) {
		return groups, with
	}
	without := m.simulate(chains, nil)
	best, _ := Pick([]Candidate{
		{Finish: with.seconds, Bytes: rounded(with.moved)},
		{Finish: without.seconds, Bytes: rounded(without.moved), Load: 1},
	}, m.prog.MaxSlowdown)
	if best == 0 {
		return groups, with
	}
	return chains, without
}

func (m *model) stepPlans(groups []group) []StepPlan {
	ranks, inGroup := m.ranks(), m.groupOf(groups)
	plans := make([]StepPlan, len(m.steps))
	for i := range m.steps {
		s := &m.steps[i]
		made := 0.0
		for _, o := range s.outputs {
			made += o.bytes
		}
		plans[i] = StepPlan{
			Step: s.step.Name, Foreach: s.step.Foreach != nil, Chain: s.back > 0,
			Tasks: s.tasks, TasksSource: s.tasksSource,
			Rank: duration(ranks[i]), RunTime: duration(s.run), Output: rounded(made), Source: s.runSource,
		}
		if g := inGroup[i]; g >= 0 {
			plans[i].Group = m.name(groups[g].steps[0])
			plans[i].Keep = rounded(groups[g].keep[i])
		}
	}
	return plans
}

// groupOf returns the group of each step, or -1.
func (m *model) groupOf(groups []group) []int {
	of := make([]int, len(m.steps))
	for i := range of {
		of[i] = -1
	}
	for g := range groups {
		for _, i := range groups[g].steps {
			of[i] = g
		}
	}
	return of
}

// publishedGroup returns a group as the plan has it, with what it saves: its
// steps played on their own, with the group and without. A chain alone is
// compared with one that is cut at every item.
func (m *model) publishedGroup(g *group, edges []edge) Group {
	p := Group{Name: m.name(g.steps[0]), PerItem: g.perItem}
	for _, i := range g.steps {
		p.Steps = append(p.Steps, m.name(i))
	}
	inside := 0.0
	for _, e := range edges {
		if r := m.steps[e.to].reads[e.read]; slices.Contains(g.steps, e.to) && slices.Contains(g.steps, r.from) {
			inside += e.total
		}
	}
	p.Bytes = rounded(inside)
	bytes, time := inside, m.cluster.seconds(inside)
	if len(g.steps) > 1 {
		only := func(i int) bool { return slices.Contains(g.steps, i) }
		with, without := m.simulate([]group{*g}, only), m.simulate(nil, only)
		bytes, time = without.moved-with.moved, without.seconds-with.seconds
	}
	p.ApartBytes, p.ApartTime = rounded(bytes), duration(time)
	p.Reason = m.reason(g, inside, bytes, time)
	return p
}

func (m *model) reason(g *group, inside, bytes, time float64) string {
	what := "one after the other"
	switch {
	case len(g.steps) == 1:
		what = "each item reads what the one before it made"
	case g.perItem:
		what = fmt.Sprintf("item by item over %d items", m.steps[g.steps[0]].tasks)
	case m.steps[g.steps[0]].step.Foreach != nil:
		what = "around a chain"
	}
	saved := fmt.Sprintf("%s stay on their node (%s of one link)", size(inside), Seconds(m.cluster.seconds(inside)))
	switch {
	case len(g.steps) == 1:
		return fmt.Sprintf("%s: %s; cut at every item it would move %s and take %s longer",
			what, saved, size(bytes), Seconds(time))
	case bytes < 1 && time <= 0:
		return fmt.Sprintf("%s: %s; placed one by one they would find the same nodes on an idle cluster", what, saved)
	case time < 0:
		return fmt.Sprintf("%s: %s; placed one by one they would move %s more, and end %s earlier",
			what, saved, size(bytes), Seconds(-time))
	}
	return fmt.Sprintf("%s: %s; placed one by one they would move %s more and end %s later",
		what, saved, size(bytes), Seconds(time))
}

// warnings says what a user should know before the run.
func (m *model) warnings(edges []edge) []string {
	var ws []string
	for i := range m.steps {
		if why := m.unplaceable(i); why != "" {
			ws = append(ws, why)
		}
	}
	lost := map[int]float64{}
	for _, e := range edges {
		if r := m.steps[e.to].reads[e.read]; e.heavy && r.from >= 0 && !m.steps[r.from].fn.Pure {
			lost[r.from] = max(lost[r.from], e.total)
		}
	}
	for i := range m.steps {
		if lost[i] > 0 {
			ws = append(ws, fmt.Sprintf("step %s is not pure: %s that others read of it cannot be made again if they are lost",
				m.name(i), size(lost[i])))
		}
	}
	return ws
}

// unplaceable says what keeps every node from running a step, or nothing.
func (m *model) unplaceable(i int) string {
	s, nodes := &m.steps[i], m.cluster.Nodes
	if s.tasks == 0 || slices.ContainsFunc(nodes, func(n Node) bool { return n.hosts(s.fn) }) {
		return ""
	}
	r := s.fn.Resources
	if !slices.ContainsFunc(nodes, func(n Node) bool { return n.fits(r.Memory) }) {
		return fmt.Sprintf("step %s wants %s of memory: no node has that much", s.step.Name, size(float64(r.Memory)))
	}
	if !slices.ContainsFunc(nodes, func(n Node) bool { return r.CPU <= max(n.CPU, 1) }) {
		return fmt.Sprintf("step %s wants %g cores: no node has that many", s.step.Name, r.CPU)
	}
	for _, p := range s.fn.Requires {
		if !slices.ContainsFunc(nodes, func(n Node) bool { return n.lacks([]string{p}) == "" }) {
			return fmt.Sprintf("step %s requires %s: no node has it", s.step.Name, p)
		}
	}
	return fmt.Sprintf("step %s: no node has all that it wants at once", s.step.Name)
}

// list names steps for people: "a, b and c".
func (m *model) list(steps []int) string {
	names := make([]string, len(steps))
	for k, i := range steps {
		names[k] = m.name(i)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
