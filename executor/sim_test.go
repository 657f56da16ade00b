package executor

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.org/weft/dsl"
)

var (
	simSeeds = flag.Uint64("sim.seeds", 2000, "how many random runs to simulate")
	simFirst = flag.Uint64("sim.first", 1, "the first seed")
)

// TestSimulation plays random workflows against crashes, lost nodes, lost,
// repeated and late answers, failures, pauses, cancels and lost objects. Seeds
// that failed once are kept in testdata/sim and come first.
func TestSimulation(t *testing.T) {
	t.Parallel()
	if text, ok := os.LookupEnv("WEFT_SIM_SEEDS"); ok {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		*simSeeds = n
	}
	kept, err := filepath.Glob("testdata/sim/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range kept {
		t.Run("kept/"+filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			seed, err := strconv.ParseUint(strings.TrimSuffix(filepath.Base(file), ".yaml"), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			simulate(t, seed, string(source))
		})
	}
	t.Run("fresh", func(t *testing.T) {
		t.Parallel()
		began := time.Now()
		for seed := *simFirst; seed < *simFirst+*simSeeds; seed++ {
			simulate(t, seed, workflow(rand.New(rand.NewPCG(seed, 0))))
		}
		took := time.Since(began)
		t.Logf("%d runs in %s: %.0f a second", *simSeeds, took.Round(time.Millisecond), float64(*simSeeds)/took.Seconds())
	})
}

// simulate plays one workflow twice, with and without faults. Unless the faults
// may change how it ends, it must end the same.
func simulate(t *testing.T, seed uint64, source string) {
	t.Helper()
	program, err := compileSource("random.yaml", []byte(source))
	if err != nil {
		t.Fatalf("seed %d: %v\n%s", seed, err, source)
	}
	story := &teller{TB: t, seed: seed, source: source}
	calm, rough := newWorld(story, program, seed), newWorld(story, program, seed)
	if seed%3 == 0 {
		calm.failEvery, rough.failEvery = 5, 5
	}
	rough.faults, rough.losses, rough.fatal = 20, MaxLost-1, seed%4 == 0
	rough.fatal = rough.fatal || hasLimit(program) // a fault takes time
	rough.everyRecord = seed%16 == 1
	for _, w := range []*world{calm, rough} {
		w.start()
		w.play()
	}
	compare(story, calm, rough)
	// Who read null for a failed item is kept by a redrive, and makes something
	// else if it has to run again.
	rough.fatal = rough.fatal || calm.tolerated()
	rough.faults, rough.losses = 20, MaxLost-1
	for _, w := range []*world{calm, rough} {
		w.redrive(seed)
	}
	compare(story, calm, rough)
}

// hasLimit reports whether how a run ends may hang on how long something takes.
func hasLimit(p *dsl.Program) bool {
	return slices.ContainsFunc(p.Steps, func(s dsl.Step) bool { return s.Deadline > 0 || s.Timeout > 0 })
}

func compare(tb testing.TB, calm, rough *world) {
	tb.Helper()
	if calm.exceeded() { // which items were begun before hangs on who was faster
		if got, want := rough.run.Status(), calm.run.Status(); got != want && !rough.fatal {
			tb.Fatalf("with faults the run is %s and not %s", got, want)
		}
		rough.fatal = true // and so does what a redrive has to do
		return
	}
	if got, want := rough.ending(), calm.ending(); got != want && !rough.fatal {
		tb.Fatalf("with faults the run ends otherwise: got\n%s\nwant\n%s", got, want)
	}
}

// A teller keeps the workflow of a seed that fails, and says which it was.
type teller struct {
	testing.TB
	seed   uint64
	source string
}

func (s *teller) Fatal(args ...any) {
	s.Helper()
	s.Fatalf("%s", fmt.Sprint(args...))
}

func (s *teller) Fatalf(format string, args ...any) {
	s.Helper()
	file := fmt.Sprintf("testdata/sim/%d.yaml", s.seed)
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = os.WriteFile(file, []byte(s.source), 0o644)
	}
	if err != nil {
		s.TB.Errorf("cannot keep the seed: %v", err)
	}
	s.TB.Fatalf("seed %d (kept in %s): %s", s.seed, file, fmt.Sprintf(format, args...))
}
