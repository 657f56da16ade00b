package schedule

import (
	"cmp"
	"slices"
)

// worthwhile is the fewest bytes that a move must save.
const worthwhile = 0.5

// A refiner moves bundles of tasks to other nodes while that makes the best
// plan better.
type refiner struct {
	*maker
	traffic *traffic
	order   []int32
	bundles []bundle
	near    []int32
	pull    []float64 // by node, while one bundle is looked at: bytes there that it shares
	from    []int32   // by task of the bundle that was moved last, where it was
}

// A move is a bundle that would save bytes on another node.
type move struct {
	bundle int
	to     int32
	saves  float64
}

// refine looks, round after round, for moves that save bytes, and plays them,
// those that save the most first. A move that takes too long may do in exchange
// for another bundle of as much work. Then it tries to hurry the critical path.
// It ends when neither brings anything, or when so much work is done.
func (m *maker) refine(budget int) {
	if len(m.p.c.Nodes) == 1 {
		return
	}
	r := &refiner{
		maker: m, traffic: newTraffic(m.p, m.best.Node), order: m.best.Order,
		bundles: m.p.bundles(), pull: make([]float64, len(m.p.c.Nodes)),
	}
	end := r.spent() + budget
	half := func() int { return r.spent() + (end-r.spent())/2 }
	for better := true; better && r.spent() < end-budget/10; {
		better = false
		for until := half(); r.round(until); {
			better = true
		}
		better = r.hurry(half()) || better
	}
}

// round plays all moves that save bytes, and reports whether one was kept and
// there is time for more.
func (r *refiner) round(until int) (better bool) {
	for _, mv := range r.moves() {
		if r.spent() > until {
			return false
		}
		better = r.try(mv) || better
	}
	return better
}

// spent is the work done so far. Looking costs a tenth of playing.
func (r *refiner) spent() int { return r.sim.played() + r.traffic.moves/10 }

// moves returns what would save bytes, the most first.
func (r *refiner) moves() []move {
	const places = 4 // nodes that are looked at for each bundle
	var moves []move
	for i := range r.bundles {
		tasks := r.bundles[i].tasks
		before := r.traffic.moved
		for _, to := range r.attracting(tasks, places) {
			if !r.fits(tasks, to) {
				continue
			}
			r.shift(tasks, to)
			if saves := before - r.traffic.moved; saves > worthwhile {
				moves = append(moves, move{i, to, saves})
			}
			r.restore(tasks)
		}
	}
	slices.SortStableFunc(moves, func(a, b move) int { return cmp.Compare(b.saves, a.saves) })
	return moves
}

// attracting returns the nodes that have the most of what the tasks share.
func (r *refiner) attracting(tasks []int32, most int) []int32 {
	nodes := r.near[:0]
	add := func(n int32, bytes float64) {
		if r.pull[n] == 0 {
			nodes = append(nodes, n)
		}
		r.pull[n] += bytes + 1
	}
	for _, t := range tasks {
		for _, f := range r.p.Tasks[t].Reads {
			home := r.traffic.home(f)
			if home != Storage {
				add(home, r.p.Files[f].Bytes)
			}
			for n := range r.traffic.readersOn(f) {
				if n != home {
					add(n, r.p.Files[f].Bytes)
				}
			}
		}
		for _, f := range r.p.Tasks[t].Makes {
			for n := range r.traffic.readersOn(f) {
				add(n, r.p.Files[f].Bytes)
			}
		}
	}
	slices.SortFunc(nodes, func(a, b int32) int { return cmp.Or(cmp.Compare(r.pull[b], r.pull[a]), cmp.Compare(a, b)) })
	for _, n := range nodes {
		r.pull[n] = 0
	}
	r.near = nodes
	return nodes[:min(len(nodes), most)]
}

// fits reports whether the node can run all of the tasks.
func (r *refiner) fits(tasks []int32, node int32) bool {
	return !slices.ContainsFunc(tasks, func(t int32) bool { return !r.p.can(t, int(node)) })
}

// shift moves tasks; restore takes that back.
func (r *refiner) shift(tasks []int32, to int32) {
	r.from = r.from[:0]
	for _, t := range tasks {
		r.from = append(r.from, r.traffic.node[t])
		r.traffic.move(t, to)
	}
}

func (r *refiner) restore(tasks []int32) {
	for i, t := range tasks {
		r.traffic.move(t, r.from[i])
	}
}

// try plays a move, alone or in exchange, and takes it back if the plan does
// not become better.
func (r *refiner) try(mv move) bool {
	tasks := r.bundles[mv.bundle].tasks
	before := r.traffic.moved
	r.shift(tasks, mv.to)
	if r.traffic.moved > before-worthwhile {
		r.restore(tasks)
		return false
	}
	if r.keep() {
		return true
	}
	from := slices.Clone(r.from)
	if !slices.ContainsFunc(from, func(n int32) bool { return n != from[0] }) && r.exchange(mv, from[0], before) {
		return true
	}
	r.from = append(r.from[:0], from...)
	r.restore(tasks)
	return false
}

// exchange moves another bundle of about as much work the other way.
func (r *refiner) exchange(mv move, back int32, before float64) bool {
	const (
		alike = 1.25 // how much more or less work
		looks = 300  // at bundles, at most
	)
	moved := &r.bundles[mv.bundle]
	best, bytes := -1, before-worthwhile
	looked := 0
	for i := range r.bundles {
		b := &r.bundles[i]
		if b.level != moved.level || b.work > moved.work*alike || b.work*alike < moved.work || i == mv.bundle || !r.on(b.tasks, mv.to) || !r.fits(b.tasks, back) {
			continue
		}
		r.shift(b.tasks, back)
		if r.traffic.moved < bytes {
			best, bytes = i, r.traffic.moved
		}
		r.restore(b.tasks)
		if looked++; looked == looks {
			break
		}
	}
	if best < 0 {
		return false
	}
	r.shift(r.bundles[best].tasks, back)
	if r.keep() {
		return true
	}
	r.restore(r.bundles[best].tasks)
	return false
}

// on reports whether all of the tasks are on a node.
func (r *refiner) on(tasks []int32, node int32) bool {
	return !slices.ContainsFunc(tasks, func(t int32) bool { return r.traffic.node[t] != node })
}

// keep plays what the nodes are now, and reports whether it is the best.
func (r *refiner) keep() bool {
	if r.traffic.atLeast() > r.limit(r.traffic.moved)*(1+1e-9) {
		return false
	}
	_, kept := r.consider(Plan{Node: r.traffic.node, Order: r.order}, r.traffic.moved)
	return kept
}
