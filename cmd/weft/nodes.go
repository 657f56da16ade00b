package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"example.org/weft/server/api"
)

func (a *app) nodesCommand() *cobra.Command {
	var reach reachFlags
	var out outputFlag
	cmd := &cobra.Command{
		Use:   "nodes",
		Short: "Show what each node can take and holds",
		Args:  args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return reach.with(a, cmd.Context(), func(ctx context.Context, c *client) error {
				var list api.NodeList
				if err := c.call(ctx, request{method: http.MethodGet, path: "/nodes"}, nil, &list); err != nil {
					return refused(err)
				}
				if out.json() {
					return a.printJSON(list)
				}
				rows := [][]string{{"NODE", "CPU", "FREE", "MEMORY", "OBJECTS", "BYTES", "RUNNING", "QUEUED", "STATE", "LABELS"}}
				for _, n := range list.Nodes {
					rows = append(rows, []string{
						string(n.ID), cores(n.CPU), cores(n.FreeCPU), bytesText(n.Memory),
						strconv.Itoa(n.Objects), bytesText(n.Bytes), strconv.Itoa(len(n.Running)), strconv.Itoa(len(n.Queued)),
						nodeState(n), labelText(n.Labels),
					})
				}
				return a.table(rows)
			})
		},
	}
	reach.register(a, cmd)
	out.register(cmd)
	return cmd
}

func nodeState(n api.Node) string {
	if n.Draining {
		return "draining"
	}
	return "ready"
}

// labelText is labels as the command line takes them.
func labelText(labels map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		parts = append(parts, name+"="+labels[name])
	}
	return strings.Join(parts, ",")
}

func cores(n float64) string { return strconv.FormatFloat(n, 'g', 3, 64) }

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			info, ok := debug.ReadBuildInfo()
			if !ok {
				fmt.Fprintln(a.stdout, "weft, built without modules")
				return nil
			}
			revision := "unknown revision"
			for _, s := range info.Settings {
				if s.Key == "vcs.revision" {
					revision = s.Value
				}
			}
			fmt.Fprintf(a.stdout, "weft %s (%s, %s)\n", info.Main.Version, revision, info.GoVersion)
			return nil
		},
	}
}
