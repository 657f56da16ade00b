package server

import (
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/server/api"
)

// rowView returns a run as the list shows it.
func rowView(row journal.RunRow, now time.Time) api.Run {
	parent, task, _ := row.ID.Parent()
	return api.Run{
		ID: row.ID, Parent: parent, ParentTask: task, Workflow: row.Workflow, Version: row.Version, Status: row.Status,
		Placement: row.Options.Placement, Created: row.Created,
		Started: timeOrNil(row.Started), Ended: timeOrNil(row.Ended),
		Seconds: seconds(row.Started, row.Ended, now), Error: row.Error,
		Inputs: plainValues(row.Inputs), Outputs: plainValues(row.Outputs),
	}
}

// runView returns the run as it stands, with its steps. The fold is locked.
func (f *fold) runView(now time.Time, busy nodeWork) api.Run {
	row := f.row
	if f.run.Seq() > 0 {
		row.Summary = f.run.Summary()
	}
	view := rowView(row, now)
	view.Seq = f.run.Seq()
	view.MovedBytes = f.ledger.moved()
	view.Steps = f.stepViews(busy)
	if row.Failed != "" {
		if task, ok := f.run.Task(row.Failed); ok {
			view.Failure = f.failureView(task.Task, task.Failure)
		}
	}
	return view
}

// stepViews returns the run's steps in their order. The fold is locked.
func (f *fold) stepViews(busy nodeWork) []api.Step {
	started, queued := busy.runningByStep(f), busy.queuedByStep(f)
	steps := f.run.Steps()
	out := make([]api.Step, len(steps))
	for i, step := range steps {
		out[i] = api.Step{
			Name: step.Name, Function: f.program.FunctionOf(i).Name,
			Foreach: step.Foreach, Expanded: step.Expanded, State: step.State, Items: step.Items,
			Counts: step.Counts, Reused: step.Reused, Group: step.Group, WaitsFor: step.WaitsFor,
		}
		if child := f.program.FunctionOf(i).Workflow; child != nil {
			out[i].Workflow, out[i].Child = child.Program.Name, f.childOf(step)
		}
		if waits, ok := queued[step.Name]; ok {
			out[i].WaitsFor = []string{waits}
		}
		if n := started[step.Name]; n > 0 {
			step.Counts[executor.TaskPlaced] -= n
			step.Counts[executor.TaskRunning] += n
		}
	}
	return out
}

// childOf returns the run of another workflow that the last attempt of a step
// is; empty if it has none, or is a foreach. The fold is locked.
func (f *fold) childOf(step executor.StepView) executor.RunID {
	t, ok := f.run.Task(executor.TaskID(step.Name))
	if !ok || step.Foreach || len(t.Attempts) == 0 {
		return ""
	}
	return t.Attempts[len(t.Attempts)-1].Child
}

// nextLook says by which command one sees more of a failure.
func (f *fold) nextLook(task executor.TaskID, attempt int) string {
	if t, ok := f.run.Task(task); ok && attempt >= 1 && attempt <= len(t.Attempts) && t.Attempts[attempt-1].Child != "" {
		return "weft runs show " + api.ShellWord(string(t.Attempts[attempt-1].Child))
	}
	return "weft runs logs " + api.ShellWord(string(f.id)) + " " + api.ShellWord(string(task))
}

func (f *fold) failureView(task executor.TaskID, failure *executor.Failed) *api.Failure {
	if failure == nil {
		return nil
	}
	out := &api.Failure{
		Task: task, Attempt: failure.Attempt, Node: failure.Where.Node,
		Cause: failure.Cause, Message: failure.Message,
		ExitCode: failure.Where.ExitCode, Signal: failure.Where.Signal,
		Stderr: failure.Where.Stderr, Dir: failure.Where.Dir,
		Next: []string{f.nextLook(task, failure.Attempt)},
	}
	if failure.Where.Dir != "" {
		out.Next = append(out.Next, "cd "+api.ShellWord(failure.Where.Dir))
	}
	if f.run.Done() {
		out.Next = append(out.Next, "weft runs redrive "+api.ShellWord(string(f.id)))
	}
	return out
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// seconds is the time from start to end, or to now while there is no end.
func seconds(start, end, now time.Time) float64 {
	if start.IsZero() {
		return 0
	}
	if end.IsZero() {
		end = now
	}
	return max(0, end.Sub(start).Seconds())
}
