// Command weft runs workflows that know where their data is.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // for time zones where the system has none

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // from then on a second Ctrl-C ends the program at once
	app := &app{
		stdout: os.Stdout, stderr: os.Stderr, stdin: os.Stdin, getenv: os.Getenv,
		terminal: term.IsTerminal(int(os.Stderr.Fd())),
	}
	os.Exit(app.main(ctx, os.Args[1:]))
}

// The exit codes. Scripts rely on them.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitUnreachable = 3
	exitInterrupted = 130
)

// An app is one call of the program: all that it has of its surroundings.
type app struct {
	stdout, stderr io.Writer
	stdin          io.Reader
	getenv         func(string) string
	terminal       bool // stderr is one: progress may move the cursor

	dir       string // --data
	server    string // --server, of the commands that have it
	verbose   bool
	logFormat string
}

// An exitError ends the program with a code. Its message may be empty, when
// all has been said.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func usage(err error) error       { return &exitError{exitUsage, err} }
func unreachable(err error) error { return &exitError{exitUnreachable, err} }

// main runs one command line and returns the exit code. The end of ctx is
// Ctrl-C, or SIGTERM.
func (a *app) main(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetIn(a.stdin)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = &exitError{exitInterrupted, errors.New("interrupted")}
	}
	if text := err.Error(); text != "" {
		fmt.Fprintln(a.stderr, "weft: "+text)
	}
	if exit, ok := errors.AsType[*exitError](err); ok {
		return exit.code
	}
	return exitFailed
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "weft",
		Short:         "Run workflows that know where their data is",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage(fmt.Errorf("unknown command %q: see weft --help", args[0]))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage(err) })
	flags := root.PersistentFlags()
	flags.StringVar(&a.dir, "data", a.defaultDir(), "folder for the journal and the objects")
	flags.BoolVarP(&a.verbose, "verbose", "v", false, "log what the engine decides")
	flags.StringVar(&a.logFormat, "log-format", "text", "text or json")
	root.AddCommand(
		a.initCommand(), a.runCommand(), a.validateCommand(), a.testCommand(), a.planCommand(), a.serveCommand(), a.nodeCommand(), a.submitCommand(),
		a.runsCommand(), a.workflowsCommand(), a.diffCommand(), a.nodesCommand(), a.schemaCommand(), a.versionCommand(),
	)
	return root
}

// logger returns the log of this call: warnings only, unless more is wanted.
func (a *app) logger(level slog.Level) *slog.Logger {
	if a.verbose {
		level = slog.LevelDebug
	}
	opts := &slog.HandlerOptions{Level: level}
	if a.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(a.stderr, opts))
	}
	return slog.New(slog.NewTextHandler(a.stderr, opts))
}

// defaultDir is $WEFT_DATA, else weft in the user's data folder.
func (a *app) defaultDir() string {
	if dir := a.getenv("WEFT_DATA"); dir != "" {
		return dir
	}
	if dir := a.getenv("XDG_DATA_HOME"); dir != "" {
		return dir + "/weft"
	}
	return a.getenv("HOME") + "/.local/share/weft"
}

// args wraps cobra's check of positional arguments: a wrong command line ends
// with exit code 2.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, list []string) error {
		err := check(cmd, list)
		switch {
		case err == nil:
			return nil
		case cmd.HasSubCommands():
			return usage(err) // it names the command that there is not
		}
		return usage(errors.New("wrong arguments; usage: " + cmd.UseLine()))
	}
}
