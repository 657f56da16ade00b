package planner

import (
	"slices"

	"example.org/weft/dsl"
)

// Make plans a run of p. What in measures counts before what prof has learned,
// that before the workflow's hints, those before guesses; so that planning
// again with the sizes of what exists corrects the rest. A workflow that no
// node can run is planned all the same, with a warning.
func Make(p *dsl.Program, in Inputs, prof Profile, c Cluster) *Plan {
	m := newModel(p, in, prof, c.withDefaults())
	edges := m.edges()
	groups, f, ungrouped := m.choose(m.findGroups(edges))
	plan := &Plan{
		Workflow:   p.Name,
		Version:    p.Version,
		Cluster:    m.cluster,
		Steps:      m.stepPlans(groups),
		Makespan:   duration(f.seconds),
		Moved:      rounded(f.moved),
		Ungrouped:  Ungrouped{Makespan: duration(ungrouped.seconds), Moved: rounded(ungrouped.moved)},
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
// groups if they move no more and end no more than max_slowdown later.
func (m *model) choose(groups []group) (chosen []group, f, ungrouped forecast) {
	with := m.simulate(groups, nil)
	chains := m.chains()
	if len(groups) == len(chains) && !slices.ContainsFunc(groups, func(g group) bool { return len(g.steps) > 1 }) {
		return groups, with, with
	}
	without := m.simulate(chains, nil)
	if with.moved <= without.moved && with.seconds <= without.seconds*(1+m.prog.MaxSlowdown) {
		return groups, with, without
	}
	return chains, without, without
}

// chains returns each chain as a group of its own.
func (m *model) chains() []group {
	var chains []group
	for i := range m.steps {
		if m.steps[i].back > 0 {
			chains = append(chains, *m.withKeep(&group{steps: []int{i}}))
		}
	}
	return chains
}

func (m *model) stepPlans(groups []group) []StepPlan {
	inGroup := m.groupOf(groups)
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
			Rank: duration(m.ranks[i]), RunTime: duration(s.run), Output: rounded(made), Source: s.runSource,
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
