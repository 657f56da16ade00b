package embedded_test

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/postgres"
	"example.org/weft/executor/journal/postgres/pgtest"
	"example.org/weft/executor/journal/sqlite"
)

// BenchmarkChain runs chains whose steps do nothing: each is durable before the
// next one starts. It reports what a step takes, without the compilation.
func BenchmarkChain(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		dir := b.TempDir()
		db, err := sqlite.Open(b.Context(), dir)
		if err != nil {
			b.Fatal(err)
		}
		benchmarkChain(b, db)
	})
	b.Run("postgres", func(b *testing.B) {
		db, err := postgres.Open(b.Context(), pgtest.URL(b))
		if err != nil {
			b.Fatal(err)
		}
		benchmarkChain(b, db)
	})
}

// endings is a database that tells when a run has ended, so that waiting for it
// costs nothing that would be measured.
type endings struct {
	database
	ended chan struct{}
}

func (e endings) Append(ctx context.Context, batches []journal.Batch) ([]executor.RunID, error) {
	fenced, err := e.database.Append(ctx, batches)
	for _, b := range batches {
		for _, r := range b.Records {
			if _, ok := r.Fact.(executor.Finished); ok {
				e.ended <- struct{}{}
			}
		}
	}
	return fenced, err
}

func benchmarkChain(b *testing.B, db database) {
	b.Helper()
	const steps = 1000
	e := endings{db, make(chan struct{}, 1)}
	w := &world{t: b, dir: b.TempDir()}
	w.serve(e)
	defer w.stop()
	kept, runs := w.keep(chain(steps)), 0
	run := func() {
		w.begin(kept, fmt.Sprint("run", runs), nil)
		<-e.ended
	}
	run() // compiles it
	before := processorTime(b)
	for b.Loop() {
		runs++
		run()
	}
	per := func(d time.Duration) float64 { return d.Seconds() * 1000 / float64(runs*steps) }
	b.ReportMetric(per(b.Elapsed()), "ms/step")
	b.ReportMetric(per(processorTime(b)-before), "CPU-ms/step")
}

// chain is a workflow of n steps, each after the one before.
func chain(n int) string {
	var s strings.Builder
	s.WriteString("version: 1\nname: chain\nfunctions:\n  nothing: { builtin: noop, pure: false }\nsteps:\n  s0: { uses: nothing }\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&s, "  s%d: { uses: nothing, needs: [s%d] }\n", i, i-1)
	}
	return s.String()
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
