package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

func (a *app) runsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "runs",
		Short: "List runs, and look into them",
		Args:  args(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		a.runsListCommand(), a.runsShowCommand(), a.runsWatchCommand(), a.runsLogsCommand(), a.runsEventsCommand(),
		a.runsActionCommand("cancel", "Cancel a run: what runs is stopped, nothing new begins"),
		a.runsActionCommand("pause", "Pause a run: what runs is stopped and runs again later"),
		a.runsResumeCommand(), a.runsRedriveCommand(), a.runsSignalCommand(),
	)
	return cmd
}

func (a *app) runsListCommand() *cobra.Command {
	var reach reachFlags
	var out outputFlag
	var workflow, status, parent string
	var limit int
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List runs, newest first",
		Args:  args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			query := url.Values{"limit": {strconv.Itoa(limit)}}
			if workflow != "" {
				query.Set("workflow", workflow)
			}
			if status != "" {
				query.Set("status", status)
			}
			if parent != "" {
				query.Set("parent", parent)
			}
			return reach.with(a, cmd.Context(), func(ctx context.Context, c *client) error {
				var page api.RunPage
				if err := c.call(ctx, request{method: http.MethodGet, path: "/runs", query: query}, nil, &page); err != nil {
					return refused(err)
				}
				if out.json() {
					return a.printJSON(page)
				}
				return a.printRuns(page.Runs)
			})
		},
	}
	reach.register(a, cmd)
	out.register(cmd)
	cmd.Flags().StringVar(&workflow, "workflow", "", "only runs of this workflow")
	cmd.Flags().StringVar(&status, "status", "", "only runs in this state")
	cmd.Flags().StringVar(&parent, "parent", "", "only runs of workflows that this run runs, which are not in the list else")
	cmd.Flags().IntVar(&limit, "limit", 20, "how many")
	return cmd
}

func (a *app) printRuns(runs []api.Run) error {
	rows := [][]string{{"RUN", "WORKFLOW", "STATUS", "CREATED", "TOOK"}}
	for _, r := range runs {
		rows = append(rows, []string{
			string(r.ID), r.Workflow, string(r.Status), r.Created.Local().Format(time.DateTime), seconds(r.Seconds),
		})
	}
	return a.table(rows)
}

func (a *app) runsShowCommand() *cobra.Command {
	var reach reachFlags
	var out outputFlag
	cmd := &cobra.Command{
		Use:   "show RUN",
		Short: "Show how a run stands, and what it waits for",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, ids []string) error {
			return reach.with(a, cmd.Context(), func(ctx context.Context, c *client) error {
				return a.showRun(ctx, c, executor.RunID(ids[0]), &out)
			})
		},
	}
	reach.register(a, cmd)
	out.register(cmd)
	return cmd
}

func (a *app) showRun(ctx context.Context, c *client, id executor.RunID, out *outputFlag) error {
	run := new(api.Run)
	if err := c.call(ctx, request{method: http.MethodGet, path: runPath(id)}, nil, run); err != nil {
		return refused(err)
	}
	r, err := a.result(ctx, c, run, "")
	if err != nil {
		return err
	}
	if out.json() {
		return a.printJSON(r)
	}
	if run.Parent != "" {
		fmt.Fprintf(a.stdout, "is task %s of run %s\n", run.ParentTask, run.Parent)
	}
	if err := a.printResult(r, run.Workflow); err != nil {
		return err
	}
	if err := a.printReuse(ctx, c, id); err != nil || run.Status.Done() {
		return err
	}
	if len(run.WaitsFor) > 0 {
		fmt.Fprintf(a.stdout, "waits for %s, which go before it in its concurrency group\n", joined(run.WaitsFor))
	}
	return a.printOpenTasks(ctx, c, id)
}

func joined(runs []executor.RunID) string {
	words := make([]string, len(runs))
	for i, id := range runs {
		words[i] = string(id)
	}
	return strings.Join(words, ", ")
}

// printOpenTasks prints the tasks that have not ended, and what they wait for.
func (a *app) printOpenTasks(ctx context.Context, c *client, id executor.RunID) error {
	const most = 1000
	var page api.TaskPage
	query := url.Values{"limit": {strconv.Itoa(most)}}
	if err := c.call(ctx, request{method: http.MethodGet, path: runPath(id) + "/tasks", query: query}, nil, &page); err != nil {
		return err
	}
	rows := [][]string{}
	for _, t := range page.Tasks {
		if t.State.Done() {
			continue
		}
		waits := strings.Join(t.WaitsFor, ", ")
		if t.Child != "" {
			waits = "is run " + string(t.Child)
		}
		rows = append(rows, []string{"  " + string(t.Task), string(t.State), string(t.Node), waits})
	}
	return a.table(rows)
}

