package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"example.org/weft/dsl"
	"example.org/weft/planner"
)

func (a *app) planCommand() *cobra.Command {
	var inputs inputFlags
	var out outputFlag
	var nodes int
	var dag string
	cmd := &cobra.Command{
		Use:   "plan FILE",
		Short: "Show who reads what, how many bytes, and what shares a node",
		Args: func(cmd *cobra.Command, files []string) error {
			if dag != "" {
				return args(cobra.NoArgs)(cmd, files)
			}
			return args(cobra.ExactArgs(1))(cmd, files)
		},
		RunE: func(cmd *cobra.Command, files []string) error {
			if dag != "" {
				return a.planDAG(dag)
			}
			program, _, err := a.compile(files[0], a.namedOn(cmd.Context()))
			if err != nil {
				return err
			}
			in, err := measure(cmd.Context(), program, &inputs)
			if err != nil {
				return err
			}
			plan := planner.Make(program, in, planner.Profile{}, localCluster(program, nodes))
			switch out.value {
			case "json":
				return a.printJSON(plan)
			case "dot":
				return plan.WriteDOT(a.stdout)
			case "svg":
				return plan.WriteSVG(a.stdout)
			}
			return plan.WriteText(a.stdout)
		},
	}
	inputs.register(cmd.Flags())
	out.register(cmd, "dot", "svg")
	cmd.Flags().IntVar(&nodes, "nodes", 1, "plan for this many nodes, which share this machine")
	cmd.Flags().StringVar(&dag, "dag", "", "instead of FILE: a workflow whose tasks are all known (wfdag/1) and its cluster\n(wfcluster/1), as JSON in a file or, with -, on standard input; writes wfplan/1")
	return cmd
}

// A fileSize stands for a file among the inputs of a plan.
type fileSize int64

// measure returns what a plan may know of the inputs as typed: files are looked
// at, not read.
func measure(ctx context.Context, p *dsl.Program, f *inputFlags) (planner.Inputs, error) {
	in := planner.Inputs{Bytes: make(map[string]int64), Items: make(map[string]int)}
	stat := binder{file: func(_ context.Context, path string) (any, error) {
		info, err := os.Stat(path)
		if err != nil {
			return nil, fmt.Errorf("cannot read the file: %w", err)
		}
		return fileSize(info.Size()), nil
	}}
	values, err := stat.bind(ctx, p, f)
	if err != nil {
		return in, err
	}
	for name, v := range values {
		in.Bytes[name] = inputBytes(v)
		if n, ok := inputItems(v); ok {
			in.Items[name] = n
		}
	}
	return in, nil
}

func inputBytes(v any) int64 {
	switch v := v.(type) {
	case fileSize:
		return int64(v)
	case string:
		return int64(len(v))
	case json.RawMessage:
		return int64(len(v))
	case []any:
		total := int64(0)
		for _, item := range v {
			total += inputBytes(item)
		}
		return total
	}
	return 0
}

// inputItems is the length of a list, or a whole number, over which a foreach
// may range.
func inputItems(v any) (int, bool) {
	switch v := v.(type) {
	case []any:
		return len(v), true
	case json.RawMessage:
		return planner.Items(v)
	}
	return 0, false
}

// localCluster is the nodes that weft run --nodes N would have.
func localCluster(p *dsl.Program, nodes int) planner.Cluster {
	nodes = max(1, nodes)
	programs := slices.DeleteFunc(p.Requires(), missing)
	var c planner.Cluster
	for i := range nodes {
		c.Nodes = append(c.Nodes, planner.Node{
			ID: "n" + strconv.Itoa(i+1), CPU: max(1, float64(runtime.NumCPU())/float64(nodes)),
			Memory: machineMemory() / int64(nodes), Programs: programs,
		})
	}
	return c
}

// missing reports whether this machine lacks a program.
func missing(program string) bool {
	_, err := exec.LookPath(program)
	return err != nil
}
