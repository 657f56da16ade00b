package enginetest

import (
	"errors"
	"io"

	"go.temporal.io/sdk/workflow"

	"example.org/weft/dsl"
	"example.org/weft/placement"
	"example.org/weft/planner"
)

// Proof is a workflow that nobody runs. workflowcheck follows what workflows
// call, to prove it deterministic; this one calls what is pure and Run has no
// use for.
func Proof(_ workflow.Context, p *dsl.Program, fn dsl.Function, scope dsl.FuncScope) error {
	plan := planner.Make(p, planner.Inputs{}, planner.Profile{}, planner.Cluster{})
	planner.Learn(planner.Profile{}, planner.Observation{})
	planner.Explain(plan, nil)
	errs := []error{plan.WriteText(io.Discard), plan.WriteDOT(io.Discard), plan.WriteSVG(io.Discard)}

	homes := placement.NewHomes(plan)
	homes.Fill(&placement.Task{}, "", 0, false)
	homes.Settle("", 0, "")
	homes.Lose("")
	mode, err := placement.ParseMode("")
	errs = append(errs, err)
	_, err = placement.Choose(mode, 0, placement.Snapshot{}, placement.Task{})
	errs = append(errs, err)
	_, err = fn.Argv(scope)
	return errors.Join(append(errs, err)...)
}
