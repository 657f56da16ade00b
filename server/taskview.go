package server

import (
	"fmt"
	"time"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

// taskView returns a task as clients see it. What its node says of a live
// attempt is newer than the journal. The fold is locked.
func (f *fold) taskView(t executor.TaskView, busy nodeWork, now time.Time) api.Task {
	view := api.Task{
		Task: t.Task, Step: stepOf(t.Task), Item: t.Item, State: t.State, WaitsFor: t.WaitsFor,
		Outputs: plainValues(t.Outputs), Failure: f.failureView(t.Task, t.Failure),
	}
	for _, a := range t.Attempts {
		attempt := f.attemptView(t.Task, a)
		for _, row := range attempt.Moved {
			if row.Transport.Moves() {
				view.Moved += row.Bytes
			}
		}
		view.Attempts = append(view.Attempts, attempt)
	}
	if n := len(view.Attempts); n > 0 {
		last := &view.Attempts[n-1]
		if !t.State.Done() {
			f.addWork(&view, last, busy)
		}
		view.Node, view.Reason, view.Child = last.Node, last.Reason, last.Child
		view.Reused, view.NotReused = last.Reused, last.NotReused
		view.Started = &last.Placed
		view.Seconds = seconds(last.Placed, t.Attempts[n-1].Ended, now)
	}
	return view
}

// addWork adds what its node says of a live attempt.
func (f *fold) addWork(view *api.Task, last *api.Attempt, busy nodeWork) {
	work, ok := busy[attemptKey{f.id, view.Task, last.N}]
	switch {
	case !ok:
	case work.running:
		view.State = executor.TaskRunning
		last.Started = &work.Since
	default:
		last.WaitsFor = work.WaitsFor
		view.WaitsFor = append(view.WaitsFor, work.WaitsFor)
	}
}

func (f *fold) attemptView(task executor.TaskID, a executor.AttemptView) api.Attempt {
	view := api.Attempt{
		N: a.N, Epoch: a.Epoch, Node: a.Node, Child: a.Child, Reason: a.Reason, Placed: a.Placed,
		Started: timeOrNil(a.Started), Ended: timeOrNil(a.Ended), Outcome: a.Outcome,
		Usage: api.Usage{
			Queue: a.Usage.Queue.Seconds(), Stage: a.Usage.Stage.Seconds(),
			Run: a.Usage.Run.Seconds(), CPU: a.Usage.CPU.Seconds(), MaxMemory: a.Usage.MaxMemory,
		},
		Failure: f.failureView(task, a.Failure), NotReused: a.NotReused,
	}
	if a.Reused != nil {
		view.Reused = &api.Origin{Run: a.Reused.Run, Task: a.Reused.Task}
		view.Reason = fmt.Sprintf("reused from %s/%s", a.Reused.Run, a.Reused.Task)
	}
	for _, m := range a.Moved {
		view.Moved = append(view.Moved, api.LedgerRow{
			From: m.From, To: stepOf(task), Input: m.Input, Transport: m.Transport,
			Bytes: m.Bytes, Objects: m.Objects,
		})
	}
	return view
}
