package placement_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"example.org/weft/object"
	"example.org/weft/placement"
	"example.org/weft/planner"
)

// A traffic plays the pipeline of a video: each item is decoded, encoded and
// compared with what was decoded, 5 MB that is read twice. How long a task takes
// is drawn, and nobody knows it beforehand. Four nodes of one core run what was
// placed on them in order.
type traffic struct {
	mode   placement.Mode
	homes  *placement.Homes
	nodes  placement.Snapshot
	held   map[object.ID]map[string]bool
	queues [][]job // of each node; the first one runs
	ends   []float64
	now    float64
	random *rand.Rand
	moved  int64
	done   int
}

// A job is one task: item i of a stage.
type job struct{ stage, item int }

var stages = []string{"decode", "encode", "verify"}

func newTraffic(mode placement.Mode, seed uint64) *traffic {
	plan := &planner.Plan{Groups: []planner.Group{{Name: "decode", Steps: stages, PerItem: true}}}
	for _, s := range stages {
		plan.Steps = append(plan.Steps, planner.StepPlan{Step: s, Group: "decode", Foreach: true})
	}
	plan.Steps[0].Keep = 5 * mb
	t := &traffic{
		mode: mode, homes: placement.NewHomes(plan), nodes: cluster(4),
		held:   map[object.ID]map[string]bool{},
		queues: make([][]job, 4), ends: make([]float64, 4), random: rand.New(rand.NewPCG(seed, 0)),
	}
	t.nodes.Holds = func(node string, id object.ID) bool { return t.held[id][node] }
	for i := range t.nodes.Nodes {
		t.nodes.Nodes[i].CPU, t.nodes.Nodes[i].FreeCPU = 1, 1
	}
	return t
}

// run plays so many items to the end.
func (t *traffic) run(tb testing.TB, items int) {
	tb.Helper()
	for i := range items {
		t.place(tb, job{0, i})
	}
	for t.done < items*len(stages) {
		node := t.next()
		t.now = t.ends[node]
		ended := t.queues[node][0]
		t.queues[node] = t.queues[node][1:]
		t.nodes.Nodes[node].FreeCPU++
		t.done++
		t.begin(node)
		if ended.stage == 0 {
			t.held[raw(ended.item)] = map[string]bool{t.nodes.Nodes[node].ID: true}
		}
		if ended.stage+1 < len(stages) {
			t.place(tb, job{ended.stage + 1, ended.item})
		}
	}
}

// next is the node whose task ends first.
func (t *traffic) next() int {
	best := -1
	for i := range t.queues {
		if len(t.queues[i]) > 0 && (best < 0 || t.ends[i] < t.ends[best]) {
			best = i
		}
	}
	return best
}

// place puts a task on a node, and counts what it lacks there.
func (t *traffic) place(tb testing.TB, j job) {
	tb.Helper()
	task := placement.Task{CPU: 1}
	if j.stage > 0 {
		task.Inputs = []object.Ref{{ID: raw(j.item), Size: 5 * mb}}
	}
	t.homes.Fill(&task, stages[j.stage], j.item, false)
	d, err := placement.Choose(t.mode, 0.05, t.nodes, task)
	if err != nil {
		tb.Fatal(err)
	}
	t.nodes.Turn++
	t.homes.Settle(stages[j.stage], j.item, d.Node)
	t.moved += d.Missing
	for _, in := range task.Inputs {
		t.held[in.ID][d.Node] = true
	}
	node := slices.IndexFunc(t.nodes.Nodes, func(n placement.Node) bool { return n.ID == d.Node })
	t.nodes.Nodes[node].FreeCPU--
	t.queues[node] = append(t.queues[node], j)
	if len(t.queues[node]) == 1 {
		t.begin(node)
	}
}

// begin draws how long the first task of a node takes.
func (t *traffic) begin(node int) {
	t.ends[node] = t.now + 0.5 + t.random.Float64()
}

func raw(item int) object.ID { return object.Mint(fmt.Sprintf("run/decode[%d]/1@1", item), "raw") }

func TestDataMovesLessThanEarliestStartAndEndsAsSoon(t *testing.T) {
	t.Parallel()
	const seeds, items = 50, 32
	moved, seconds := map[string]int64{}, map[string]float64{}
	modes := []string{"data", "earliest-start", "round-robin"}
	for seed := range uint64(seeds) {
		for _, name := range modes {
			play := newTraffic(mode(t, name), seed)
			play.run(t, items)
			moved[name] += play.moved / seeds
			seconds[name] += play.now / seeds
		}
	}
	for _, name := range modes {
		t.Logf("%-14s moves %7s, ends after %.1f s", name, planner.Size(moved[name]), seconds[name])
	}
	if 2*moved["data"] > moved["earliest-start"] || moved["earliest-start"] >= moved["round-robin"] {
		t.Errorf("data moves %d bytes, earliest-start %d, round-robin %d; want less than half, and less",
			moved["data"], moved["earliest-start"], moved["round-robin"])
	}
	if seconds["data"] > 1.05*seconds["earliest-start"] {
		t.Errorf("data ends after %g s, earliest-start after %g", seconds["data"], seconds["earliest-start"])
	}
}
