package schedule

import "cmp"

// A heap of small values, the least first. It is written out because it is the
// innermost loop of the simulator: container/heap would box each value.
type heapOf[T cmp.Ordered] []T

// ranks is a queue of tasks by rank, or of anything by number.
type ranks = heapOf[int32]

func (h *heapOf[T]) push(x T) {
	a := append(*h, x)
	i := len(a) - 1
	for i > 0 {
		up := (i - 1) / 2
		if a[up] <= x {
			break
		}
		a[i] = a[up]
		i = up
	}
	a[i] = x
	*h = a
}

func (h *heapOf[T]) pop() T {
	a := *h
	least, last := a[0], a[len(a)-1]
	a = a[:len(a)-1]
	*h = a
	if len(a) > 0 {
		a.sink(last)
	}
	return least
}

// sink puts x in the place of the least and lets it find its own.
func (h heapOf[T]) sink(x T) {
	i := 0
	for {
		down := 2*i + 1
		if down >= len(h) {
			break
		}
		if down+1 < len(h) && h[down+1] < h[down] {
			down++
		}
		if h[down] >= x {
			break
		}
		h[i] = h[down]
		i = down
	}
	h[i] = x
}
