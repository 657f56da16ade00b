package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

// runsRedriveCommand lets a run that ended go on. Unless a server is named,
// which goes on with it by itself, the run is followed here to its end.
func (a *app) runsRedriveCommand() *cobra.Command {
	var reach reachFlags
	var body api.RedriveBody
	var from string
	var wait bool
	s := submission{own: true}
	cmd := &cobra.Command{
		Use:   "redrive RUN",
		Short: "Let a run that ended go on: what has not succeeded runs again",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, ids []string) error {
			body.From = executor.TaskID(from)
			id := executor.RunID(ids[0])
			return reach.with(a, cmd.Context(), func(ctx context.Context, c *client) error {
				var todo api.Redrive
				err := c.call(ctx, request{method: http.MethodPost, path: runPath(id) + "/redrive"}, body, &todo)
				if err != nil {
					return refused(err)
				}
				follow := !body.DryRun && (wait || !a.serverNamed())
				if s.out.json() && !follow {
					return a.printJSON(todo)
				}
				a.printRedrive(&todo)
				if !follow {
					return nil
				}
				return a.followRun(ctx, c, id, &s)
			})
		},
	}
	reach.register(a, cmd)
	s.out.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&from, "from", "", "task, or foreach step, that runs again with all that comes after it")
	flags.BoolVar(&body.DryRun, "dry-run", false, "only say what would run")
	flags.BoolVar(&wait, "wait", false, "with --server: wait until the run has ended, and print its outputs")
	flags.StringVar(&s.outDir, "out", "", "folder for the run's output files")
	return cmd
}

// printRedrive says what a redrive takes, before it happens.
func (a *app) printRedrive(todo *api.Redrive) {
	var steps []string
	for _, step := range todo.Steps {
		switch step.Tasks {
		case 0:
			steps = append(steps, step.Step+" (how many tasks is not known yet)")
		case 1:
			steps = append(steps, step.Step)
		default:
			steps = append(steps, fmt.Sprintf("%s (%d tasks)", step.Step, step.Tasks))
		}
	}
	if len(steps) > 0 {
		fmt.Fprintf(a.stderr, "to run: %s\n", strings.Join(steps, ", "))
	}
	fmt.Fprintf(a.stderr, "kept: %d that succeeded\n", todo.Kept)
	if len(todo.Remade) > 0 {
		fmt.Fprintf(a.stderr, "made again, because what they made is gone: %s\n", taskList(todo.Remade))
	}
	if len(todo.Gone) > 0 {
		fmt.Fprintf(a.stderr, "gone, so what reads it fails: what %s made; redrive with --from to make it again\n", taskList(todo.Gone))
	}
}

// taskList names a few tasks and counts the others.
func taskList(tasks []executor.TaskID) string {
	const most = 5
	var names []string
	for _, t := range tasks[:min(most, len(tasks))] {
		names = append(names, string(t))
	}
	text := strings.Join(names, ", ")
	if more := len(tasks) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
