// Yardstick has the yardstick beside the repository score Weft's plans of real
// workflows beside those of other schedulers, and prints what a release is
// measured by: time over the lower bound, bytes over HEFT's, the worst cell.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"

	"example.org/weft/bench/internal/weft"
)

const root = ".."

func main() {
	c := cells{}
	flag.StringVar(&c.nodes, "nodes", "4,8,16", "cluster sizes")
	flag.StringVar(&c.nics, "nic", "0.1,1,10", "links, in Gbit/s")
	flag.StringVar(&c.match, "match", "", "only workflows whose name contains this")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, c); err != nil {
		fmt.Fprintln(os.Stderr, "yardstick:", err)
		os.Exit(1)
	}
}

// cells are what is planned for: each workflow on each cluster.
type cells struct{ nodes, nics, match string }

func run(ctx context.Context, c cells) error {
	shared := os.Getenv("WEFT_TESTDATA")
	if shared == "" {
		shared = filepath.Join(root, "../shared")
	}
	dir, err := os.MkdirTemp("", "weft-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program, err := weft.Build(ctx, root, dir)
	if err != nil {
		return err
	}
	y := yardstick{program: filepath.Join(dir, "wfbench"), planner: program + " plan --dag -", sets: filepath.Join(shared, "instances")}
	build := exec.CommandContext(ctx, "go", "build", "-o", y.program, "./cmd/wfbench")
	build.Dir = filepath.Join(shared, "yardstick")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("cannot build the yardstick: %w\n%s", err, out)
	}
	for _, told := range []struct {
		says string
		args []string
	}{
		{"The planners are told the truth", nil},
		{"The planners are told the means of each function", []string{"-estimate", "kind-mean", "-steal"}},
	} {
		rows, err := y.score(ctx, c, filepath.Join(dir, "rows.csv"), told.args)
		if err != nil {
			return err
		}
		fmt.Printf("\n## %s\n\n", told.says)
		rows.print(os.Stdout)
	}
	fmt.Println("\nThe yardstick lets idle cores steal from the other planners' queues where means are told, not from Weft's.")
	return nil
}

// A yardstick is its program, and the planner that it is to score.
type yardstick struct{ program, planner, sets string }

// score returns what every planner got in every cell.
func (y yardstick) score(ctx context.Context, c cells, file string, args []string) (rows, error) {
	defer os.Remove(file)
	cmd := exec.CommandContext(ctx, y.program, append([]string{
		"-sets", y.sets, "-nodes", c.nodes, "-nic", c.nics, "-match", c.match, "-p", "1", "-out", file,
		"-algos", "rr-via-store,round-robin,earliest-start,faasflow,mincut,heft", "-external", "weft=" + y.planner,
	}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("the yardstick failed: %w\n%s", err, out)
	}
	return read(file)
}
