package placement

import "example.org/weft/planner"

// unknownRun is the seconds that a task of unknown run time is taken to need:
// long enough that a queue counts, short enough that bytes do.
const unknownRun = 1.0

// Choose returns the node for a ready task, or an error that wraps ErrNoNode or
// ErrNotNow. A task that no node can take at once queues on the one chosen.
//
// In the mode data, among the nodes on which the task would be done within
// maxSlowdown (0.05 is 5 %) of the earliest, it is the one that moves the
// fewest bytes; of equals the less loaded one, then the first. A task whose
// group works elsewhere already moves, besides what it reads, what it makes for
// the group, and goes only where it need not wait (planner.Pick).
func Choose(mode Mode, maxSlowdown float64, s Snapshot, t Task) (Decision, error) {
	nodes, avoided, err := feasible(s, &t)
	if err != nil {
		return Decision{}, err
	}
	d := Decision{Scores: make([]Score, len(nodes))}
	total := int64(0)
	for i := range t.Inputs {
		total += t.Inputs[i].Size
	}
	for k, i := range nodes {
		d.Scores[k] = score(mode, &s, &s.Nodes[i], &t, total)
	}
	best, next, why := pick(mode, maxSlowdown, &s, nodes, d.Scores, &t)
	d.Node, d.Missing = d.Scores[best].Node, d.Scores[best].Missing
	d.Reason = reason(d.Scores, best, next, total, why)
	if avoided {
		d.Reason += "; earlier attempts were lost there, but no other node can take it"
	}
	return d, nil
}

// score estimates what running the task on a node would take.
func score(mode Mode, s *Snapshot, n *Node, t *Task, total int64) Score {
	sc := Score{Node: n.ID}
	switch {
	case mode.UsesStore():
		sc.Missing = total
	case s.Holds == nil:
		sc.Missing = total
	default:
		for i := range t.Inputs {
			if !s.Holds(n.ID, t.Inputs[i].ID) {
				sc.Missing += t.Inputs[i].Size
			}
		}
	}
	if mode.kind == data && t.Home != "" && t.Home != n.ID {
		sc.Leaving = t.Keep
	}
	run := t.RunTime
	if run <= 0 {
		run = unknownRun
	}
	bandwidth := s.Bandwidth
	if bandwidth <= 0 {
		bandwidth = planner.DefaultBandwidth
	}
	sc.Wait = n.wait(t, run)
	sc.Finish = sc.Wait + float64(sc.Missing+sc.Leaving)/bandwidth + run
	return sc
}

// wait is the seconds until the node can start the task: what the snapshot
// says, or else the work that is ahead of it, taken to be of its own kind.
func (n *Node) wait(t *Task, run float64) float64 {
	wait := n.Wait
	if short := t.CPU - n.FreeCPU; short > 0 && wait <= 0 {
		wait = run * short / max(n.CPU, 1)
	}
	if n.Memory > 0 && t.Memory > n.FreeMem && wait <= 0 {
		wait = run
	}
	return wait
}

// load is how busy a node is, for ties: the share of its cores that is claimed.
func (n *Node) load() float64 { return 1 - n.FreeCPU/max(n.CPU, 1) }

// pick returns the chosen score and the next best (-1: there is none), and why
// it was chosen where bytes did not decide.
func pick(mode Mode, slack float64, s *Snapshot, nodes []int, scores []Score, t *Task) (best, next int, why string) {
	switch mode.kind {
	case roundRobin:
		return int(s.Turn % uint64(len(scores))), -1, "its turn"
	case random:
		return mode.draw(s.Turn, len(scores)), -1, "drawn by " + mode.String()
	case data, store, earliestStart:
	}
	if mode.kind == data && (t.Chain || t.Firm) {
		for k := range scores {
			if scores[k].Node == t.Home {
				return k, -1, staying(t)
			}
		}
	}
	if mode.kind == data && t.Advised != "" {
		for k := range scores {
			if scores[k].Node == t.Advised && scores[k].Wait <= t.Patience {
				return k, -1, "the plan has it there"
			}
		}
	}
	var few [16]planner.Candidate // spares an allocation where there are not more nodes
	candidates := append(few[:0], make([]planner.Candidate, len(scores))...)
	for k, i := range nodes {
		sc := &scores[k]
		c := planner.Candidate{Finish: sc.Finish, Bytes: sc.Missing + sc.Leaving, Load: s.Nodes[i].load(), Busy: sc.Wait > 0}
		switch mode.kind {
		case store:
			c.Bytes, why = 0, "the least busy"
		case earliestStart:
			c.Bytes, slack, why = 0, 0, "starts first"
		case data, roundRobin, random:
			c.Home = mode.kind == data && sc.Node == t.Home
			if c.Home && t.Keep > 0 {
				why = "its group works there"
			}
		}
		candidates[k] = c
	}
	best, next = planner.Pick(candidates, slack)
	if mode.kind == data && scores[best].Node != t.Home {
		why = ""
		if t.Chain && t.Home != "" {
			why = "its chain is cut: " + t.Home + " cannot take it"
		}
	}
	return best, next, why
}

// staying says why a task waits for its home.
func staying(t *Task) string {
	if t.Chain {
		return "its chain runs there"
	}
	return "the plan keeps its group there"
}
