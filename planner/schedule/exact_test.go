package schedule

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// randomGraph draws up to twelve tasks, each of which reads some of what those
// before it made.
func randomGraph(r *rand.Rand) Graph {
	g := Graph{Files: []File{{Bytes: float64(r.IntN(400)), Maker: NoMaker, At: Storage}}}
	for t := range 4 + r.IntN(9) {
		task := Task{Seconds: 1 + float64(r.IntN(20)), Cores: 1}
		for range r.IntN(4) {
			if f := int32(r.IntN(len(g.Files))); !slices.Contains(task.Reads, f) {
				task.Reads = append(task.Reads, f)
			}
		}
		task.Makes = []int32{int32(len(g.Files))}
		g.Files = append(g.Files, File{Bytes: float64(r.IntN(1000)), Maker: int32(t)})
		g.Tasks = append(g.Tasks, task)
	}
	return g
}

// exact is the least time of all assignments to two nodes, and what the best
// rates: each is played with the tasks in the order of their ranks and in that
// of the plan that is to be judged.
func exact(p *problem, pref Preference, judged *Choice) (seconds, score float64) {
	m := &maker{p: p, sim: newSimulator(p), pref: pref, fastest: math.Inf(1), score: math.Inf(1)}
	node := make([]int32, len(p.Tasks))
	for k := range 1 << (len(node) - 1) { // the nodes are alike: the first task is on the first
		for t := range node {
			node[t] = int32(k >> t & 1)
		}
		for _, order := range [][]int32{p.ranked(), judged.Order} {
			m.consider(Plan{Node: node, Order: order}, newTraffic(p, node).moved)
		}
	}
	return m.fastest, m.score
}

// TestPlansAreNearTheBestThereIs compares with every assignment there is.
func TestPlansAreNearTheBestThereIs(t *testing.T) {
	t.Parallel()
	c := Cluster{Latency: 0.1, StorageLatency: 0.2, StorageBandwidth: 200, FetchSlots: 4, Nodes: slices.Repeat([]Node{{Cores: 2, Speed: 1, In: 100, Out: 100}}, 2)}
	r := rand.New(rand.NewPCG(1, 2))
	var slower, worse []float64
	for range 300 {
		g := randomGraph(r)
		plan, err := Make(g, c, Balanced())
		if err != nil {
			t.Fatal(err)
		}
		p, err := newProblem(g, c)
		if err != nil {
			t.Fatal(err)
		}
		m := &maker{p: p, pref: Balanced()}
		seconds, score := exact(p, Balanced(), plan)
		slower = append(slower, plan.Seconds/seconds-1)
		worse = append(worse, math.Exp(m.rate(plan.Seconds, plan.Moved())-score)-1)
	}
	for name, gaps := range map[string][]float64{"in time": slower, "in time and bytes": worse} {
		slices.Sort(gaps)
		median, most := gaps[len(gaps)/2], gaps[len(gaps)*95/100]
		t.Logf("%s: median %.1f %%, 95th percentile %.1f %%, most %.1f %%", name, 100*median, 100*most, 100*gaps[len(gaps)-1])
		if median > 0.05 || most > 0.2 {
			t.Errorf("%s plans are %.1f %% from the best in the median, %.1f %% at the 95th percentile; want 5 and 20", name, 100*median, 100*most)
		}
	}
}
