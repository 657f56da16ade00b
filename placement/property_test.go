package placement_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"example.org/weft/object"
	"example.org/weft/placement"
)

// anyCluster draws nodes in every state and where three objects are.
func anyCluster(t *rapid.T) (placement.Snapshot, []object.Ref) {
	refs := make([]object.Ref, 3)
	held := map[object.ID]map[string]bool{}
	for i := range refs {
		id := object.Mint("run/a/1@1", fmt.Sprint(i))
		refs[i] = object.Ref{ID: id, Size: rapid.Int64Range(0, 1e10).Draw(t, "size")}
		held[id] = map[string]bool{}
	}
	s := placement.Snapshot{
		Bandwidth: rapid.SampledFrom([]float64{0, 1e6, 125e6}).Draw(t, "bandwidth"),
		Turn:      rapid.Uint64().Draw(t, "turn"),
		Holds:     func(node string, id object.ID) bool { return held[id][node] },
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "nodes") {
		n := placement.Node{
			ID: fmt.Sprintf("n%d", i), CPU: float64(rapid.IntRange(1, 8).Draw(t, "cpu")),
			Memory:   rapid.Int64Range(0, 8).Draw(t, "memory") * 1e9,
			FreeCPU:  float64(rapid.IntRange(-4, 8).Draw(t, "free cpu")),
			FreeMem:  rapid.Int64Range(-8, 8).Draw(t, "free memory") * 1e9,
			Wait:     float64(rapid.IntRange(0, 20).Draw(t, "wait")),
			Draining: rapid.IntRange(0, 4).Draw(t, "draining") == 0,
			Programs: map[string]bool{"ffmpeg": rapid.Bool().Draw(t, "ffmpeg")},
		}
		if rapid.Bool().Draw(t, "unknown programs") {
			n.Programs = nil
		}
		s.Nodes = append(s.Nodes, n)
		for _, r := range refs {
			held[r.ID][n.ID] = rapid.Bool().Draw(t, "held")
		}
	}
	return s, refs
}

func anyTask(t *rapid.T, refs []object.Ref) placement.Task {
	task := placement.Task{
		Inputs: refs[:rapid.IntRange(0, len(refs)).Draw(t, "inputs")],
		CPU:    float64(rapid.IntRange(0, 8).Draw(t, "cpu")),
		Memory: rapid.Int64Range(0, 8).Draw(t, "memory") * 1e9, RunTime: float64(rapid.IntRange(0, 9).Draw(t, "run")),
		Home:  rapid.SampledFrom([]string{"", "n0", "n1", "gone"}).Draw(t, "home"),
		Keep:  rapid.Int64Range(0, 1e9).Draw(t, "keep"),
		Chain: rapid.Bool().Draw(t, "chain"),
		Firm:  rapid.Bool().Draw(t, "firm"),
	}
	if rapid.Bool().Draw(t, "requires") {
		task.Requires = []string{"ffmpeg"}
	}
	if rapid.Bool().Draw(t, "avoid") {
		task.Avoid = []string{"n0"}
	}
	return task
}

// can says the constraints anew, so that the code under test is not its own
// witness.
func can(n placement.Node, t placement.Task) bool {
	for _, p := range t.Requires {
		if n.Programs != nil && !n.Programs[p] {
			return false
		}
	}
	return !n.Draining && t.CPU <= n.CPU && (n.Memory == 0 || t.Memory <= n.Memory)
}

func TestNoModeBreaksAConstraint(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, refs := anyCluster(t)
		task := anyTask(t, refs)
		m, err := placement.ParseMode(rapid.SampledFrom([]string{
			"", "data", "store", "round-robin", "earliest-start", "random:7",
		}).Draw(t, "mode"))
		if err != nil {
			t.Fatal(err)
		}
		able := slices.DeleteFunc(slices.Clone(s.Nodes), func(n placement.Node) bool { return !can(n, task) })
		d, err := placement.Choose(m, 0.05, s, task)
		if len(able) == 0 {
			if !errors.Is(err, placement.ErrNoNode) && !errors.Is(err, placement.ErrNotNow) {
				t.Fatalf("no node can take it, but got %v, %v", d, err)
			}
			return
		}
		if err != nil {
			t.Fatalf("%d nodes can take it, but got %v", len(able), err)
		}
		i := slices.IndexFunc(able, func(n placement.Node) bool { return n.ID == d.Node })
		if i < 0 {
			t.Fatalf("%s cannot take it (%s)", d.Node, d.Reason)
		}
		if len(able) > 1 && slices.Contains(task.Avoid, d.Node) {
			t.Fatalf("%s is to be avoided, and there are %d others", d.Node, len(able)-1)
		}
	})
}

func TestDataMovesTheFewestBytesAmongThoseThatAreEarlyEnough(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, refs := anyCluster(t)
		task := anyTask(t, refs)
		task.Chain, task.Firm = false, false
		slack := rapid.Float64Range(0, 1).Draw(t, "slack")
		d, err := placement.Choose(placement.Mode{}, slack, s, task)
		if err != nil {
			return
		}
		scores := d.Scores
		if slices.ContainsFunc(scores, func(sc placement.Score) bool { return sc.Node == task.Home }) {
			// Then it leaves home only for an idle node.
			scores = slices.DeleteFunc(slices.Clone(scores), func(sc placement.Score) bool {
				return sc.Node != task.Home && sc.Wait > 0
			})
		}
		i := slices.IndexFunc(scores, func(sc placement.Score) bool { return sc.Node == d.Node })
		if i < 0 {
			t.Fatalf("it left %s for %s, which is busy", task.Home, d.Node)
		}
		chosen := scores[i]
		earliest := chosen.Finish
		for _, sc := range scores {
			earliest = min(earliest, sc.Finish)
		}
		if chosen.Finish > earliest*(1+slack) {
			t.Fatalf("%s finishes at %g, the earliest at %g, slack %g", d.Node, chosen.Finish, earliest, slack)
		}
		for _, sc := range scores {
			if sc.Finish <= earliest*(1+slack) && sc.Missing+sc.Leaving < chosen.Missing+chosen.Leaving {
				t.Fatalf("%s moves %d bytes and is early enough, %s moves %d",
					sc.Node, sc.Missing+sc.Leaving, d.Node, chosen.Missing+chosen.Leaving)
			}
		}
	})
}

func TestADecisionIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, refs := anyCluster(t)
		task := anyTask(t, refs)
		a, _ := placement.Choose(placement.Mode{}, 0.05, s, task)
		b, _ := placement.Choose(placement.Mode{}, 0.05, s, task)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
}

func BenchmarkChoose16Nodes(b *testing.B) {
	s := cluster(16, "n9")
	task := reading(5 * mb)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := placement.Choose(placement.Mode{}, 0.05, s, task); err != nil {
			b.Fatal(err)
		}
	}
}
