package planner

import "container/heap"

// maxRanges bounds the tasks that a family is played with. A larger one is cut
// into that many ranges, each a task that does the work of its items, so that
// 100,000 tasks cost no more than 1,000.
const maxRanges = 1024

// A forecast is what the simulator counted.
type forecast struct {
	seconds float64
	moved   float64 // bytes
	played  []played
}

// A played task is where and when a task, or a range of them, ran.
type played struct {
	step, item, node int
	start, end       float64
	width            int
}

// A proposal is what a plan may have tasks stay near to.
type proposal struct {
	groups []group
	advice advice
}

// simulate plays the steps that only reports true for (nil: all) on the
// cluster, with the rule that placement decides by. Each node has one slot per
// core and one link for what comes in; links between others do not disturb it.
// What the played steps read of others lies everywhere already.
func (m *model) simulate(p proposal, only func(step int) bool) forecast {
	s := newSimulation(m, p.groups, only)
	s.advice = p.advice
	var f forecast
	for s.ready.Len() > 0 {
		r, _ := heap.Pop(&s.ready).(readyTask)
		p := s.place(r)
		f.seconds = max(f.seconds, p.end)
		f.played = append(f.played, p)
		s.finish(r.step, r.item, p)
	}
	f.moved = s.moved
	return f
}

// place decides on the node of a ready task, brings its inputs there and runs
// it. With no node that can ever run it, it runs on the first: a warning says
// so, and the rest of the prediction still counts.
func (s *simulation) place(r readyTask) played {
	f := &s.families[r.step]
	node, missing := s.choose(f, r)
	n := &s.nodes[node]
	arrived := r.at
	if missing > 0 {
		arrived = max(r.at, n.link) + s.m.cluster.seconds(missing)
		n.link = arrived
	}
	start := n.start(f.width[node], arrived)
	end := start + f.run
	n.occupy(f.width[node], end)
	s.moved += missing
	s.fetch(f, r.item, node)
	f.node[r.item] = int32(node)
	if f.group >= 0 {
		s.homes[f.group].settle(r.item, node)
	}
	return played{step: r.step, item: r.item, node: node, start: start, end: end, width: f.width[node]}
}

// choose returns the node for a task and the bytes that it lacks there.
func (s *simulation) choose(f *family, r readyTask) (node int, missing float64) {
	if f.back > 0 && r.item >= f.back {
		node = int(f.node[r.item-f.back])
		return node, s.missing(f, r.item, node)
	}
	home := -1
	if f.group >= 0 {
		home = s.homes[f.group].of(r.item)
		if home >= 0 && s.homes[f.group].firm && f.hosts[home] {
			return home, s.missing(f, r.item, home)
		}
	}
	if home < 0 && s.advice != nil {
		a := s.advice[r.step][r.item]
		if n := &s.nodes[a.node]; f.hosts[a.node] && n.start(f.width[a.node], r.at)-r.at <= a.patience {
			return int(a.node), s.missing(f, r.item, int(a.node))
		}
	}
	s.candidates, s.of = s.candidates[:0], s.of[:0]
	for i := range s.nodes {
		if !f.hosts[i] {
			continue
		}
		n := &s.nodes[i]
		lacks := s.missing(f, r.item, i)
		arrived := r.at
		if lacks > 0 {
			arrived = max(r.at, n.link) + s.m.cluster.seconds(lacks)
		}
		finish := n.start(f.width[i], arrived) + f.run - r.at
		if home >= 0 && home != i {
			lacks += f.keep
			finish += s.m.cluster.seconds(f.keep)
		}
		s.candidates = append(s.candidates, Candidate{
			Finish: finish, Bytes: int64(lacks), Load: n.load(r.at),
			Busy: n.start(f.width[i], r.at) > r.at, Home: i == home,
		})
		s.of = append(s.of, i)
	}
	best, _ := Pick(s.candidates, s.m.prog.MaxSlowdown)
	if best >= 0 {
		node = s.of[best]
	}
	return node, s.missing(f, r.item, node)
}

// finish makes ready what waited for the task alone, or for the last of its
// step.
func (s *simulation) finish(step, item int, p played) {
	f := &s.families[step]
	f.done++
	f.ended = max(f.ended, p.end)
	for _, w := range f.waiters {
		reader := &s.families[w.step]
		switch {
		case w.elementwise:
			if i := item - w.offset; i >= 0 && i < reader.n {
				s.arrive(w.step, i, p.end)
			}
		case w.batch:
			s.arrive(w.step, item*reader.n/f.n, p.end)
		case f.done == f.n:
			for i := range reader.n {
				s.arrive(w.step, i, f.ended)
			}
		}
	}
}

// arrive counts one thing less that a task waits for.
func (s *simulation) arrive(step, item int, at float64) {
	f := &s.families[step]
	f.readyAt[item] = max(f.readyAt[item], at)
	f.pending[item]--
	if f.pending[item] == 0 {
		heap.Push(&s.ready, readyTask{at: f.readyAt[item], rank: s.m.ranks[step], step: step, item: item})
	}
}
