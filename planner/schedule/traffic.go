package schedule

import (
	"iter"
	"slices"
)

// A traffic is the bytes that an assignment moves, kept up to date while tasks
// change nodes. It needs no simulator: a file moves once to each node that
// reads it and did not make it.
type traffic struct {
	p     *problem
	nodes int
	node  []int32
	count []int32 // by file and node: tasks there that read the file
	moved float64
	work  []float64 // by node, seconds until its tasks could have run on all of its cores
	moves int       // that were made
}

func newTraffic(p *problem, node []int32) *traffic {
	t := &traffic{p: p, nodes: len(p.c.Nodes), node: slices.Clone(node), work: make([]float64, len(p.c.Nodes))}
	for i, n := range node {
		t.work[n] += p.share(int32(i), int(n))
	}
	t.count = make([]int32, len(p.Files)*t.nodes)
	for f := range p.Files {
		home := t.home(int32(f))
		for _, r := range p.readers[f] {
			at := f*t.nodes + int(node[r])
			if t.count[at]++; t.count[at] == 1 && node[r] != home {
				t.moved += p.Files[f].Bytes
			}
		}
	}
	return t
}

func (t *traffic) home(f int32) int32 {
	file := &t.p.Files[f]
	if file.Maker == NoMaker {
		return file.At
	}
	return t.node[file.Maker]
}

// move puts a task on another node.
func (t *traffic) move(task, to int32) {
	from := t.node[task]
	if from == to {
		return
	}
	for _, f := range t.p.Tasks[task].Reads {
		home, at := t.home(f), int(f)*t.nodes
		if t.count[at+int(from)]--; t.count[at+int(from)] == 0 && from != home {
			t.moved -= t.p.Files[f].Bytes
		}
		if t.count[at+int(to)]++; t.count[at+int(to)] == 1 && to != home {
			t.moved += t.p.Files[f].Bytes
		}
	}
	t.node[task] = to
	t.work[from] -= t.p.share(task, int(from))
	t.work[to] += t.p.share(task, int(to))
	t.moves++
	for _, f := range t.p.Tasks[task].Makes {
		at := int(f) * t.nodes
		if t.count[at+int(from)] > 0 {
			t.moved += t.p.Files[f].Bytes
		}
		if t.count[at+int(to)] > 0 {
			t.moved -= t.p.Files[f].Bytes
		}
	}
}

// readersOn yields the nodes on which a task reads the file.
func (t *traffic) readersOn(f int32) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		for n, count := range t.count[int(f)*t.nodes:][:t.nodes] {
			if count > 0 && !yield(int32(n)) {
				return
			}
		}
	}
}

// atLeast is how long the assignment takes at least: no node can be done before
// it has run all of its tasks.
func (t *traffic) atLeast() float64 { return slices.Max(t.work) }
