package executor

import "time"

// An Origin is the attempt that once made what a task reuses.
type Origin struct {
	Run     RunID  `json:"run"`
	Task    TaskID `json:"task"`
	Attempt int    `json:"attempt"`
	Epoch   uint64 `json:"epoch"`
}

// ID returns the attempt's name, by which its objects were minted.
func (o Origin) ID() AttemptID {
	return AttemptID{Run: o.Run, Task: o.Task, N: o.Attempt, Epoch: o.Epoch}
}

// An InputDigest names the content of one input of a function.
type InputDigest struct {
	Input  string `json:"input"`
	Digest string `json:"digest"`
}

// A lookup is what asking for an earlier result came to.
type lookup struct {
	why    string  // the attempt was made, and why
	origin *Origin // it was not
}

// reuses reports whether an earlier result may stand for the next attempt of a
// task, and that is not asked for yet. A task that is run again on purpose is
// run.
func (r *Run) reuses(f *family, item int) bool {
	if f.fn.Cache == nil || f.tasks[item].redriven > 0 {
		return false
	}
	_, asked := r.missed[ref{int32(f.index), int32(item)}]
	return !asked
}

func (r *Run) notReused(n NotReused) error {
	f, item, err := r.find(n.Task)
	if err != nil {
		return err
	}
	if r.ending != nil || item == whole || !f.task(item).awaits(n.Attempt) {
		return ErrStale
	}
	t, who := f.grow(item), ref{int32(f.index), int32(item)}
	if !r.reuses(f, item) {
		return ErrStale
	}
	if r.missed == nil {
		r.missed = map[ref]string{}
	}
	r.missed[who] = n.Why
	t.asked = askNothing
	r.enqueue(who)
	return nil
}

// reused ends a task with what another attempt made, perhaps of another run.
func (r *Run) reused(at time.Time, s Succeeded) error {
	f, item, err := r.find(s.Task)
	if err != nil {
		return err
	}
	if r.ending != nil || item == whole || !f.task(item).awaits(s.Attempt) {
		return ErrStale
	}
	r.addAttempt(f, item, attempt{site: r.site("", ""), placed: momentOf(at), lookup: &lookup{origin: s.Reused}})
	r.enterLive(f, item)
	r.endAttempt(f, item, at, didSucceed)
	r.made(f, item, s.Outputs)
	return nil
}

// takeMissed returns why the attempt of a task that begins reuses nothing; nil if
// it never was to.
func (r *Run) takeMissed(who ref) *lookup {
	why, ok := r.missed[who]
	if !ok {
		return nil
	}
	delete(r.missed, who)
	return &lookup{why: why}
}

// reused reports whether an earlier result stands for the task's last attempt.
func (t *task) reused() bool {
	n := len(t.attempts)
	return n > 0 && t.attempts[n-1].lookup != nil && t.attempts[n-1].lookup.origin != nil
}
