package schedule

import "math"

// timers say when tasks end, the first first.
type timers struct {
	at   []float64
	task []int32
}

func (h *timers) clear() { h.at, h.task = h.at[:0], h.task[:0] }

// next is when the first ends.
func (h *timers) next() float64 {
	if len(h.at) == 0 {
		return math.Inf(1)
	}
	return h.at[0]
}

func (h *timers) push(at float64, task int32) {
	h.at, h.task = append(h.at, at), append(h.task, task)
	i := len(h.at) - 1
	for i > 0 && h.at[(i-1)/2] > at {
		up := (i - 1) / 2
		h.at[i], h.task[i] = h.at[up], h.task[up]
		i = up
	}
	h.at[i], h.task[i] = at, task
}

func (h *timers) pop() int32 {
	first, last := h.task[0], len(h.at)-1
	at, task := h.at[last], h.task[last]
	h.at, h.task = h.at[:last], h.task[:last]
	if last == 0 {
		return first
	}
	i := 0
	for {
		down := 2*i + 1
		if down >= last {
			break
		}
		if down+1 < last && h.at[down+1] < h.at[down] {
			down++
		}
		if h.at[down] >= at {
			break
		}
		h.at[i], h.task[i] = h.at[down], h.task[down]
		i = down
	}
	h.at[i], h.task[i] = at, task
	return first
}