func (a *app) runsWatchCommand() *cobra.Command {
	var reach reachFlags
	s := submission{}
	cmd := &cobra.Command{
		Use:   "watch RUN",
		Short: "Show a run's progress until it has ended",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, ids []string) error {
			return reach.with(a, cmd.Context(), func(ctx context.Context, c *client) error {
				return a.followRun(ctx, c, executor.RunID(ids[0]), &s)
			})
		},
	}
	reach.register(a, cmd)
	s.out.register(cmd)
	cmd.Flags().StringVar(&s.outDir, "out", "", "folder for the run's output files")
	return cmd
}

func (a *app) followRun(ctx context.Context, c *client, id executor.RunID, s *submission) error {
	run := new(api.Run)
	if err := c.call(ctx, request{method: http.MethodGet, path: runPath(id)}, nil, run); err != nil {
		return refused(err)
	}
	return a.follow(ctx, c, run, s)
}

func (a *app) runsActionCommand(action, short string) *cobra.Command {
	var reach reachFlags
	cmd := &cobra.Command{
		Use:   action + " RUN",
		Short: short,
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, ids []string) error {
			return reach.with(a, cmd.Context(), func(ctx context.Context, c *client) error {
				path := runPath(executor.RunID(ids[0])) + "/" + action
				return refused(c.call(ctx, request{method: http.MethodPost, path: path}, nil, nil))
			})
		},
	}
	reach.register(a, cmd)
	return cmd
}

// runsResumeCommand resumes a run and, when no server goes on with it, drives
// it here until it has ended.
func (a *app) runsResumeCommand() *cobra.Command {
	var reach reachFlags
	s := submission{own: true}
	cmd := &cobra.Command{
		Use:   "resume RUN",
		Short: "Resume a paused run, and show its progress",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, ids []string) error {
			id := executor.RunID(ids[0])
			return reach.with(a, cmd.Context(), func(ctx context.Context, c *client) error {
				err := c.call(ctx, request{method: http.MethodPost, path: runPath(id) + "/resume"}, nil, nil)
				if err != nil {
					return refused(err)
				}
				return a.followRun(ctx, c, id, &s)
			})
		},
	}
	reach.register(a, cmd)
	reach.local.register(cmd)
	s.out.register(cmd)
	cmd.Flags().StringVar(&s.outDir, "out", "", "folder for the run's output files")
	return cmd
}

func (a *app) runsLogsCommand() *cobra.Command {
	var reach reachFlags
	var stream string
	var attempt int
	cmd := &cobra.Command{
		Use:   "logs RUN TASK",
		Short: "Print what a task wrote",
		Args:  args(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, names []string) error {
			return reach.with(a, cmd.Context(), func(ctx context.Context, c *client) error {
				return a.printLogs(ctx, c, executor.RunID(names[0]), names[1], stream, attempt)
			})
		},
	}
	reach.register(a, cmd)
	cmd.Flags().StringVar(&stream, "stream", "stderr", "stdout or stderr")
	cmd.Flags().IntVar(&attempt, "attempt", 0, "which attempt (default the last)")
	return cmd
}

func (a *app) printLogs(ctx context.Context, c *client, id executor.RunID, task, stream string, attempt int) error {
	query := url.Values{"stream": {stream}}
	if attempt > 0 {
		query.Set("attempt", strconv.Itoa(attempt))
	}
	path := runPath(id) + "/tasks/" + url.PathEscape(task) + "/logs"
	for {
		var page api.LogPage
		if err := c.call(ctx, request{method: http.MethodGet, path: path, query: query}, nil, &page); err != nil {
			return refused(err)
		}
		if _, err := io.WriteString(a.stdout, page.Data); err != nil {
			return err
		}
		if page.Ended || page.Next == page.Offset {
			return nil
		}
		query.Set("offset", strconv.FormatInt(page.Next, 10))
	}
}

func (a *app) runsEventsCommand() *cobra.Command {
	var reach reachFlags
	cmd := &cobra.Command{
		Use:   "events RUN",
		Short: "Print the journal of a run, one JSON object a line",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, ids []string) error {
			return reach.with(a, cmd.Context(), func(ctx context.Context, c *client) error {
				return a.printEvents(ctx, c, executor.RunID(ids[0]))
			})
		},
	}
	reach.register(a, cmd)
	return cmd
}

func (a *app) printEvents(ctx context.Context, c *client, id executor.RunID) error {
	for after := uint64(0); ; {
		var page api.EventPage
		query := url.Values{"after": {strconv.FormatUint(after, 10)}}
		if err := c.call(ctx, request{method: http.MethodGet, path: runPath(id) + "/events", query: query}, nil, &page); err != nil {
			return refused(err)
		}
		for _, e := range page.Events {
			fmt.Fprintf(a.stdout, `{"seq":%d,"at":%q,"kind":%q,"fact":%s}`+"\n",
				e.Seq, e.At.Format(time.RFC3339Nano), e.Kind, e.Fact)
		}
		if len(page.Events) == 0 || page.Next == after {
			return nil
		}
		after = page.Next
	}
}
