package placement_test

import (
	"testing"
	"time"

	"example.org/weft/placement"
	"example.org/weft/planner"
)

func zipAndChain() *planner.Plan {
	return &planner.Plan{
		Steps: []planner.StepPlan{
			{Step: "left", Group: "left", Foreach: true, Keep: 7, RunTime: 2 * time.Second},
			{Step: "right", Group: "left", Foreach: true},
			{Step: "rebase", Group: "rebase", Foreach: true, Back: 1},
			{Step: "alone"},
		},
		Groups: []planner.Group{
			{Name: "left", Steps: []string{"left", "right"}, PerItem: true, Firm: true},
			{Name: "rebase", Steps: []string{"rebase"}},
		},
	}
}

func filled(h *placement.Homes, step string, item int, follows bool) placement.Task {
	var t placement.Task
	h.Fill(&t, step, item, follows)
	return t
}

func TestAGroupIsAtHomeItemByItem(t *testing.T) {
	t.Parallel()
	h := placement.NewHomes(zipAndChain())
	first := filled(h, "left", 3, false)
	if first.Home != "" || first.Firm || first.Keep != 7 || first.RunTime != 2 {
		t.Errorf("the first of its group got %+v", first)
	}
	h.Settle("left", 3, "n2")
	if got := filled(h, "right", 3, false); got.Home != "n2" || !got.Firm {
		t.Errorf("item 3 got %+v, want to stay at n2", got)
	}
	if got := filled(h, "right", 4, false); got.Home != "" {
		t.Errorf("item 4 got home %q of another item", got.Home)
	}
	h.Lose("n2")
	if got := filled(h, "right", 3, false); got.Home != "" || got.Firm {
		t.Errorf("after the loss of n2 item 3 got %+v", got)
	}
}

func TestAChainGoesOnWhereItsPredecessorRan(t *testing.T) {
	t.Parallel()
	h := placement.NewHomes(zipAndChain())
	h.Settle("rebase", 0, "n1")
	h.Settle("rebase", 6, "n3") // where a second chain began
	for _, c := range []struct {
		item    int
		follows bool
		home    string
	}{{1, true, "n1"}, {7, true, "n3"}, {6, false, ""}, {4, true, ""}} {
		if got := filled(h, "rebase", c.item, c.follows); got.Home != c.home || got.Chain != (c.home != "") {
			t.Errorf("item %d got home %q, chain %v, want %q", c.item, got.Home, got.Chain, c.home)
		}
	}
}

func TestWithoutAPlanThereAreNoHomes(t *testing.T) {
	t.Parallel()
	h := placement.NewHomes(nil)
	h.Settle("left", 0, "n1")
	if got := filled(h, "left", 0, true); got.Home != "" || got.Group != "" || got.RunTime != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestAPlanNamesNodesForWhatHasNoHome(t *testing.T) {
	t.Parallel()
	plan := zipAndChain()
	for i := range plan.Steps {
		plan.Steps[i].Nodes = []planner.Stretch{
			{First: 0, Last: 3, Node: "n1", Patience: time.Second}, {First: 4, Last: 9, Node: "n2"},
		}
	}
	h := placement.NewHomes(plan)
	if got := filled(h, "left", 3, false); got.Advised != "n1" || got.Patience != 1 || got.Home != "" {
		t.Errorf("item 3 got %+v, want n1 advised, with patience for a second", got)
	}
	if got := filled(h, "left", 10, false); got.Advised != "" {
		t.Errorf("item 10, which the plan does not know, got %+v", got)
	}
	h.Settle("left", 3, "n3")
	if got := filled(h, "right", 3, false); got.Advised != "" || got.Home != "n3" {
		t.Errorf("its group works on n3 by now, it got %+v", got)
	}
}
