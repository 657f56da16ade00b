package main

import "slices"

// cores are the sizes of the machines that the measured tasks are scheduled on.
var cores = []int{2, 4, 8, 16, 32} //nolint:gochecknoglobals // a table

// makespan is how long the tasks take on n cores until the last of them, which
// stitches, has ended: a core takes the ready task with the longest way to the
// end. What is not on that way waits when others are ready.
func makespan(tasks []task, n int) float64 {
	rank := ranks(tasks)
	order := make([]int, len(tasks))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case rank[i] > rank[j]:
			return -1
		case rank[i] < rank[j]:
			return 1
		}
		return i - j
	})
	free := make([]float64, n)
	end := make([]float64, len(tasks))
	done := make([]bool, len(tasks))
	for range tasks {
		core := slices.Index(free, slices.Min(free))
		i := next(tasks, order, end, done, free[core])
		start := free[core]
		for _, before := range tasks[i].after {
			start = max(start, end[before])
		}
		end[i] = start + tasks[i].seconds
		free[core], done[i] = end[i], true
	}
	return end[len(tasks)-1]
}

// next is the first task in the order that can start at a time, or else the one
// that can start first.
func next(tasks []task, order []int, end []float64, done []bool, now float64) int {
	best, soonest := -1, 0.0
	for _, i := range order {
		if done[i] {
			continue
		}
		ready, start := true, now
		for _, before := range tasks[i].after {
			ready = ready && done[before]
			start = max(start, end[before])
		}
		if ready && (best < 0 || start < soonest) {
			best, soonest = i, start
		}
	}
	return best
}

// ranks are the seconds from the start of each task to the end of the last.
func ranks(tasks []task) []float64 {
	rank := make([]float64, len(tasks))
	for i := len(tasks) - 1; i >= 0; i-- {
		rank[i] += tasks[i].seconds
		for _, before := range tasks[i].after {
			rank[before] = max(rank[before], rank[i])
		}
	}
	return rank
}
