package executor

import (
	"iter"

	"example.org/weft/object"
)

// Tasks yields the tasks of a step from item from on, in order; an unexpanded
// foreach has none. Like all views it shows what the last Ready settled.
func (r *Run) Tasks(step, from int) iter.Seq[TaskView] {
	return func(yield func(TaskView) bool) {
		f := &r.families[step]
		if !f.expanded {
			return
		}
		for i := max(from, 0); i < len(f.tasks); i++ {
			if !yield(r.viewTask(f, i)) {
				return
			}
		}
	}
}

// Task returns one task; ok is false when there is none of that name. The name
// of a foreach step means the step itself as long as it has no tasks.
func (r *Run) Task(id TaskID) (t TaskView, ok bool) {
	f, item, err := r.find(id)
	switch {
	case err != nil:
		return TaskView{}, false
	case item == whole && !f.expanded:
		return r.viewFamily(f), true
	case item == whole, !f.expanded:
		return TaskView{}, false
	}
	return r.viewTask(f, item), true
}

// Steps returns every step of the program, in its order.
func (r *Run) Steps() []StepView {
	views := make([]StepView, len(r.families))
	for i := range r.families {
		f := &r.families[i]
		views[i] = StepView{
			Name:     f.step.Name,
			Foreach:  f.step.Foreach != nil,
			Expanded: f.expanded,
			State:    r.familyState(f),
			Counts:   map[TaskState]int{},
			Group:    f.group,
		}
		if f.expanded {
			r.countTasks(f, &views[i])
		} else {
			views[i].WaitsFor = r.viewFamily(f).WaitsFor
		}
	}
	return views
}

// countTasks sums up the tasks of a step that is expanded.
func (r *Run) countTasks(f *family, v *StepView) {
	v.Items = len(f.tasks)
	first := true
	for item := range f.tasks {
		state := r.taskState(f, &f.tasks[item])
		v.Counts[state]++
		if state == TaskSucceeded && f.tasks[item].reused() {
			v.Reused++
		}
		if first && (state == TaskWaiting || state == TaskPlacing) {
			v.WaitsFor, first = r.taskWaitsFor(f, item), false
		}
	}
}

func (r *Run) viewTask(f *family, item int) TaskView {
	t := &f.tasks[item]
	v := TaskView{
		Task:    f.name(item),
		Step:    f.index,
		Item:    item,
		State:   r.taskState(f, t),
		Outputs: r.final(f, item).outputs(item),
		Failure: t.failure,
	}
	if v.State == TaskWaiting || v.State == TaskPlacing {
		v.WaitsFor = r.taskWaitsFor(f, item)
	}
	for i := range t.attempts {
		a := t.attempts[i].view(i + 1)
		a.Task = f.visitName(item, t.attempts[i].visit)
		if t.attempts[i].child != nil {
			a.Child = r.childID(f, item, &t.attempts[i])
		}
		v.Attempts = append(v.Attempts, a)
	}
	return v
}

func (r *Run) viewFamily(f *family) TaskView {
	v := TaskView{Task: f.name(whole), Step: f.index, State: r.familyState(f), Failure: f.failure}
	if v.State == TaskWaiting {
		o := r.evaluateFamily(f, nil)
		v.WaitsFor = r.outcomeWaitsFor(&o)
	}
	return v
}

func (a *attempt) view(n int) AttemptView {
	v := AttemptView{
		N:       n,
		Epoch:   a.epoch,
		Node:    a.node,
		Reason:  a.reason,
		Placed:  a.placed.time(),
		Started: a.started.time(),
		Ended:   a.ended.time(),
		Outcome: a.outcome.String(),
		Usage:   a.usage,
		Moved:   a.moved,
		Failure: a.failure,
	}
	if a.vigil != nil {
		v.Token = a.token
	}
	if a.lookup != nil {
		v.Reused, v.NotReused = a.lookup.origin, a.lookup.why
	}
	return v
}

func (o attemptOutcome) String() string {
	return [...]string{goesOn: "", didSucceed: "succeeded", didFail: "failed", wasLost: "lost", wasAborted: "aborted"}[o]
}

// outputs returns what a task made, if it has begun.
func (f *family) outputs(item int) map[string]object.Value {
	if t := f.task(item); t != nil {
		return t.outputs
	}
	return nil
}

func (r *Run) taskState(f *family, t *task) TaskState {
	switch t.phase {
	case delegated:
		if f.step.Switch == nil {
			return TaskCaught
		}
		return TaskSucceeded
	case succeeded:
		return TaskSucceeded
	case skipped:
		return TaskSkipped
	case failed:
		return TaskFailed
	case cancelled:
		return TaskCancelled
	case live:
		if t.attempts[len(t.attempts)-1].started == 0 {
			return TaskPlaced
		}
		return TaskRunning
	case idle, retrying, waiting, judging:
	}
	switch {
	case r.ending != nil:
		return TaskCancelled
	case t.asked == askPlace:
		return TaskPlacing
	}
	return TaskWaiting
}

// familyState sums up the tasks of a step.
func (r *Run) familyState(f *family) TaskState {
	switch {
	case f.complete():
		if f.step.Foreach == nil {
			return r.taskState(f, &f.tasks[0])
		}
		return map[phase]TaskState{failed: TaskFailed, skipped: TaskSkipped, succeeded: TaskSucceeded}[f.result()]
	case r.ending != nil, f.step.Stage < r.stage:
		return TaskCancelled
	case f.count[live] > 0, f.count[succeeded] > 0:
		return TaskRunning
	}
	return TaskWaiting
}
