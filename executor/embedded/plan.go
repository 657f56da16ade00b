package embedded

import (
	"context"
	"encoding/json"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
	"example.org/weft/planner"
)

// planKind is the plan that a run got when it was accepted.
const planKind = "plan"

// answerPlan tells a run what its plan says of a step that was expanded, and
// plans again if it has another number of tasks than was foreseen.
func (l *loop) answerPlan(a *active, c executor.Plan) {
	if a.plan == nil {
		return
	}
	a.known.items[c.Step] = c.Items
	if s := a.plan.Step(c.Step); s != nil {
		l.step(a, planned(s))
	}
	l.replan(a, c.Step)
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
