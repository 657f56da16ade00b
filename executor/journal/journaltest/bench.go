package journaltest

import (
	"fmt"
	"testing"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// Benchmark measures appends of one owner, one after another: each commits
// records of as many runs. It reports records and commits per second.
func Benchmark(b *testing.B, db DB) {
	b.Helper()
	const runs = 50
	for n := range runs {
		r := newRun(n)
		r.Owner = "a"
		if _, _, err := db.Accept(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
	last := make([]uint64, runs)
	for _, size := range []int{1, runs} {
		b.Run(fmt.Sprintf("runs=%d", size), func(b *testing.B) {
			for b.Loop() {
				batches := make([]journal.Batch, size)
				for n := range batches {
					batches[n] = journal.Batch{Run: runID(n), Epoch: 1, Records: records(last[n], succeeded("task"))}
					last[n]++
				}
				if fenced, err := db.Append(b.Context(), batches); err != nil || len(fenced) > 0 {
					b.Fatal(fenced, err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
			b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "records/s")
		})
		b.Run(fmt.Sprintf("run=1,records=%d", size), func(b *testing.B) {
			facts := make([]executor.Fact, size)
			for i := range facts {
				facts[i] = succeeded("task")
			}
			for b.Loop() {
				batch := journal.Batch{Run: runID(0), Epoch: 1, Records: records(last[0], facts...)}
				last[0] += uint64(size)
				if fenced, err := db.Append(b.Context(), []journal.Batch{batch}); err != nil || len(fenced) > 0 {
					b.Fatal(fenced, err)
				}
			}
			b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
