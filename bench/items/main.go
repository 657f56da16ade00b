// Command items measures wide fan-outs: seconds and peak memory of the process
// that runs 100,000 tasks, makes a list of a file of 1,000,000 lines, and takes
// some of its lines by a task each.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"example.org/weft/bench/internal/weft"
)

const (
	noops = `version: 1
name: noops
steps:
  a: { builtin: noop, foreach: { in: "${{ range(100000) }}" } }
`
	list = `version: 1
name: list
inputs: { file: file }
steps:
  lines: { builtin: lines, with: { file: "${{ inputs.file }}" } }
outputs: { n: "${{ size(steps.lines.outputs.items) }}" }
`
	each = `version: 1
name: each
inputs: { file: file }
steps:
  lines: { builtin: lines, with: { file: "${{ inputs.file }}" } }
  take:
    builtin: noop
    foreach: { in: "${{ steps.lines.outputs.items }}", as: line, max_parallel: 64 }
    with: { line: "${{ line }}" }
`
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "items:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "weft-items-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program, err := weft.Build(ctx, "..", dir)
	if err != nil {
		return err
	}
	fmt.Println("Wide fan-outs, one process with SQLite")
	for _, w := range []struct {
		name, source string
		lines        int // of the file; 0: none
	}{
		{"100,000 tasks of a no-op", noops, 0},
		{"a list of 1,000,000 lines", list, 1_000_000},
		{"100,000 lines, a task each", each, 100_000},
	} {
		arguments, err := prepare(dir, w.source, w.lines)
		if err != nil {
			return err
		}
		r, err := weft.Run(ctx, program, nil, arguments...)
		if err != nil {
			return err
		}
		fmt.Printf("  %-28s %7.1f s %7.0f MB at most\n", w.name, r.Seconds, float64(r.Memory)/1e6)
	}
	return nil
}

// prepare writes the workflow and its input, and returns the arguments of a run.
func prepare(dir, source string, lines int) ([]string, error) {
	path := filepath.Join(dir, "workflow.yaml")
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		return nil, err
	}
	data, err := os.MkdirTemp(dir, "data-")
	if err != nil {
		return nil, err
	}
	arguments := []string{"run", path, "--data", data}
	if lines == 0 {
		return arguments, nil
	}
	file := filepath.Join(dir, "lines.txt")
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := bufio.NewWriter(f)
	for i := range lines {
		fmt.Fprintf(out, "line %d of a file of many\n", i)
	}
	return append(arguments, "-i", "file="+file), out.Flush()
}
