package schedule

import "sort"

// A lane is something that serves one at a time, with the times at which it is
// taken, in order.
type lane []taken

type taken struct{ from, to float64 }

// gap is the first time, not before from, at which the lane is free for so long.
func (l *lane) gap(from, seconds float64) float64 {
	b := *l
	if n := len(b); n == 0 || b[n-1].to <= from {
		return from
	}
	first := sort.Search(len(b), func(i int) bool { return b[i].to > from })
	for _, t := range b[first:] {
		if from+seconds <= t.from {
			break
		}
		from = max(from, t.to)
	}
	return from
}

// take takes the lane from a time that gap gave.
func (l *lane) take(from, seconds float64) {
	if seconds <= 0 {
		return
	}
	b := *l
	n := len(b)
	switch {
	case n > 0 && b[n-1].to == from:
		b[n-1].to = from + seconds
		return
	case n == 0 || b[n-1].to < from:
		*l = append(b, taken{from, from + seconds})
		return
	}
	i := sort.Search(n, func(i int) bool { return b[i].from >= from })
	b = append(b, taken{})
	copy(b[i+1:], b[i:])
	b[i] = taken{from, from + seconds}
	*l = b
}

func (l *lane) end() float64 {
	if b := *l; len(b) > 0 {
		return b[len(b)-1].to
	}
	return 0
}
