package schedule

import (
	"math"
	"slices"
)

// A Choice is a plan, what it costs, and when each task runs by it.
type Choice struct {
	Plan
	Result
	Spans []Span
}

// A Preference says how plans are chosen. Of two plans the better one is that
// with the smaller time x bytes^Bytes, of those that take at most Slowdown
// longer than the fastest found.
type Preference struct {
	// Bytes is what bytes count against time: with 0.03 a plan that moves half
	// the bytes may take 2 % longer, with 0 only ties are decided by bytes.
	Bytes float64
	// Slowdown is a fraction: 0.05 is 5 %. 0 or less: no limit.
	Slowdown float64
}

// Balanced is the preference of those who have none.
func Balanced() Preference { return Preference{Bytes: 0.03, Slowdown: 0.05} }

// effort is how many events the simulator may play per task while a plan is
// refined; a small graph gets some more. A count, not a clock, bounds the
// search: the same graph gets the same plan on every machine.
const (
	effort        = 100
	effortAtLeast = 20_000
)

// Make plans. It has a list scheduler propose plans for all nodes and for
// fewer, plays each, and then refines the best by moving bundles of tasks that
// share data, as long as that pays.
func Make(g Graph, c Cluster, pref Preference) (*Choice, error) {
	p, err := newProblem(g, c)
	if err != nil {
		return nil, err
	}
	if len(g.Tasks) == 0 {
		return &Choice{}, nil
	}
	m := &maker{p: p, sim: newSimulator(p), pref: pref, fastest: math.Inf(1), score: math.Inf(1)}
	m.propose()
	m.refine(effort*len(g.Tasks) + effortAtLeast)
	m.best.Result = m.sim.play(m.best.Plan, math.Inf(1))
	m.best.Spans = m.sim.spans
	return m.best, nil
}

// A maker looks for the best plan of a problem.
type maker struct {
	p       *problem
	sim     *simulator
	pref    Preference
	best    *Choice
	score   float64 // of the best
	fastest float64 // seconds of the fastest plan so far
}

// score is what a plan is judged by, the less the better. A thousandth of all
// bytes that are read is added to those that move, so that the last few do not
// count endlessly.
func (m *maker) rate(seconds, moved float64) float64 {
	return math.Log(max(seconds, 1e-9)) + max(m.pref.Bytes, 1e-6)*math.Log(moved+m.p.bytes/1000+1)
}

// limit is the time from which on a plan that moves so many bytes is no better
// than the best.
func (m *maker) limit(moved float64) float64 {
	limit := math.Exp(m.score - m.rate(1, moved))
	if m.pref.Slowdown > 0 {
		limit = min(limit, m.fastest*(1+m.pref.Slowdown))
	}
	return max(limit, m.fastest)
}

// consider plays a plan that moves so many bytes, and keeps it if it is the
// best. It plays no longer than the plan can still become that.
func (m *maker) consider(plan Plan, moved float64) (seconds float64, kept bool) {
	r := m.sim.play(plan, m.limit(moved))
	if m.pref.Slowdown > 0 && m.best != nil && m.best.Seconds > r.Seconds*(1+m.pref.Slowdown) {
		m.score = math.Inf(1) // the best is too slow beside this one
	}
	m.fastest = min(m.fastest, r.Seconds)
	score := m.rate(r.Seconds, moved)
	if score > m.score-1e-9 {
		return r.Seconds, false
	}
	m.best = &Choice{Plan: Plan{Node: slices.Clone(plan.Node), Order: plan.Order}, Result: r}
	m.score = score
	return r.Seconds, true
}

// propose has a list scheduler plan with all nodes, and with fewer and fewer
// while that does not take much longer: where data is shared, each node more
// costs bytes.
func (m *maker) propose() {
	const (
		careful = 4.0  // seconds that one of transfer counts where bytes matter more
		late    = 1.01 // of the fastest, when all must be done where bytes matter most
		futile  = 1.1  // of the fastest: fewer nodes are not worth a look
	)
	l := newList(m.p)
	order := m.p.ranked()
	try := func(want taste) float64 {
		plan := l.plan(order, want)
		seconds, _ := m.consider(plan, newTraffic(m.p, plan.Node).moved)
		return seconds
	}
	all := len(m.p.c.Nodes)
	try(taste{nodes: all, transfers: careful})
	try(taste{nodes: all, alone: true})
	for nodes := all; nodes > 0; nodes = fewer(nodes) {
		first := try(taste{nodes: nodes})
		l.dueAt = m.p.dueTimes(m.fastest*late, l.dueAt)
		if second := try(taste{nodes: nodes, due: true}); min(first, second) > m.fastest*futile {
			break
		}
	}
}

// fewer goes 16, 12, 8, 6, 4, 3, 2, 1.
func fewer(nodes int) int {
	switch {
	case nodes <= 2:
		return nodes - 1
	case nodes&(nodes-1) == 0:
		return nodes * 3 / 4
	}
	return nodes * 2 / 3
}
