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
	chosen, f, ungrouped := m.choose(m.findGroups(edges))
	groups := chosen.groups
	plan := &Plan{
		Workflow:   p.Name,
		Version:    p.Version,
		Cluster:    m.cluster,
		Steps:      m.stepPlans(chosen),
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

// choose plays the plan with all groups, with the same kept firmly where run
// times are known, with chains alone, and what it advises task by task with and
// without groups. Of those that move no more than chains alone and end within
// max_slowdown of the earliest, it takes the one that moves the fewest bytes.
func (m *model) choose(groups []group) (chosen proposal, f, ungrouped forecast) {
	chains := proposal{groups: m.chains()}
	ungrouped = m.simulate(chains, nil)
	proposals := []proposal{chains}
	if slices.ContainsFunc(groups, func(g group) bool { return len(g.steps) > 1 }) {
		proposals = []proposal{{groups: groups}, {groups: m.firmly(groups)}, chains}
	}
	if advice := m.advise(); advice != nil {
		proposals = append(proposals, proposal{groups: groups, advice: advice}, proposal{groups: chains.groups, advice: advice})
	}
	forecasts := make([]forecast, len(proposals))
	candidates := make([]Candidate, len(proposals))
	for i, p := range proposals {
		f := m.simulate(p, nil)
		if f.moved > ungrouped.moved || f.seconds > ungrouped.seconds*(1+m.prog.MaxSlowdown) {
			f, proposals[i] = ungrouped, chains
		}
		forecasts[i] = f
		candidates[i] = Candidate{Finish: f.seconds, Bytes: rounded(f.moved), Load: float64(i)}
	}
	best, _ := Pick(candidates, m.prog.MaxSlowdown)
	return proposals[best], forecasts[best], ungrouped
}

// firmly returns the groups with those kept firmly whose run times are known.
func (m *model) firmly(groups []group) []group {
	firm := slices.Clone(groups)
	for k := range firm {
		firm[k].firm = len(firm[k].steps) > 1 && !slices.ContainsFunc(firm[k].steps, func(i int) bool { return m.steps[i].runSource == Guess })
	}
	return firm
}

// chains returns each chain as a group of its own.
func (m *model) chains() []group {
	var chains []group
	for i := range m.steps {
		if m.steps[i].chained {
			chains = append(chains, *m.withKeep(&group{steps: []int{i}}))
		}
	}
	return chains
}

func (m *model) stepPlans(p proposal) []StepPlan {
	groups, inGroup := p.groups, m.groupOf(p.groups)
	plans := make([]StepPlan, len(m.steps))
	for i := range m.steps {
		s := &m.steps[i]
		made := 0.0
		for _, o := range s.outputs {
			made += o.bytes
		}
		plans[i] = StepPlan{
			Step: s.step.Name, Foreach: s.step.Foreach != nil,
			Tasks: s.tasks, TasksSource: s.tasksSource,
			Rank: duration(m.ranks[i]), RunTime: duration(s.run), Output: rounded(made), Source: s.runSource,
		}
		if s.chained {
			plans[i].Back = s.back
		}
		if p.advice != nil && s.tasks > 0 {
			plans[i].Nodes = m.stretches(p.advice[i], s.tasks)
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
