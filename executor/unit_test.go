package executor

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// A foreach of ten times the items costs ten times as much, not more: what one
// event costs does not grow with the run.
func TestCostPerTaskDoesNotGrow(t *testing.T) {
	// Not parallel: it counts allocations.
	perTask := func(n int) float64 {
		program := benchmarkProgram(t, "\n"+
			`  a: { uses: take, foreach: { in: "${{ range(`+strconv.Itoa(n)+`) }}", as: x }, with: { n: "${{ x }}" } }`+"\n"+
			`  b: { uses: take, foreach: { in: "${{ steps.a.outputs }}", as: r }, with: { n: "${{ r.n }}" } }`+"\n")
		return testing.AllocsPerRun(3, func() { drive(t, program) }) / float64(n)
	}
	few, many := perTask(300), perTask(3000)
	if many > few*1.1 {
		t.Errorf("%.1f allocations a task among 300, %.1f among 3000", few, many)
	}
}

func TestGateLetsTheLowestGoFirst(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	var g gate
	var want []int32
	for range 500 {
		item := rng.Int32N(1000)
		g.push(item)
		want = append(want, item)
	}
	slices.Sort(want)
	for i, item := range want {
		if got := g.pop(); got != item {
			t.Fatalf("pop %d gives %d, want %d", i, got, item)
		}
	}
}

func TestRetryDelay(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		policy dsl.Retry
		n      int
		want   time.Duration
	}{
		{"none", dsl.Retry{}, 1, 0},
		{"first", dsl.Retry{Interval: time.Second, Backoff: 2}, 1, time.Second},
		{"third", dsl.Retry{Interval: time.Second, Backoff: 2}, 3, 4 * time.Second},
		{"fraction", dsl.Retry{Interval: time.Second, Backoff: 1.5}, 3, 2250 * time.Millisecond},
		{"capped", dsl.Retry{Interval: time.Second, Backoff: 2, MaxInterval: 3 * time.Second}, 9, 3 * time.Second},
		{"interval above the cap", dsl.Retry{Interval: time.Minute, Backoff: 2, MaxInterval: time.Second}, 1, time.Second},
		{"never overflows", dsl.Retry{Interval: time.Hour, Backoff: 1000}, 1000, 100 * 365 * 24 * time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := retryDelay(tt.policy, tt.n, "run/a"); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// Full jitter spreads delays over [0, delay) and gives each name its own.
func TestJitterSpreadsDelays(t *testing.T) {
	t.Parallel()
	policy := dsl.Retry{Interval: time.Second, Backoff: 1, Jitter: true}
	var sum time.Duration
	const n = 1000
	for i := range n {
		d := retryDelay(policy, 1, "run/a["+strconv.Itoa(i)+"]")
		if d < 0 || d >= time.Second {
			t.Fatalf("delay %s is not in [0, 1s)", d)
		}
		sum += d
	}
	if mean := sum / n; mean < 450*time.Millisecond || mean > 550*time.Millisecond {
		t.Errorf("the mean of %d delays is %s, want about 500ms", n, mean)
	}
}

func TestJournalOfANewerWeftIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := DecodeFact("teleported", []byte(`{}`)); err == nil {
		t.Error("a fact of an unknown kind is decoded")
	}
	r := New("run_x", benchmarkProgram(t, "\n  a: { uses: take, with: { n: 1 } }\n"))
	if err := r.Step(Record{Seq: 1, Fact: Started{Decisions: Decisions + 1}}); err == nil {
		t.Error("a run of newer rules is stepped")
	}
	if err := r.Step(Record{Seq: 2, Fact: Started{Decisions: Decisions}}); err == nil {
		t.Error("a gap in the journal goes unnoticed")
	}
}

// Whoever hands a value to a function spells its gathers out, however deep.
func TestExpandSpellsOutGathers(t *testing.T) {
	t.Parallel()
	program := benchmarkProgram(t, "\n"+
		`  a: { uses: take, foreach: { in: "${{ range(3) }}", as: x }, with: { n: "${{ x }}" } }`+"\n")
	r := New("run_b", program)
	for _, rec := range drive(t, program) {
		if err := r.Step(rec); err != nil {
			t.Fatal(err)
		}
	}
	r.Ready()
	numbers := object.Value{Gather: &object.Gather{Step: "a", Field: "n", From: 1, To: 3}}
	tests := []struct {
		name  string
		value object.Value
		want  string
	}{
		{"a field", numbers, "[1,1]"},
		{"all outputs", object.Value{Gather: &object.Gather{Step: "a", From: 0, To: 1}}, "[{n=1}]"},
		{"nothing", object.Value{Gather: &object.Gather{Step: "a", Field: "n", From: 2, To: 2}}, "[]"},
		{"within a list", object.Value{List: []object.Value{numbers}}, "[[1,1]]"},
		{"within a map", object.Value{Map: map[string]object.Value{"x": numbers}}, "{x=[1,1]}"},
		{"none", object.FromJSON([]byte("7")), "7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := showValue(r.Expand(tt.value)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// An Evaluate that was overtaken comes back with nothing to record, and Step
// says so.
func TestOvertakenEvaluateSaysNothing(t *testing.T) {
	t.Parallel()
	r := New("run_b", benchmarkProgram(t, "\n  a: { uses: take, with: { n: 1 } }\n"))
	if err := r.Step(Record{Seq: 1, Fact: Started{Decisions: Decisions}}); err != nil {
		t.Fatal(err)
	}
	r.Ready()
	for _, task := range []TaskID{"a", "nosuch"} {
		c := r.EvaluateWith(Evaluate{Fact: Evaluated{Task: task}}, nil)
		if err := r.Step(Record{Seq: 2, Fact: c.Fact}); err == nil {
			t.Errorf("%s: a fact that says nothing is taken", task)
		}
	}
}
