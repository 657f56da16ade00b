package embedded

import (
	"context"
	"encoding/json"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
	"example.org/weft/planner"
)

const planKind = "plan"

// answerPlan tells a run what its plan says of a step.
func (l *loop) answerPlan(a *active, c executor.Plan) {
	if a.plan == nil {
		return
	}
	for _, s := range a.plan.Steps {
		if s.Step == c.Step {
			l.step(a, executor.Planned{Step: s.Step, Group: s.Group, Rank: s.Rank.Microseconds()})
			return
		}
	}
}

// planInputs is what a plan may know of a run's inputs.
func planInputs(inputs map[string]object.Value) planner.Inputs {
	in := planner.Inputs{Bytes: make(map[string]int64), Items: make(map[string]int)}
	for name, v := range inputs {
		in.Bytes[name] = v.Bytes()
		if n, ok := itemsOf(v); ok {
			in.Items[name] = n
		}
	}
	return in
}

// itemsOf is the length of a list, or a whole number, over which a foreach may
// range.
func itemsOf(v object.Value) (int, bool) {
	switch {
	case v.List != nil:
		return len(v.List), true
	case v.Large != nil:
		return v.Large.Length, v.Large.IsList
	}
	return planner.Items(v.JSON)
}

func storePlan(ctx context.Context, d journal.Documents, run executor.RunID, p *planner.Plan) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return d.PutDocument(ctx, planKind, string(run), data)
}

// loadPlan returns the plan that a run got when it was accepted, or nil.
func loadPlan(ctx context.Context, d journal.Documents, run executor.RunID) *planner.Plan {
	data, err := d.Document(ctx, planKind, string(run))
	if err != nil {
		return nil
	}
	p := new(planner.Plan)
	if json.Unmarshal(data, p) != nil {
		return nil
	}
	return p
}
