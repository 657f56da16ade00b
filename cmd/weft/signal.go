package main

import (
	"context"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/server/api"
)

func (a *app) runsSignalCommand() *cobra.Command {
	var reach reachFlags
	var payload inputFlags
	var key string
	cmd := &cobra.Command{
		Use:   "signal RUN NAME",
		Short: "Send a run a signal that a step waits for, such as an approval",
		Long: "Send a run a signal that a step waits for. What it brings is given by -i, as the inputs of a run are.\n" +
			"An approval is the signal with the name of its step: weft runs signal RUN publish -i approved=true -i by=ann",
		Args: args(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, names []string) error {
			return reach.with(a, cmd.Context(), func(ctx context.Context, c *client) error {
				return c.signal(ctx, executor.RunID(names[0]), names[1], &payload, key)
			})
		},
	}
	reach.register(a, cmd)
	payload.register(cmd.Flags())
	cmd.Flags().StringVar(&key, "key", "", "the same key sends the signal once, however often it is sent")
	return cmd
}

// signal reads the payload by the outputs of the step that waits, and sends it.
func (c *client) signal(ctx context.Context, id executor.RunID, name string, payload *inputFlags, key string) error {
	declared, err := c.signalFields(ctx, id, name)
	if err != nil {
		return refused(err)
	}
	values, err := binder{file: c.uploadFile}.bind(ctx, &dsl.Program{Inputs: declared}, payload)
	if err != nil {
		return err
	}
	r := request{method: http.MethodPost, path: runPath(id) + "/signals/" + url.PathEscape(name)}
	if key != "" {
		r.header = withHeader(nil, "Idempotency-Key", key)
	}
	return refused(c.call(ctx, r, values, nil))
}

// signalFields returns what a signal of a run brings; nothing for one that the
// server does not know: it will say so.
func (c *client) signalFields(ctx context.Context, id executor.RunID, name string) ([]dsl.Field, error) {
	var run api.Run
	if err := c.call(ctx, request{method: http.MethodGet, path: runPath(id)}, nil, &run); err != nil {
		return nil, err
	}
	program, _, err := c.fetch(ctx, run.Workflow+"@"+run.Version)
	if err != nil {
		return nil, err
	}
	step := program.SignalStep(name)
	if step < 0 {
		return nil, nil
	}
	return program.Steps[step].Outputs, nil
}
