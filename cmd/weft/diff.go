package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"example.org/weft/dsl"
)

// A comparison is what weft diff says.
type comparison struct {
	From    string       `json:"from"` // versions
	To      string       `json:"to"`
	Changes []dsl.Change `json:"changes"`
}

func (a *app) diffCommand() *cobra.Command {
	var reach reachFlags
	var out outputFlag
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Show what two workflows do otherwise: files, or NAME@VERSION of a server",
		Args:  args(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, list []string) error {
			from, fromSource, err := a.versionOf(cmd.Context(), list[0], &reach)
			if err != nil {
				return err
			}
			to, toSource, err := a.versionOf(cmd.Context(), list[1], &reach)
			if err != nil {
				return err
			}
			c := comparison{From: from.Version, To: to.Version, Changes: dsl.Diff(from, fromSource, to, toSource)}
			if out.json() {
				if c.Changes == nil {
					c.Changes = []dsl.Change{}
				}
				return a.printJSON(c)
			}
			return a.printChanges(c)
		},
	}
	reach.register(a, cmd)
	out.register(cmd)
	return cmd
}

// versionOf reads a workflow file, or asks a server for a version.
func (a *app) versionOf(ctx context.Context, text string, reach *reachFlags) (p *dsl.Program, src []byte, err error) {
	if !isNamed(text) {
		return a.compile(text, a.namedOn(ctx))
	}
	err = reach.with(a, ctx, func(ctx context.Context, c *client) error {
		p, src, err = c.fetch(ctx, text)
		return err
	})
	return p, src, err
}

func (a *app) printChanges(c comparison) error {
	if len(c.Changes) == 0 {
		fmt.Fprintf(a.stdout, "the same workflow, version %s\n", short(c.From))
		return nil
	}
	fmt.Fprintf(a.stdout, "%s -> %s\n", short(c.From), short(c.To))
	for _, change := range c.Changes {
		line := map[string]string{"added": "+", "removed": "-", "changed": "~"}[change.Change] + " " + change.Kind
		if change.Name != "" {
			line += " " + change.Name
		}
		if change.Computes {
			line += " (computes something else)"
		}
		fmt.Fprintln(a.stdout, line)
		for _, d := range change.Details {
			fmt.Fprintf(a.stdout, "    %s: %s -> %s\n", d.Path, orNothing(d.From), orNothing(d.To))
		}
	}
	return nil
}

func orNothing(value []byte) string {
	if value == nil {
		return "(none)"
	}
	return string(value)
}
