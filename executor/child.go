package executor

import (
	"strconv"
	"strings"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// A childRun is what the attempt of a task that runs another workflow knows of
// that run.
type childRun struct {
	n       int    // number of the attempt that began it: of a redrive an earlier one
	after   uint64 // number of its last record that is known from before
	ended   uint64 // number of its last record, when it has ended
	since   uint64 // number of the record since which something else is wanted of it
	expired bool   // the attempt ran into its timeout
	timed   bool   // what follows: that timer was asked for
}

// calls reports whether the tasks of a family are runs of another workflow.
func (f *family) calls() bool { return f.fn.Workflow != nil }

// child returns what the last attempt of a task knows of its run of another
// workflow; nil when there is none.
func (t *task) child() *childRun {
	if len(t.attempts) == 0 {
		return nil
	}
	return t.attempts[len(t.attempts)-1].child
}

// childBegun begins the run of another workflow.
func (r *Run) childBegun(f *family, item int, at time.Time) {
	t := f.grow(item)
	c := &childRun{n: len(t.attempts) + 1}
	if before := t.child(); t.resumes && before != nil {
		c.n, c.after = before.n, before.ended
	}
	t = r.addAttempt(f, item, attempt{site: r.site("", ""), placed: momentOf(at), started: momentOf(at), child: c})
	t.resumes, t.anew = false, false
	r.enterLive(f, item)
}

// childID names the run of another workflow that an attempt is: RUN.TASK, and
// RUN.TASK.N if a later attempt than the first began it.
func (r *Run) childID(f *family, item int, a *attempt) RunID {
	id := string(r.id) + childSign + string(f.visitName(item, a.visit))
	if a.child.n > 1 {
		id += childSign + strconv.Itoa(a.child.n)
	}
	return RunID(id)
}

// childSign stands between a run and the task that its child is of.
const childSign = "."

// Parent returns the run of which this one is a child, and the task; ok is
// false for a run that somebody started.
func (id RunID) Parent() (run RunID, task TaskID, ok bool) {
	at := strings.LastIndex(string(id), childSign)
	if at < 0 {
		return "", "", false
	}
	if _, err := strconv.Atoi(string(id[at+1:])); err == nil {
		id = id[:at]
		if at = strings.LastIndex(string(id), childSign); at < 0 {
			return "", "", false
		}
	}
	return id[:at], TaskID(id[at+1:]), true
}

// rewant has what is wanted of a task's child asked for again, if it is
// something else from the present record on.
func (r *Run) rewant(f *family, item int) {
	t := &f.tasks[item]
	t.child().since = r.seq + 1
	t.asked = askNothing
	r.enqueue(ref{int32(f.index), int32(item)})
}

// examineChild asks that the child of a live attempt be as it is wanted.
func (r *Run) examineChild(f *family, item int) {
	t := &f.tasks[item]
	r.askChildTimeout(f, item)
	if t.asked == askChild {
		return
	}
	o := r.evaluateTask(f, item, nil)
	if who := (ref{int32(f.index), int32(item)}); !r.conclude(who, &o) {
		r.ask(who, askChild, r.startChild(f, item, o.inputs))
	}
}

func (r *Run) startChild(f *family, item int, inputs map[string]object.Value) StartChild {
	t := &f.tasks[item]
	a := &t.attempts[len(t.attempts)-1]
	want := StatusRunning
	switch {
	case t.stopping || a.child.expired:
		want = StatusCancelled
	case r.paused:
		want = StatusPaused
	}
	return StartChild{
		Attempt: r.attemptID(f, item), Step: f.index, Run: r.childID(f, item, a),
		Inputs: inputs, Want: want, Since: a.child.since, After: a.child.after,
	}
}

// stillWanted reports whether a StartChild is what its task asks for now.
func (r *Run) stillWanted(who ref, c StartChild) bool {
	t := &r.families[who.step].tasks[who.item]
	return t.phase == live && len(t.attempts) == c.Attempt.N && t.child().since == c.Since
}

// childEnded ends an attempt that is the run of another workflow. One whose
// child was told to stop takes also the end that it knew, for the child may not
// have gone on since; another only one that it did not know.
func (r *Run) childEnded(at time.Time, x ChildEnded) error {
	f, item, err := r.find(x.Task)
	if err != nil {
		return err
	}
	t := f.task(item)
	if t == nil || t.phase != live || t.child() == nil {
		return ErrStale
	}
	a := &t.attempts[len(t.attempts)-1]
	c := a.child
	known := x.Seq < c.after || x.Seq == c.after && !t.stopping && !c.expired
	if known || r.childID(f, item, a) != x.Run {
		return ErrStale
	}
	c.ended = x.Seq
	switch {
	case x.Status == StatusSucceeded:
		r.endAttempt(f, item, at, didSucceed)
		r.made(f, item, x.Outputs)
	case t.stopping:
		r.endAttempt(f, item, at, wasAborted)
		r.stopped(f, item)
	default:
		failure := r.childFailure(f, item, x)
		r.endAttempt(f, item, at, didFail).failure = &failure
		t.failure = &failure
		r.retryOrFail(f, item, at, failure)
	}
	return nil
}

// childFailure says why the attempt failed whose child ended so.
func (r *Run) childFailure(f *family, item int, x ChildEnded) Failed {
	t := &f.tasks[item]
	failure := Failed{Task: f.name(item), Attempt: len(t.attempts), Cause: x.Cause}
	if failure.Cause == "" {
		failure.Cause = CauseError
	}
	switch {
	case t.child().expired:
		failure.Cause = CauseTimeout
		failure.Message = "the attempt took longer than " + f.timeout().String()
	case x.Status == StatusCancelled:
		failure.Message = "run " + string(x.Run) + " was cancelled"
		if x.Error != "" {
			failure.Message += ": " + x.Error
		}
	default:
		failure.Message = "run " + string(x.Run) + ": " + x.Error
	}
	return failure
}

const childPrefix = "child/"

func (f *family) childTimer(item int) TimerID {
	return TimerID(childPrefix + string(f.name(item)) + "/" + strconv.Itoa(len(f.tasks[item].attempts)))
}

func (r *Run) askChildTimeout(f *family, item int) {
	t := &f.tasks[item]
	if c := t.child(); c.timed || c.expired || t.stopping || f.timeout() == 0 {
		return
	}
	t.child().timed = true
	at := t.attempts[len(t.attempts)-1].placed.time().Add(f.timeout())
	r.emit(pending{command: SetTimer{Timer: f.childTimer(item), At: at}, who: ref{int32(f.index), int32(item)}})
}

// childTimeout has a child cancelled that takes too long: its end ends the
// attempt.
func (r *Run) childTimeout(timer TimerID) error {
	name := strings.TrimPrefix(string(timer), childPrefix)
	f, item, err := r.find(TaskID(name[:max(0, strings.LastIndexByte(name, '/'))]))
	if err != nil {
		return err
	}
	t := f.task(item)
	if t == nil || t.phase != live || t.child() == nil || timer != f.childTimer(item) || t.stopping || t.child().expired {
		return ErrStale
	}
	t.child().expired = true
	r.rewant(f, item)
	return nil
}

// ChildEnded returns the fact by which the run of which this one is a child
// learns of its end; ok is false if it is none, or has not ended.
func (r *Run) ChildEnded() (parent RunID, fact ChildEnded, ok bool) {
	parent, task, ok := r.id.Parent()
	if !ok || r.finished == nil {
		return "", ChildEnded{}, false
	}
	fact = ChildEnded{
		Task: task, Run: r.id, Seq: r.seq,
		Status: r.finished.Status, Outputs: r.finished.Outputs, Error: r.finished.Error,
	}
	if fact.Status == StatusFailed {
		fact.Cause = r.cause()
	}
	return parent, fact, true
}

// cause says why a run failed.
func (r *Run) cause() Cause {
	timeout := r.ending != nil || r.conclusion != nil && r.conclusion.Status == StatusFailed
	switch first := r.firstFailure(); {
	case first.Cause != "":
		return first.Cause
	case timeout:
		return CauseTimeout
	}
	return CauseError // it could not keep its outputs
}

// resumable reports whether a redrive goes on with the child run that the last
// attempt of a task was, rather than beginning another.
func (f *family) resumable(t *task) bool {
	return t.child() != nil && f.step.Repeat == nil && f.step.Stage == dsl.StageMain &&
		t.attempts[len(t.attempts)-1].outcome != didSucceed
}
