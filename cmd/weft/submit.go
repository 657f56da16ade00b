package main

import (
	"context"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"example.org/weft/dsl"
	"example.org/weft/placement"
	"example.org/weft/server/api"
)

// submission is a run as asked for on the command line.
type submission struct {
	inputs    inputFlags
	placement string
	key       string
	outDir    string
	own       bool // the run is this call's: Ctrl-C pauses it, and its files are fetched even when no folder is named
	out       outputFlag
}

func (s *submission) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	s.inputs.register(flags)
	flags.StringVar(&s.placement, "placement", "data",
		"data, store, round-robin, earliest-start or random:SEED")
	flags.StringVar(&s.key, "idempotency-key", "", "the same key starts the same run once")
	flags.StringVar(&s.outDir, "out", "", "folder for the run's output files")
	s.out.register(cmd)
}

// check reports what is wrong with the command line before anything begins.
func (s *submission) check(ctx context.Context, p *dsl.Program) error {
	if _, err := placement.ParseMode(s.placement); err != nil {
		return usage(err)
	}
	_, err := measure(ctx, p, &s.inputs)
	return err
}

// start sends a workflow, unless the server has it (src is nil), and starts a
// run of it.
func (s *submission) start(ctx context.Context, c *client, p *dsl.Program, src []byte) (*api.Run, error) {
	inputs, err := binder{file: c.uploadFile}.bind(ctx, p, &s.inputs)
	if err != nil {
		return nil, err
	}
	if src != nil {
		if err := c.put(ctx, p, src, false); err != nil {
			return nil, err
		}
	}
	header := make(http.Header)
	if s.key != "" {
		header.Set("Idempotency-Key", s.key)
	}
	run := new(api.Run)
	err = c.call(ctx, request{
		method: http.MethodPost, path: "/workflows/" + url.PathEscape(p.Name) + "/runs", header: header,
	}, api.NewRun{Inputs: inputs, Version: p.Version, Placement: s.placement}, run)
	return run, refused(err)
}

func (a *app) submitCommand() *cobra.Command {
	var s submission
	var wait bool
	cmd := &cobra.Command{
		Use:   "submit FILE|NAME@VERSION",
		Short: "Start a run on a server: of a file, or of a version that it has, or of an alias of one",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, files []string) error {
			c := a.client()
			program, src, err := a.submitted(cmd.Context(), c, files[0])
			if err != nil {
				return err
			}
			if err := s.check(cmd.Context(), program); err != nil {
				return err
			}
			run, err := s.start(cmd.Context(), c, program, src)
			if err != nil {
				return err
			}
			if !wait {
				return a.printAccepted(run, c, &s.out)
			}
			return a.follow(cmd.Context(), c, run, &s)
		},
	}
	s.register(cmd)
	a.serverFlag(cmd)
	cmd.Flags().BoolVar(&wait, "wait", false, "wait until the run has ended, and print its outputs")
	return cmd
}

// submitted returns the workflow that is to run, without its source when it is
// one that the server has.
func (a *app) submitted(ctx context.Context, c *client, text string) (*dsl.Program, []byte, error) {
	if !isNamed(text) {
		return a.compile(text, c.child(ctx))
	}
	program, _, err := c.fetch(ctx, text)
	return program, nil, err
}

func (a *app) runCommand() *cobra.Command {
	s := submission{own: true}
	var local localFlags
	cmd := &cobra.Command{
		Use:   "run FILE",
		Short: "Run a workflow now, on this machine",
		Args:  args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, files []string) error {
			program, src, err := a.compile(files[0], a.namedIn(cmd.Context(), local))
			if err != nil {
				return err
			}
			if err := s.check(cmd.Context(), program); err != nil {
				return err
			}
			return a.withServer(cmd.Context(), local, func(ctx context.Context, c *client) error {
				run, err := s.start(ctx, c, program, src)
				if err != nil {
					return err
				}
				return a.follow(ctx, c, run, &s)
			})
		},
	}
	s.register(cmd)
	local.register(cmd)
	return cmd
}
