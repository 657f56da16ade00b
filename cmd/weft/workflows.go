package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.org/weft/dsl"
	"example.org/weft/server/api"
)

func (a *app) workflowsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "workflows",
		Short: "List the workflows of a server, and name their versions",
		Args:  args(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.workflowsListCommand(), a.workflowsShowCommand(), a.workflowsAliasCommand(),
		a.workflowsScheduleCommand("pause", "Start no runs of a workflow at its times"),
		a.workflowsScheduleCommand("resume", "Start runs of a workflow at its times again"))
	return cmd
}

func (a *app) workflowsListCommand() *cobra.Command {
	var reach reachFlags
	var out outputFlag
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List workflows with their latest versions",
		Args:  args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return reach.with(a, cmd.Context(), func(ctx context.Context, c *client) error {
				list, err := c.workflows(ctx)
				if err != nil {
					return err
				}
				if out.json() {
					return a.printJSON(api.WorkflowPage{Workflows: list})
				}
				var times api.ScheduleList
				if err := c.call(ctx, request{method: http.MethodGet, path: "/schedules"}, nil, &times); err != nil {
					return err
				}
				rows := [][]string{{"WORKFLOW", "LATEST", "CREATED", "NEXT START"}}
				for _, w := range list {
					rows = append(rows, []string{w.Name, short(w.Version), w.Created.Local().Format(time.DateTime), nextStart(w.Name, times)})
				}
				return a.table(rows)
			})
		},
	}
	reach.register(a, cmd)
	out.register(cmd)
	return cmd
}

// nextStart says when a workflow starts by itself next.
func nextStart(workflow string, times api.ScheduleList) string {
	var next time.Time
	for _, s := range times.Schedules {
		switch {
		case s.Workflow != workflow:
		case s.Paused:
			return "paused"
		case s.Next != nil && (next.IsZero() || s.Next.Before(next)):
			next = *s.Next
		}
	}
	if next.IsZero() {
		return ""
	}
	return next.Local().Format(time.DateTime)
}

func (a *app) workflowsScheduleCommand(verb, summary string) *cobra.Command {
	var reach reachFlags
	cmd := &cobra.Command{
		Use:   verb + " NAME",
		Short: summary,
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, names []string) error {
			return reach.with(a, cmd.Context(), func(ctx context.Context, c *client) error {
				path := "/workflows/" + url.PathEscape(names[0]) + "/schedules/" + verb
				return refused(c.call(ctx, request{method: http.MethodPost, path: path}, nil, nil))
			})
		},
	}
	reach.register(a, cmd)
	return cmd
}

// workflows returns all workflows, page by page.
func (c *client) workflows(ctx context.Context) ([]api.Workflow, error) {
	list := []api.Workflow{}
	cursor := ""
	for {
		var page api.WorkflowPage
		err := c.call(ctx, request{method: http.MethodGet, path: "/workflows", query: url.Values{"cursor": {cursor}}}, nil, &page)
		list = append(list, page.Workflows...)
		if cursor = page.Next; err != nil || cursor == "" {
			return list, err
		}
	}
}

func (a *app) workflowsShowCommand() *cobra.Command {
	var reach reachFlags
	cmd := &cobra.Command{
		Use:   "show NAME[@VERSION]",
		Short: "Print the file of a workflow: of the latest version, of another one or of an alias",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, list []string) error {
			return reach.with(a, cmd.Context(), func(ctx context.Context, c *client) error {
				w, err := c.workflow(ctx, list[0])
				if err != nil {
					return err
				}
				_, err = io.WriteString(a.stdout, w.Source)
				return err
			})
		},
	}
	reach.register(a, cmd)
	return cmd
}

func (a *app) workflowsAliasCommand() *cobra.Command {
	var reach reachFlags
	var drop bool
	cmd := &cobra.Command{
		Use:   "alias NAME[@VERSION] ALIAS",
		Short: "Have an alias stand for a version (the latest, unless one is named)",
		Args:  args(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, list []string) error {
			name, version := splitVersion(list[0])
			put := request{method: http.MethodPut, path: "/workflows/" + url.PathEscape(name) + "/aliases/" + url.PathEscape(list[1])}
			return reach.with(a, cmd.Context(), func(ctx context.Context, c *client) error {
				if drop {
					put.method = http.MethodDelete
					return refused(c.call(ctx, put, nil, nil))
				}
				var alias api.Alias
				if err := c.call(ctx, put, api.NewAlias{Version: version}, &alias); err != nil {
					return refused(err)
				}
				fmt.Fprintf(a.stdout, "%s@%s is %s\n", name, alias.Name, short(alias.Version))
				return nil
			})
		},
	}
	reach.register(a, cmd)
	cmd.Flags().BoolVar(&drop, "drop", false, "drop the alias")
	return cmd
}

// splitVersion splits "excamera@prod"; without a version it is the latest.
func splitVersion(text string) (name, version string) {
	name, version, _ = strings.Cut(text, "@")
	return name, cmp.Or(version, "latest")
}

// workflow returns a workflow by "name" or "name@version".
func (c *client) workflow(ctx context.Context, text string) (*api.Workflow, error) {
	name, version := splitVersion(text)
	w := new(api.Workflow)
	err := c.call(ctx, request{
		method: http.MethodGet, path: "/workflows/" + url.PathEscape(name) + "/versions/" + url.PathEscape(version),
	}, nil, w)
	return w, refused(err)
}

// isNamed reports whether an argument names a workflow of a server,
// "name@version", rather than a file.
func isNamed(text string) bool {
	if _, err := os.Stat(text); err == nil {
		return false
	}
	return strings.Contains(text, "@") && !strings.ContainsAny(text, "/\\")
}

// fetch compiles a workflow of a server.
func (c *client) fetch(ctx context.Context, text string) (*dsl.Program, []byte, error) {
	w, err := c.workflow(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	program, err := c.program(ctx, text, w)
	return program, []byte(w.Source), err
}
