package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"example.org/weft/bench/internal/weft"
)

// A target is Weft on one kind of journal.
type target interface {
	// title says what it is, with the settings for durability as they were read
	// back.
	title() string

	// commit commits one row in the same database.
	commit(ctx context.Context) error

	// run runs a workflow.
	run(ctx context.Context, file string) (cost, error)
}

// A cost is what one run took.
type cost struct {
	run      time.Duration // from its first event to its last
	process  time.Duration // from the start of a process to its end; 0 on a server
	weft     time.Duration // processor time
	database time.Duration // likewise, of the database's own processes
}

// A series is durations of the same thing.
type series []time.Duration

func (s series) median() time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[len(sorted)/2]
}

// A table is what was measured on one target.
type table struct {
	target     target
	commits    series
	commitsCPU series // of the process that commits, not of the database's own
	rows       []row
}

// A row is the rounds of one workflow.
type row struct {
	name                 string
	run, process         series // of the long run
	step, weft, database series // per step
	ratio                []float64
}

// measure does one round, which counts unless it only warms up.
func (t *table) measure(ctx context.Context, works []work, counts bool) error {
	if t.rows == nil {
		t.rows = make([]row, len(works))
	}
	for i, w := range works {
		before, cpuBefore, err := t.commit(ctx)
		if err != nil {
			return err
		}
		short, err := t.target.run(ctx, w.short)
		if err != nil {
			return err
		}
		long, err := t.target.run(ctx, w.long)
		if err != nil {
			return err
		}
		after, cpuAfter, err := t.commit(ctx)
		if err != nil {
			return err
		}
		if counts {
			t.commits = append(t.commits, before, after)
			t.commitsCPU = append(t.commitsCPU, cpuBefore, cpuAfter)
			t.rows[i].add(w, short, long, (before+after)/2)
		}
	}
	return nil
}

// commit returns how long a commit of one row takes, and the processor time.
func (t *table) commit(ctx context.Context) (wall, cpu time.Duration, err error) {
	const commits = 100
	used, err := weft.Own()
	if err != nil {
		return 0, 0, err
	}
	begun := time.Now()
	for range commits {
		if err := t.target.commit(ctx); err != nil {
			return 0, 0, err
		}
	}
	wall = time.Since(begun) / commits
	now, err := weft.Own()
	return wall, (now - used) / commits, err
}

func (r *row) add(w work, short, long cost, commit time.Duration) {
	per := func(long, short time.Duration) time.Duration { return (long - short) / time.Duration(w.steps) }
	r.name = w.name
	r.run = append(r.run, long.run)
	r.process = append(r.process, long.process)
	r.step = append(r.step, per(long.run, short.run))
	r.weft = append(r.weft, per(long.weft, short.weft))
	r.database = append(r.database, per(long.database, short.database))
	r.ratio = append(r.ratio, float64(per(long.run, short.run))/float64(commit))
}

func (t *table) print(to io.Writer) {
	fmt.Fprintf(to, "\n%s\none-row commit: %.2f ms (%.2f to %.2f), %.3f CPU-ms\n", t.target.title(),
		ms(t.commits.median()), ms(slices.Min(t.commits)), ms(slices.Max(t.commits)), ms(t.commitsCPU.median()))
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\trun s\tprocess s\tms per step\tcommits per step\tCPU-ms per step\tdatabase's CPU-ms\t")
	for _, r := range t.rows {
		process, database := "", ""
		if d := r.process.median(); d > 0 {
			process = fmt.Sprintf("%.2f", d.Seconds())
		}
		if d := r.database.median(); d > 0 {
			database = fmt.Sprintf("%.3f", ms(d))
		}
		slices.Sort(r.ratio)
		fmt.Fprintf(w, "%s\t%.3f\t%s\t%.3f\t%.2f\t%.3f\t%s\t\n", r.name, r.run.median().Seconds(), process,
			ms(r.step.median()), r.ratio[len(r.ratio)/2], ms(r.weft.median()), database)
	}
	_ = w.Flush()
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
