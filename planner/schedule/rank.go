package schedule

import (
	"cmp"
	"slices"
)

// ranked returns the tasks by how much is behind them, the most first: their own
// run, and the longest way behind it with its transfers.
func (p *problem) ranked() []int32 {
	speed, link := p.means()
	rank := make([]float64, len(p.Tasks))
	bytes := make([]float64, len(p.Tasks)) // from each task to the one at hand
	for _, t := range slices.Backward(p.topo) {
		task := &p.Tasks[t]
		rank[t] += task.Seconds / speed
		for _, f := range task.Reads {
			if m := p.Files[f].Maker; m != NoMaker {
				bytes[m] += p.Files[f].Bytes
			}
		}
		for _, f := range task.Reads {
			if m := p.Files[f].Maker; m != NoMaker {
				rank[m] = max(rank[m], rank[t]+p.c.Latency+bytes[m]/link)
			}
		}
		for _, f := range task.Reads {
			if m := p.Files[f].Maker; m != NoMaker {
				bytes[m] = 0
			}
		}
		for _, a := range task.After {
			rank[a] = max(rank[a], rank[t])
		}
	}
	order := slices.Clone(p.topo)
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(rank[b], rank[a]) })
	return order
}

// means are the mean speed of the nodes, and that of their links.
func (p *problem) means() (speed, link float64) {
	for i := range p.c.Nodes {
		speed += p.c.Nodes[i].Speed
		link += min(p.c.Nodes[i].In, p.c.Nodes[i].Out)
	}
	n := float64(len(p.c.Nodes))
	return speed / n, link / n
}

// dueTimes fills in when each task must have ended for all to have ended by
// then, transfers counted.
func (p *problem) dueTimes(end float64, due []float64) []float64 {
	due = slices.Grow(due[:0], len(p.Tasks))[:len(p.Tasks)]
	for t := range due {
		due[t] = end
	}
	speed, link := p.means()
	for _, t := range slices.Backward(p.topo) {
		task := &p.Tasks[t]
		start := due[t] - task.Seconds/speed
		for _, f := range task.Reads {
			if m := p.Files[f].Maker; m != NoMaker {
				due[m] = min(due[m], start-p.Files[f].Bytes/link)
			}
		}
		for _, a := range task.After {
			due[a] = min(due[a], start)
		}
	}
	return due
}
