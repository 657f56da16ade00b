// Excamera is the program of the workflow beside it: each verb is a step of
// encoding a video in parallel, and reads and writes files.
//
//	excamera decode  video  -> raw chunk (Y4M)
//	excamera encode  raw chunk -> encoded chunk (IVF), by vpxenc
//	excamera rebase  encoded chunk, raw chunk, state -> chunk that follows on the state, state
//	excamera stitch  chunks -> WebM, or IVF
//	excamera verify  chunk, raw chunk, state -> what was lost, as JSON
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// A verb is what the program can do. Its flags are set by define, and run gets
// the arguments after them.
type verb struct {
	name, usage string
	define      func(*flag.FlagSet) func(ctx context.Context, args []string) error
}

func verbs() []verb {
	return []verb{
		{"decode", "[-start SECONDS] [-frames N] [-height LINES] -o RAW.y4m VIDEO", decodeVerb},
		{"encode", "[-quality Q] [-rate R/S] [-tick S/R] -o CHUNK.ivf RAW.y4m", encodeVerb},
		{"rebase", "[-after STATE] [-raw RAW.y4m] [-state STATE] -o OUT.ivf CHUNK.ivf", rebaseVerb},
		{"stitch", "[-frames N] -o VIDEO.webm|VIDEO.ivf CHUNK.ivf...", stitchVerb},
		{"verify", "[-after STATE] [-skip N] -raw RAW.y4m [-o OUT.json] CHUNK.ivf", verifyVerb},
	}
}

// errUsage is for a command line that makes no sense; what is wrong was said.
var errUsage = errors.New("usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stderr)
	stop()
	switch {
	case errors.Is(err, errUsage):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "excamera:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stderr io.Writer) error {
	if len(args) > 0 {
		for _, v := range verbs() {
			if v.name == args[0] {
				return v.run(ctx, args[1:], stderr)
			}
		}
	}
	fmt.Fprintln(stderr, "usage: excamera VERB [FLAG...] FILE...; -h after a verb explains its flags")
	for _, v := range verbs() {
		fmt.Fprintf(stderr, "  %s %s\n", v.name, v.usage)
	}
	return errUsage
}

func (v verb) run(ctx context.Context, args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet(v.name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "usage: excamera %s %s\n", v.name, v.usage)
		flags.PrintDefaults()
	}
	do := v.define(flags)
	if err := flags.Parse(args); err != nil {
		return errUsage
	}
	if flags.NArg() == 0 || v.name != "stitch" && flags.NArg() > 1 {
		flags.Usage()
		return errUsage
	}
	if err := do(ctx, flags.Args()); err != nil {
		return fmt.Errorf("cannot %s: %w", v.name, err)
	}
	return nil
}
