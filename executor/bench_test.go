package executor

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// BenchmarkForeach steps a whole run of a foreach; ns/task must not grow with
// the number of items.
func BenchmarkForeach(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("items=%d", n), func(b *testing.B) {
			benchmarkRun(b, n, fmt.Sprintf(`
  a: { uses: take, foreach: { in: "${{ range(%d) }}", as: x }, with: { n: "${{ x }}" } }
`, n))
		})
	}
}

// BenchmarkElementwise steps a foreach over each item of another.
func BenchmarkElementwise(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprintf("items=%d", n), func(b *testing.B) {
			benchmarkRun(b, 2*n, fmt.Sprintf(`
  a: { uses: take, foreach: { in: "${{ range(%d) }}", as: x }, with: { n: "${{ x }}" } }
  b: { uses: take, foreach: { in: "${{ steps.a.outputs }}", as: r }, with: { n: "${{ r.n }}" } }
`, n))
		})
	}
}

// BenchmarkChain steps a chain of steps, each reading what the one before made.
func BenchmarkChain(b *testing.B) {
	for _, n := range []int{100, 1_000} {
		b.Run(fmt.Sprintf("steps=%d", n), func(b *testing.B) {
			var steps strings.Builder
			steps.WriteString("\n  s0: { uses: take, with: { n: 1 } }\n")
			for i := 1; i < n; i++ {
				fmt.Fprintf(&steps, "  s%d: { uses: take, with: { n: \"${{ steps.s%d.outputs.n }}\" } }\n", i, i-1)
			}
			benchmarkRun(b, n, steps.String())
		})
	}
}

// BenchmarkReplay steps the journal of a finished foreach.
func BenchmarkReplay(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprintf("items=%d", n), func(b *testing.B) {
			program := benchmarkProgram(b, fmt.Sprintf(`
  a: { uses: take, foreach: { in: "${{ range(%d) }}", as: x }, with: { n: "${{ x }}" } }
`, n))
			journal := drive(b, program)
			b.ReportAllocs()
			for b.Loop() {
				r := New("run_b", program)
				for _, rec := range journal {
					if err := r.Step(rec); err != nil {
						b.Fatal(err)
					}
				}
				r.Ready()
			}
			perTask(b, n)
		})
	}
}

func benchmarkRun(b *testing.B, tasks int, steps string) {
	b.Helper()
	program := benchmarkProgram(b, steps)
	b.ReportAllocs()
	for b.Loop() {
		drive(b, program)
	}
	perTask(b, tasks)
}

func perTask(b *testing.B, tasks int) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(tasks), "ns/task")
}

func benchmarkProgram(tb testing.TB, steps string) *dsl.Program {
	tb.Helper()
	source := "version: 1\nname: bench\nfunctions:\n" +
		"  take: { exec: [\"true\"], inputs: { n: { type: int } }, outputs: { n: { type: int } } }\n" +
		"steps:" + steps
	program, _, err := dsl.Compile("bench.yaml", []byte(source))
	if err != nil {
		tb.Fatal(err)
	}
	return program
}

// drive runs a program with an engine that answers at once, and returns its
// journal.
func drive(tb testing.TB, program *dsl.Program) []Record {
	tb.Helper()
	r := New("run_b", program)
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	outputs := map[string]object.Value{"n": object.FromJSON([]byte("1"))}
	var journal []Record
	facts := []Fact{Started{Workflow: "bench", Decisions: Decisions}}
	for len(facts) > 0 {
		rec := Record{Seq: r.Seq() + 1, At: now, Fact: facts[0]}
		facts = facts[1:]
		if err := r.Step(rec); err != nil {
			tb.Fatal(err)
		}
		journal = append(journal, rec)
		for _, c := range r.Ready() {
			switch c := c.(type) {
			case Evaluate:
				facts = append(facts, c.Fact)
			case Reuse:
				facts = append(facts, NotReused{Task: c.Task, Attempt: c.Attempt})
			case Place:
				facts = append(facts, Placed{Task: c.Task, Attempt: c.Attempt, Epoch: 1, Node: "n1"})
			case Invoke:
				facts = append(facts, Succeeded{Task: c.Attempt.Task, Attempt: c.Attempt.N, Outputs: outputs})
			case Finish:
				facts = append(facts, Finished(c))
			case Plan, StartChild, Abort, SetTimer, Begin, Conclude:
			}
		}
	}
	if r.Status() != StatusSucceeded {
		tb.Fatalf("the run ended as %s", r.Status())
	}
	return journal
}
