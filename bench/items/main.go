// Command items measures wide fan-outs: seconds and peak memory of the process
// that runs 100,000 tasks, makes a list of a file of 1,000,000 lines, and takes
// them in batches or by a task each. Every row stands beside what it is to stay
// below; that of an idle run is what the process takes without any.
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
inputs: { n: int }
steps:
  a: { builtin: noop, foreach: { in: "${{ range(inputs.n) }}" } }
`
	list = `version: 1
name: list
inputs: { file: file }
steps:
  lines: { builtin: lines, with: { file: "${{ inputs.file }}" } }
`
	batches = list + `
  take:
    builtin: noop
    foreach: { in: "${{ steps.lines.outputs.items }}", as: lines, batch: 100 }
    with: { lines: "${{ lines }}" }
`
	processes = list + `
  take:
    run: printf '{"n":%d}' "$(grep -o ' of a file' "$WEFT_INPUT" | wc -l)" > "$WEFT_OUTPUT"
    foreach: { in: "${{ steps.lines.outputs.items }}", as: lines, batch: 10000 }
    with: { lines: "${{ lines }}" }
    outputs: { n: int }
outputs: { n: "${{ sum(steps.take.outputs.map(t, t.n)) }}" }
`
	each = list + `
  take:
    builtin: noop
    foreach: { in: "${{ steps.lines.outputs.items }}", as: line }
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
		tasks, lines int     // of range, of the file; 0: neither
		seconds      float64 // at most, on two idle cores; 0: none is said
		megabytes    float64
	}{
		{"an idle run", noops, 1, 0, 0, 0},
		{"100,000 tasks of a no-op", noops, 100_000, 0, 6, 300},
		{"a list of 1,000,000 lines", list, 0, 1_000_000, 0, 300},
		{"1,000,000 lines, 100 a task", batches, 0, 1_000_000, 0, 300},
		{"1,000,000 lines, 10,000 a process", processes, 0, 1_000_000, 0, 300},
		{"100,000 lines, a task each", each, 0, 100_000, 0, 300},
	} {
		arguments, err := prepare(dir, w.source, w.tasks, w.lines)
		if err != nil {
			return err
		}
		r, err := weft.Run(ctx, program, nil, arguments...)
		if err != nil {
			return err
		}
		fmt.Printf("  %-34s %7.1f s %s %7.0f MB%s\n", w.name, r.Seconds, below(w.seconds, "s"), float64(r.Memory)/1e6, below(w.megabytes, "MB"))
	}
	return nil
}

// below says what a figure is to stay below.
func below(most float64, unit string) string {
	if most == 0 {
		return ""
	}
	return fmt.Sprintf(" (at most %g %s)", most, unit)
}

// prepare writes the workflow and its input, and returns the arguments of a run.
func prepare(dir, source string, tasks, lines int) ([]string, error) {
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
		return append(arguments, "-i", fmt.Sprint("n=", tasks)), nil
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
