package schedule

import "math"

// hurry takes the tasks of the critical path one by one to every other node,
// and keeps what makes the plan better, until that is nothing or so much work
// is done. It reports whether it was anything.
func (r *refiner) hurry(until int) (better bool) {
	for {
		r.sim.play(r.best.Plan, math.Inf(1))
		if !r.hurryOne(r.critical(), until) {
			return better
		}
		better = true
	}
}

func (r *refiner) hurryOne(path []int32, until int) bool {
	for _, t := range path {
		if r.p.Tasks[t].Chain != 0 {
			continue
		}
		task := []int32{t}
		for n := range r.p.c.Nodes {
			if int32(n) == r.traffic.node[t] || !r.p.can(t, n) {
				continue
			}
			if r.spent() > until {
				return false
			}
			r.shift(task, int32(n))
			if r.keep() {
				return true
			}
			r.restore(task)
		}
	}
	return false
}

// critical returns the tasks that decide when the plan just played ends, the
// last first.
func (r *refiner) critical() []int32 {
	last := int32(0)
	for t := range r.sim.spans {
		if r.sim.spans[t].End > r.sim.spans[last].End {
			last = int32(t)
		}
	}
	var path []int32
	for t := last; t != NoMaker; t = r.waitedFor(t) {
		path = append(path, t)
	}
	return path
}

// waitedFor is the task whose end let t start, or NoMaker: one that had its
// core, made its last file, or had to end first.
func (r *refiner) waitedFor(t int32) int32 {
	spans, node := r.sim.spans, r.best.Node
	s := spans[t]
	if s.Start > s.Ready {
		for k, b := range spans {
			if b.End == s.Start && b.Start < s.Start && node[k] == node[t] {
				return int32(k)
			}
		}
	}
	if s.Last >= 0 {
		return r.p.Files[s.Last].Maker
	}
	for _, a := range r.p.Tasks[t].After {
		if spans[a].End == s.Ready {
			return a
		}
	}
	return NoMaker
}
