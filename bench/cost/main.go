// Cost measures what Weft's own work costs per step, beside what nobody can
// avoid on the same machine: a commit of one row, and a process.
//
// All of a round is measured within seconds, and each ratio is of one round; the
// tables have the medians of all rounds. What a step costs is the slope between
// a short and a long run, so that the start of a process or of a run is not in
// it. Every function is durable: the success of a step is on the disk before the
// next one starts.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"time"

	"example.org/weft/bench/internal/weft"
)

func main() {
	rounds := flag.Int("rounds", 7, "how often everything is measured")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "cost:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, rounds int) error {
	dir, err := os.MkdirTemp("", "weft-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program, err := weft.Build(ctx, "..", dir)
	if err != nil {
		return err
	}
	pg, err := openPostgres(ctx, program, dir)
	if err != nil {
		return err
	}
	defer pg.close(ctx)
	lite, err := openSQLite(ctx, program, dir)
	if err != nil {
		return err
	}
	defer lite.close()

	works, err := writeWorkflows(dir)
	if err != nil {
		return err
	}
	var forks series
	tables := []*table{{target: pg}, {target: lite}}
	for round := range rounds + 1 { // the first one warms up
		fork, err := forkExec(ctx)
		if err != nil {
			return err
		}
		if round > 0 {
			forks = append(forks, fork)
		}
		for _, t := range tables {
			if err := t.measure(ctx, works, round > 0); err != nil {
				return err
			}
		}
	}
	fmt.Printf("fork+exec of /bin/true: %.2f ms\n", ms(forks.median()))
	for _, t := range tables {
		t.print(os.Stdout)
	}
	return nil
}

// forkExec returns how long a process takes that does nothing.
func forkExec(ctx context.Context) (time.Duration, error) {
	const times = 30
	begun := time.Now()
	for range times {
		if err := exec.CommandContext(ctx, "/bin/true").Run(); err != nil {
			return 0, err
		}
	}
	return time.Since(begun) / times, nil
}
