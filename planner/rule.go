package planner

import "slices"

// A Candidate is a node that could run a task.
type Candidate struct {
	Finish float64 // seconds until the task would be done there
	Bytes  int64   // that must move if it runs there, now and for its group later
	Load   float64 // any measure of how busy the node is; only compared
	Busy   bool    // the task would wait for others there
	Home   bool    // the task's group works there; of at most one
}

// Pick is the rule of placement: among the candidates that finish within slack
// (0.05 is 5 %) of the earliest, the one that moves the fewest bytes; of equals
// the less loaded one, then the one that finishes first, then the first. It
// returns the index of that one and of the next best by the same rule, or -1
// where there is none.
//
// A task leaves its home only for a node that would be idle otherwise. Between
// two busy nodes nothing is won by moving: their queues differ by the moment at
// which each task happened to end, and whoever leaves makes room for another
// that comes the other way.
func Pick(cs []Candidate, slack float64) (best, next int) {
	best = pick(cs, slack, -1)
	return best, pick(cs, slack, best)
}

func pick(cs []Candidate, slack float64, but int) int {
	home := slices.IndexFunc(cs, func(c Candidate) bool { return c.Home })
	out := func(i int) bool { return i == but || (home >= 0 && home != but && home != i && cs[i].Busy) }
	earliest := -1
	for i := range cs {
		if !out(i) && (earliest < 0 || cs[i].Finish < cs[earliest].Finish) {
			earliest = i
		}
	}
	if earliest < 0 {
		return -1
	}
	limit := cs[earliest].Finish * (1 + slack)
	best := earliest
	for i := range cs {
		if !out(i) && cs[i].Finish <= limit && cs[i].before(cs[best], i < best) {
			best = i
		}
	}
	return best
}

// before orders candidates that are all early enough; first breaks a tie.
func (c Candidate) before(d Candidate, first bool) bool {
	switch {
	case c.Bytes != d.Bytes:
		return c.Bytes < d.Bytes
	case c.Load != d.Load:
		return c.Load < d.Load
	case c.Finish != d.Finish:
		return c.Finish < d.Finish
	}
	return first
}
