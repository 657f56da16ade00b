package planner

import (
	"slices"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/planner/schedule"
)

// An advice is the node of each task, or range of them, by step, and how long
// it may wait there. A task that no group or chain keeps elsewhere goes there
// unless it would wait longer: then the plan has turned out wrong, and what is
// true decides. Nil is none.
type advice [][]advised

type advised struct {
	node     int32
	patience float64 // seconds from when all that it reads exists
}

// maxWaits bounds the graph that is planned task by task: files that are read
// and tasks that are waited for.
const maxWaits = 200_000

// advise plans task by task. There is no advice for a single node, nor where a
// run time is a guess: to fill nodes to the brim with what may take ten times
// as long is worse than to spread it.
func (m *model) advise() advice {
	if len(m.cluster.Nodes) < 2 || slices.ContainsFunc(m.steps, stepModel.guessed) {
		return nil
	}
	x := m.expand()
	waits := 0
	for i := range x.graph.Tasks {
		waits += len(x.graph.Tasks[i].Reads) + len(x.graph.Tasks[i].After)
	}
	if waits > maxWaits {
		return nil
	}
	choice, err := schedule.Make(x.graph, m.cluster.tasks(), m.preference())
	if err != nil {
		return nil // no node can run one of the steps: a warning says so
	}
	slack := m.prog.MaxSlowdown * choice.Seconds
	a := make(advice, len(m.steps))
	for i := range a {
		for t := x.first[i]; int(t-x.first[i]) < x.sim.families[i].n; t++ {
			wait := choice.Spans[t].Start - x.exists(choice.Spans, t)
			a[i] = append(a[i], advised{node: choice.Node[t], patience: wait + slack})
		}
	}
	return a
}

// exists is when all that a task reads or waits for is there, on any node.
func (x *expansion) exists(spans []schedule.Span, t int32) (at float64) {
	for _, f := range x.graph.Tasks[t].Reads {
		if maker := x.graph.Files[f].Maker; maker != schedule.NoMaker {
			at = max(at, spans[maker].End)
		}
	}
	for _, before := range x.graph.Tasks[t].After {
		at = max(at, spans[before].End)
	}
	return at
}

// guessed reports whether nobody knows how long the step's tasks take. What
// runs in this binary is as good as known.
func (s stepModel) guessed() bool {
	return s.tasks > 0 && s.runSource == Guess && s.fn.Builtin == "" && s.step.Function != dsl.NoFunction
}

// preference is what the workflow's optimize and max_slowdown say of bytes
// against time.
func (m *model) preference() schedule.Preference {
	p := schedule.Balanced()
	p.Slowdown = m.prog.MaxSlowdown
	switch m.prog.Optimize {
	case "latency":
		p.Bytes = 0
	case "bytes", "cost":
		p.Bytes = 1
	}
	return p
}

// A Stretch is the items of a step, from First to Last, that the plan has on
// one node, and how long they may wait there before they go where they would
// without a plan.
type Stretch struct {
	First    int           `json:"first"`
	Last     int           `json:"last"`
	Node     string        `json:"node"`
	Patience time.Duration `json:"patience"`
}

// stretches are the items of a step by node.
func (m *model) stretches(items []advised, tasks int) []Stretch {
	var out []Stretch
	for k, a := range items {
		s := Stretch{
			First: k * tasks / len(items), Last: (k+1)*tasks/len(items) - 1,
			Node: m.cluster.Nodes[a.node].ID, Patience: duration(a.patience),
		}
		if before := len(out) - 1; before >= 0 && out[before].Node == s.Node {
			s.First, s.Patience = out[before].First, max(out[before].Patience, s.Patience)
			out[before] = s
			continue
		}
		out = append(out, s)
	}
	return out
}

// On is where the plan has an item of the step (0 where it is no foreach), or
// nil: nowhere in particular.
func (s *StepPlan) On(item int) *Stretch {
	i, _ := slices.BinarySearchFunc(s.Nodes, item, func(s Stretch, item int) int { return s.Last - item })
	if i == len(s.Nodes) {
		return nil
	}
	return &s.Nodes[i]
}
