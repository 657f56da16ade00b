package executor

// defaultWindow is how many attempts of a foreach are out at a time: more than
// nodes can take at once, so that none of them idles, and few enough that what
// an attempt costs (a command, a claim, a place in a queue) is not paid for all
// tasks of a wide foreach together. It is no fact: another window would do.
const defaultWindow = 4096

// A gate holds the ready tasks of a family that max_parallel, or the window,
// keeps back: a heap of items, lowest first.
type gate []int32

func (g *gate) push(item int32) {
	h := append(*g, item)
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if h[up] <= h[i] {
			break
		}
		h[up], h[i] = h[i], h[up]
		i = up
	}
	*g = h
}

func (g *gate) pop() int32 {
	h := *g
	least := h[0]
	h[0] = h[len(h)-1]
	h = h[:len(h)-1]
	for i := 0; ; {
		low := 2*i + 1
		if low >= len(h) {
			break
		}
		if low+1 < len(h) && h[low+1] < h[low] {
			low++
		}
		if h[i] <= h[low] {
			break
		}
		h[i], h[low] = h[low], h[i]
		i = low
	}
	*g = h
	return least
}

// takeSlot reports whether the task may go on under max_parallel and within the
// window; if not, it is examined again when a slot is free. Which of the ready items come first is
// no fact: after a crash it may be others.
func (r *Run) takeSlot(f *family, item int) bool {
	t := &f.tasks[item]
	limit := r.slots(f)
	if limit == 0 || t.slot {
		return true
	}
	if f.live >= limit {
		if !t.gated {
			t.gated = true
			f.gate.push(int32(item))
		}
		return false
	}
	t.slot, t.gated = true, false
	f.live++
	return true
}

// freeSlot gives the task's slot back. The next one is let in when all else is
// settled, so that a task that is about to try again keeps its turn.
func (r *Run) freeSlot(f *family, item int) {
	t := &f.tasks[item]
	if !t.slot {
		return
	}
	t.slot = false
	f.live--
	if len(f.gate) > 0 {
		r.freed = append(r.freed, f)
	}
}

// admitAll lets tasks into the slots that became free. A family is looked at
// until all its slots are taken or nobody waits: who is let in may find that it
// has to wait for something else.
func (r *Run) admitAll() {
	freed := r.freed
	r.freed = r.freed[:0]
	for _, f := range freed {
		if r.admit(f) {
			r.freed = append(r.freed, f)
		}
	}
}

// admit has as many gated tasks examined as there are slots free, and reports
// whether there were any.
func (r *Run) admit(f *family) bool {
	n := 0
	for free := r.slots(f) - f.live; n < free && len(f.gate) > 0; {
		item := f.gate.pop()
		if !f.tasks[item].gated {
			continue // it went on by itself
		}
		f.tasks[item].gated = false
		r.enqueue(ref{int32(f.index), item})
		n++
	}
	return n > 0
}

// full reports whether as many attempts are live as max_parallel permits.
func (f *family) full() bool {
	limit := f.maxParallel()
	return limit > 0 && f.count[live]+f.count[waiting] >= limit
}

// slots is how many tasks may be out at a time; 0 is any number. Those that wait
// for what no node does cost little, and all of them are begun.
func (r *Run) slots(f *family) int {
	limit := f.maxParallel()
	if f.step.Foreach != nil && f.step.Wait == nil && (limit == 0 || limit > r.window) {
		return r.window
	}
	return limit
}

func (f *family) maxParallel() int {
	if f.step.Foreach == nil {
		return 0
	}
	return f.step.Foreach.MaxParallel
}
