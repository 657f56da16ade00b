// Package planning is what engines plan runs by: the plans that runs were
// accepted with and what past runs taught, both kept as documents of the journal.
package planning

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

// Inputs is what a plan may know of a run's inputs.
func Inputs(inputs map[string]object.Value) planner.Inputs {
	in := planner.Inputs{Bytes: make(map[string]int64), Items: make(map[string]int)}
	for name, v := range inputs {
		in.Bytes[name] = v.Bytes()
		if n, ok := Items(v); ok {
			in.Items[name] = n
		}
	}
	return in
}

// Items is the length of a list, or a whole number, over which a foreach may
// range.
func Items(v object.Value) (int, bool) {
	switch {
	case v.List != nil:
		return len(v.List), true
	case v.Large != nil:
		return v.Large.Length, v.Large.IsList
	}
	return planner.Items(v.JSON)
}

// StorePlan keeps the plan that a run is accepted with.
func StorePlan(ctx context.Context, d journal.Documents, run executor.RunID, p *planner.Plan) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return d.PutDocument(ctx, planKind, string(run), data)
}

// LoadPlan returns the plan that a run was accepted with; journal.ErrNotFound
// when it was accepted without.
func LoadPlan(ctx context.Context, d journal.Documents, run executor.RunID) (*planner.Plan, error) {
	data, err := d.Document(ctx, planKind, string(run))
	if err != nil {
		return nil, err
	}
	p := new(planner.Plan)
	return p, json.Unmarshal(data, p)
}
