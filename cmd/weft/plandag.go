package main

import (
	"fmt"
	"io"
	"os"

	"example.org/weft/planner/dag"
	"example.org/weft/planner/schedule"
)

// planDAG plans a workflow whose tasks are all known, as tools that compare
// schedulers give it.
func (a *app) planDAG(path string) error {
	data, err := a.readAll(path)
	if err != nil {
		return usage(err)
	}
	problem, err := dag.Parse(data)
	if err != nil {
		return usage(err)
	}
	choice, err := schedule.Make(problem.Graph, problem.Cluster, schedule.Balanced())
	if err != nil {
		return usage(fmt.Errorf("cannot plan: %w", err))
	}
	plan, err := problem.WritePlan(choice.Plan)
	if err != nil {
		return err
	}
	_, err = a.stdout.Write(append(plan, '\n'))
	return err
}

// readAll reads a file, or standard input for "-".
func (a *app) readAll(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(a.stdin)
	}
	return os.ReadFile(path)
}
