package planner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"example.org/weft/planner"
)

// anyShape draws a workflow of single tasks, families, chains, zips and fan-ins.
func anyShape(t *rapid.T) *shape {
	s := newShape("any")
	s.count("n", rapid.IntRange(0, 9).Draw(t, "n"))
	for i := range rapid.IntRange(1, 8).Draw(t, "steps") {
		makers := []maker{
			runs(float64(rapid.IntRange(0, 50).Draw(t, "run")) / 10),
			makes("x", int64(rapid.IntRange(0, 100).Draw(t, "size"))*mb),
			needs(float64(rapid.IntRange(0, 3).Draw(t, "cpu")), int64(rapid.IntRange(0, 5).Draw(t, "memory"))*gb),
		}
		foreach := rapid.Bool().Draw(t, "foreach")
		if foreach {
			makers = append(makers, over("n"))
			if rapid.IntRange(0, 3).Draw(t, "chain") == 0 {
				makers = append(makers, readsOwn("x", -1))
			}
		}
		for range rapid.IntRange(0, min(i, 3)).Draw(t, "reads") {
			from := rapid.IntRange(0, i-1).Draw(t, "from")
			makers = append(makers, joining(s, foreach, from))
		}
		s.step(fmt.Sprintf("s%d", i), makers...)
	}
	return s
}

// joining reads what the step numbered from makes, item by item where both have
// items.
func joining(s *shape, foreach bool, from int) maker {
	name := s.prog.Steps[from].Name
	switch {
	case s.prog.Steps[from].Foreach == nil:
		return reads(name, "x")
	case foreach:
		return each(name, "x")
	}
	return readsAll(name, "x")
}

func anyCluster(t *rapid.T) planner.Cluster {
	c := nodes(rapid.IntRange(1, 5).Draw(t, "nodes"), float64(rapid.IntRange(1, 4).Draw(t, "cores")), 5*gb)
	c.Bandwidth = float64(rapid.SampledFrom([]int{1, 10, 125, 1250}).Draw(t, "bandwidth")) * mb
	return c
}

func TestAPlanIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, c := anyShape(t), anyCluster(t)
		if a, b := text(s.make(c)), text(s.make(c)); a != b {
			t.Fatalf("two plans of the same differ:\n%s\n%s", a, b)
		}
	})
}

func TestEachStepIsInAtMostOneGroup(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		plan := anyShape(t).make(anyCluster(t))
		seen := map[string]string{}
		for _, g := range plan.Groups {
			for _, step := range g.Steps {
				if seen[step] != "" {
					t.Fatalf("%s is in %s and %s", step, seen[step], g.Name)
				}
				seen[step] = g.Name
			}
		}
		for _, s := range plan.Steps {
			if s.Group != seen[s.Step] {
				t.Fatalf("%s says group %q, the groups say %q", s.Step, s.Group, seen[s.Step])
			}
			if s.Back > 0 && s.Group == "" {
				t.Fatalf("the chain %s is in no group", s.Step)
			}
		}
	})
}

func TestGroupsNeverCostMoreThanTheySave(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		plan := anyShape(t).make(anyCluster(t))
		if plan.Moved > plan.Ungrouped.Moved {
			t.Fatalf("moves %d bytes with groups, %d without", plan.Moved, plan.Ungrouped.Moved)
		}
		if limit := float64(plan.Ungrouped.Makespan)*1.05 + 2000; float64(plan.Makespan) > limit {
			t.Fatalf("takes %s with groups, %s without", plan.Makespan, plan.Ungrouped.Makespan)
		}
	})
}

func TestNoMoreMovesThanThroughAStore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		if plan := anyShape(t).make(anyCluster(t)); plan.Moved > plan.Everything+1 {
			t.Fatalf("moves %d bytes, through a store %d", plan.Moved, plan.Everything)
		}
	})
}

func TestAGroupFitsOnANode(t *testing.T) {
	t.Parallel()
	s := newShape("large")
	s.step("a", runs(1), makes("x", 100*mb), needs(1, 6*gb))
	s.step("b", runs(1), reads("a", "x"), needs(1, 2*gb))
	c := nodes(2, 2, 8*gb)
	c.Nodes[0].Memory, c.Nodes[1].Programs = 4*gb, []string{"sh"}
	s.fn(1).Requires = []string{"ffmpeg"}
	plan := s.make(c)
	if len(plan.Groups) != 0 || !strings.Contains(plan.Edges[0].Note, "no node can hold all of its steps") {
		t.Errorf("grouped %v (%s): a needs 6 GB, which only n2 has, b ffmpeg, which only n1 can have",
			plan.Groups, plan.Edges[0].Note)
	}
}

func TestWhatNoNodeCanRunIsWarnedOf(t *testing.T) {
	t.Parallel()
	s := newShape("too much")
	s.step("memory", needs(1, 16*gb))
	s.step("cores", needs(3, 0))
	s.step("program")
	s.fn(2).Requires = []string{"sh", "ffmpeg"}
	c := nodes(1, 2, 8*gb)
	c.Nodes[0].Programs = []string{"sh"}
	want := []string{
		"step memory wants 16 GB of memory: no node has that much",
		"step cores wants 3 cores: no node has that many",
		"step program requires ffmpeg: no node has it",
	}
	if got := s.make(c).Warnings; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMeasuredSizesCountBeforeHints(t *testing.T) {
	t.Parallel()
	s := excamera(16)
	s.in.StepItems = map[string]int{"decode": 40}
	s.in.StepBytes = map[string]map[string]int64{"decode": {"raw": 5 * mb}}
	plan := s.make(nodes(4, 2, 8*gb))
	for _, step := range []string{"decode", "encode", "rebase"} {
		if got := plan.Step(step); got.Tasks != 40 || got.TasksSource != planner.Measured {
			t.Errorf("%s has %d %s tasks, want 40 measured", step, got.Tasks, got.TasksSource)
		}
	}
	i := slices.IndexFunc(plan.Edges, func(e planner.Edge) bool { return e.From == "decode" && e.To == "encode" })
	if e := plan.Edges[i]; e.Bytes != 200*mb || e.Source != planner.Measured {
		t.Errorf("decode to encode is %d bytes %s, want 200 MB measured", e.Bytes, e.Source)
	}
}

func TestAnEmptyListIsPlanned(t *testing.T) {
	t.Parallel()
	s := excamera(16)
	s.in.StepItems = map[string]int{"decode": 0, "encode": 0, "rebase": 0, "verify": 0}
	if plan := s.make(planner.Cluster{}); plan.Step("encode").Tasks != 0 || plan.Moved != 30*mb {
		t.Errorf("%d tasks and %d bytes, want none and the video", plan.Step("encode").Tasks, plan.Moved)
	}
}

func BenchmarkMake(b *testing.B) {
	wide := excamera(25_000)
	long := newShape("long")
	long.step("s0", makes("x", mb))
	for i := range 999 {
		long.step(fmt.Sprintf("s%d", i+1), reads(fmt.Sprintf("s%d", i), "x"), makes("x", mb))
	}
	for name, s := range map[string]*shape{"excamera of 100000 tasks": wide, "chain of 1000 steps": long, "excamera of 64 tasks": excamera(16)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.make(nodes(9, 4, 8*gb))
			}
		})
	}
}
