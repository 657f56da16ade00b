package placement

import (
	"maps"

	"example.org/weft/planner"
)

// Homes knows where the groups and chains of one run work. It is a fold of the
// run's placements: whoever rebuilds a run settles them again, in their order.
// It is not safe for concurrent use.
type Homes struct {
	steps  map[string]*planner.StepPlan
	groups map[string]*planner.Group
	nodes  map[place]string
}

// A place is an item of a group (0 when the group is not kept item by item), or
// of a chain.
type place struct {
	group, chain string // one of them is set
	item         int
}

// NewHomes returns the Homes of a run that nothing was placed of. Without a
// plan (nil) there are no homes.
func NewHomes(p *planner.Plan) *Homes {
	h := &Homes{nodes: map[place]string{}}
	h.Replan(p)
	return h
}

// Replan has the groups be those of another plan from now on. One whose name
// stays is where it was.
func (h *Homes) Replan(p *planner.Plan) {
	h.steps, h.groups = map[string]*planner.StepPlan{}, map[string]*planner.Group{}
	if p == nil {
		return
	}
	for i := range p.Steps {
		h.steps[p.Steps[i].Step] = &p.Steps[i]
	}
	for i := range p.Groups {
		h.groups[p.Groups[i].Name] = &p.Groups[i]
	}
}

// Fill sets the fields of t that the plan decides: RunTime, Group, Home, Keep,
// Chain, Firm, Advised and Patience. follows says that the task of the given step and item (0
// where the step is no foreach) reads what an earlier item of the step made: a
// chain may begin anew in the middle.
func (h *Homes) Fill(t *Task, step string, item int, follows bool) {
	s := h.steps[step]
	if s == nil {
		return
	}
	t.RunTime = s.RunTime.Seconds()
	if s.Back > 0 && follows {
		t.Home = h.nodes[place{chain: step, item: item - s.Back}]
		t.Chain = t.Home != ""
	}
	if g := h.groups[s.Group]; g != nil {
		t.Group, t.Keep = g.Name, s.Keep
		if !t.Chain && (s.Back == 0 || len(g.Steps) > 1) {
			t.Home = h.nodes[h.in(g, item)]
			t.Firm = g.Firm && t.Home != ""
		}
	}
	if on := s.On(item); on != nil && t.Home == "" {
		t.Advised, t.Patience = on.Node, on.Patience.Seconds()
	}
}

// Settle notes that a task was placed.
func (h *Homes) Settle(step string, item int, node string) {
	s := h.steps[step]
	if s == nil {
		return
	}
	if s.Back > 0 {
		h.nodes[place{chain: step, item: item}] = node
	}
	if g := h.groups[s.Group]; g != nil && h.nodes[h.in(g, item)] == "" {
		h.nodes[h.in(g, item)] = node
	}
}

// Lose forgets a node that is gone: its groups settle anew.
func (h *Homes) Lose(node string) {
	maps.DeleteFunc(h.nodes, func(_ place, n string) bool { return n == node })
}

func (h *Homes) in(g *planner.Group, item int) place {
	if !g.PerItem {
		item = 0
	}
	return place{group: g.Name, item: item}
}
