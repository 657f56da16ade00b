package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"github.com/spf13/cobra"

	"example.org/weft/planner"
)

func (a *app) planCommand() *cobra.Command {
	var inputs inputFlags
	var out outputFlag
	var nodes int
	cmd := &cobra.Command{
		Use:   "plan FILE",
		Short: "Show who reads what, how many bytes, and what shares a node",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, files []string) error {
			program, _, err := a.compile(files[0])
			if err != nil {
				return err
			}
			in := planner.Inputs{Bytes: make(map[string]int64), Items: make(map[string]int)}
			given, _, err := inputs.values()
			if err != nil {
				return usage(err)
			}
			measure := binder{file: func(_ context.Context, path string) (any, error) { return fileSize(path) }}
			if _, err := measure.bind(cmd.Context(), program, &inputs); err != nil {
				return err
			}
			for name, texts := range given {
				in.Items[name] = len(texts)
				for _, text := range texts {
					size, err := fileSize(text)
					if err != nil {
						size = int64(len(text))
					}
					in.Bytes[name] += size
				}
			}
			plan := planner.Make(program, in, planner.Profile{}, localCluster(nodes))
			if out.json() {
				return a.printJSON(plan)
			}
			return plan.WriteText(a.stdout)
		},
	}
	inputs.register(cmd.Flags())
	out.register(cmd)
	cmd.Flags().IntVar(&nodes, "nodes", 1, "plan for this many nodes, which share this machine")
	return cmd
}

func fileSize(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, fmt.Errorf("cannot read the file: %w", err)
	}
	return info.Size(), nil
}

// localCluster is the nodes that weft run --nodes N would have.
func localCluster(nodes int) planner.Cluster {
	nodes = max(1, nodes)
	var c planner.Cluster
	for i := range nodes {
		c.Nodes = append(c.Nodes, planner.Node{
			ID: "n" + strconv.Itoa(i+1), CPU: max(1, float64(runtime.NumCPU())/float64(nodes)),
			Memory: machineMemory() / int64(nodes),
		})
	}
	return c
}
