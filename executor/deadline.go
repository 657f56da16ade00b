package executor

import (
	"strconv"
	"strings"
	"time"
)

// A deadline is of all attempts of a task together, its visits included, from
// when the first of them began. What is made again after a loss has a new one.

const deadlinePrefix = "deadline/"

// deadlineTimer names the timer of a task's deadline.
func (f *family) deadlineTimer(item int) TimerID {
	return TimerID(deadlinePrefix + string(f.visitName(item, 0)) + "/" + strconv.Itoa(int(f.tasks[item].began)))
}

// begins has the deadline of a task run from its last attempt on, unless it does
// already.
func (f *family) begins(t *task) {
	if f.step.Deadline > 0 && t.began == 0 {
		t.began = int32(len(t.attempts))
	}
}

func (r *Run) askDeadline(f *family, item int) {
	t := &f.tasks[item]
	if t.began == 0 || t.timed == t.began || t.expired || r.ending != nil {
		return
	}
	t.timed = t.began
	at := t.attempts[t.began-1].placed.time().Add(f.step.Deadline)
	r.emit(pending{command: SetTimer{Timer: f.deadlineTimer(item), At: at}, who: ref{int32(f.index), int32(item)}})
}

// deadlineOver ends a task. A live attempt is told to stop first.
func (r *Run) deadlineOver(at time.Time, timer TimerID) error {
	name := strings.TrimPrefix(string(timer), deadlinePrefix)
	f, item, err := r.locate(TaskID(name[:max(0, strings.LastIndexByte(name, '/'))]))
	if err != nil {
		return err
	}
	t := f.task(item)
	if t == nil || t.began == 0 || t.expired || timer != f.deadlineTimer(item) || r.ending != nil {
		return ErrStale
	}
	t.expired = true
	switch {
	case t.phase == live:
		t.stopping = true
		r.enqueue(ref{int32(f.index), int32(item)})
		if f.calls() {
			r.rewant(f, item)
		}
	case t.phase == waiting:
		r.endAttempt(f, item, at, wasAborted)
		r.expire(f, item)
	default:
		r.freeSlot(f, item)
		r.expire(f, item)
	}
	return nil
}

// expire ends a task that has run out of time and of which no attempt is live.
func (r *Run) expire(f *family, item int) {
	t := &f.tasks[item]
	t.inputs = nil
	r.fail(f, item, Failed{
		Task: f.name(item), Attempt: len(t.attempts), Cause: CauseTimeout,
		Message: "the deadline of " + f.step.Deadline.String() + " is over",
	})
}
