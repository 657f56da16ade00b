package planner

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"example.org/weft/dsl"
)

// twoFamilies returns a program of two families, item by item, that ask for what is
// drawn.
func twoFamilies(t *rapid.T) (*dsl.Program, Inputs) {
	p := &dsl.Program{Name: "family", MaxSlowdown: 0.05}
	p.Inputs = []dsl.Field{{Name: "n", Type: dsl.Type{Kind: dsl.KindInt}}}
	for i := range 2 {
		f := dsl.Function{
			Name: fmt.Sprintf("s%d", i), Digest: fmt.Sprintf("s%d", i),
			Outputs: []dsl.Field{{
				Name: "x", Type: dsl.Type{Kind: dsl.KindFile}, SizeHint: rapid.Int64Range(0, 1e9).Draw(t, "size"),
			}},
			Resources: dsl.Resources{
				CPU:    float64(rapid.IntRange(0, 4).Draw(t, "cpu")),
				Memory: rapid.Int64Range(0, 8e9).Draw(t, "memory"),
			},
		}
		s := dsl.Step{Name: f.Name, Function: i, Foreach: &dsl.Foreach{}}
		s.Reads = []dsl.Read{{Step: dsl.InputStep, Field: "n"}}
		if i > 0 {
			s.Reads = []dsl.Read{{Step: 0, Field: "x", Binding: "x", Items: dsl.ItemAt}}
		}
		p.Functions, p.Steps = append(p.Functions, f), append(p.Steps, s)
	}
	return p, Inputs{Items: map[string]int{"n": rapid.IntRange(1, 40).Draw(t, "n")}}
}

func TestTasksThatRunTogetherNeverExceedTheirNode(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, in := twoFamilies(t)
		c := Cluster{Nodes: []Node{{ID: "n1", CPU: 4, Memory: 8e9}, {ID: "n2", CPU: 6, Memory: 9e9}}}.withDefaults()
		m := newModel(p, in, Profile{}, c)
		f := m.simulate(proposal{groups: m.findGroups(m.edges())}, nil)
		if want := 2 * in.Items["n"]; len(f.played) != want {
			t.Fatalf("%d tasks ran, want each of %d once", len(f.played), want)
		}
		for _, at := range f.played {
			cpu, memory := 0.0, int64(0)
			for _, other := range f.played {
				if other.node == at.node && other.start <= at.start && at.start < other.end {
					r := m.steps[other.step].fn.Resources
					cpu, memory = cpu+r.CPU, memory+r.Memory
				}
			}
			if n := c.Nodes[at.node]; cpu > n.CPU || memory > n.Memory {
				t.Fatalf("at %g s %s has %g cores and %d bytes in use, of %g and %d", at.start, n.ID, cpu, memory, n.CPU, n.Memory)
			}
		}
	})
}

func TestAWideFamilyIsPlayedByRangesWithTheSameTotals(t *testing.T) {
	t.Parallel()
	p, in := &dsl.Program{
		Functions: []dsl.Function{{Name: "f", Builtin: "noop", Resources: dsl.Resources{CPU: 1}}},
		Steps: []dsl.Step{{
			Name: "f", Foreach: &dsl.Foreach{}, Reads: []dsl.Read{{Step: dsl.InputStep, Field: "n"}},
		}},
		Inputs: []dsl.Field{{Name: "n", Type: dsl.Type{Kind: dsl.KindInt}}},
	}, Inputs{Items: map[string]int{"n": 100_000}}
	m := newModel(p, in, Profile{}, Cluster{Nodes: []Node{{ID: "n1", CPU: 4}}}.withDefaults())
	f := m.simulate(proposal{}, nil)
	// 100,000 tasks of 1 ms on 4 cores.
	if len(f.played) != maxRanges || f.seconds < 25 || f.seconds > 25.2 {
		t.Errorf("%d ranges in %g s, want %d in 25 s", len(f.played), f.seconds, maxRanges)
	}
}
