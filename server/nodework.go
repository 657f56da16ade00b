package server

import (
	"cmp"
	"context"

	"example.org/weft/executor"
	"example.org/weft/executor/node"
)

// nodeWork is what the nodes do now, by attempt: that a function has begun is
// known there at once, and in the journal perhaps only when it is over.
type nodeWork map[attemptKey]attemptWork

type attemptKey struct {
	run  executor.RunID
	task executor.TaskID
	n    int
}

type attemptWork struct {
	node.AttemptStatus
	running bool
}

func (s *Server) nodeWork(ctx context.Context) nodeWork {
	work := nodeWork{}
	for _, status := range s.cfg.Engine.Nodes(ctx) {
		for _, a := range status.Running {
			work[keyOf(a.Attempt)] = attemptWork{AttemptStatus: a, running: true}
		}
		for _, a := range status.Queued {
			work[keyOf(a.Attempt)] = attemptWork{AttemptStatus: a}
		}
	}
	return work
}

func (w attemptWork) arrivedBefore(other attemptWork) bool {
	return cmp.Or(w.Since.Compare(other.Since), cmp.Compare(w.Attempt.Task, other.Attempt.Task)) < 0
}

func keyOf(a executor.AttemptID) attemptKey { return attemptKey{a.Run, a.Task, a.N} }

// queuedByStep says what a task of each step that is queued on a node waits for:
// of several the one that arrived first.
func (w nodeWork) queuedByStep(f *fold) map[string]string {
	first, words := map[string]attemptWork{}, map[string]string{}
	for key, work := range w {
		step := stepOf(key.task)
		if before, ok := first[step]; key.run == f.id && !work.running && (!ok || work.arrivedBefore(before)) {
			first[step], words[step] = work, work.WaitsFor
		}
	}
	return words
}

// runningByStep counts the tasks that nodes run and of which the journal only
// says that they were placed.
func (w nodeWork) runningByStep(f *fold) map[string]int {
	counts := map[string]int{}
	for key, work := range w {
		if key.run != f.id || !work.running {
			continue
		}
		if task, ok := f.run.Task(key.task); ok && task.State == executor.TaskPlaced {
			counts[stepOf(key.task)]++
		}
	}
	return counts
}
