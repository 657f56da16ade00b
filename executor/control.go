package executor

// pause stops what runs and holds back what would begin.
func (r *Run) pause() error {
	if r.paused || r.ending != nil {
		return ErrStale
	}
	r.paused = true
	r.stopAll()
	return nil
}

func (r *Run) resume() error {
	if !r.paused || r.ending != nil {
		return ErrStale
	}
	r.paused = false
	r.rewantAll()
	for _, who := range r.held {
		r.enqueue(who)
	}
	r.held = nil
	return nil
}

// end begins the end of a run that is not done: nothing new begins, what runs
// is aborted, and the run finishes when all of that has answered.
func (r *Run) end(e ending) error {
	if r.ending != nil {
		return ErrStale
	}
	r.ending = &e
	r.stopAll()
	if len(r.live) == 0 {
		r.outputs.asked = askNothing
		r.enqueue(theOutputs())
	}
	return nil
}

// stopAll has every live attempt aborted. A child of a run that is paused is
// not: it pauses by itself.
func (r *Run) stopAll() {
	for _, who := range r.live {
		f := &r.families[who.step]
		if r.ending != nil || !f.calls() {
			f.tasks[who.item].stopping = true
			r.enqueue(who)
		}
	}
	r.rewantAll()
}

// rewantAll has all children told that something else is wanted of them.
func (r *Run) rewantAll() {
	for _, who := range r.live {
		if f := &r.families[who.step]; f.calls() {
			r.rewant(f, int(who.item))
		}
	}
}

func (r *Run) askAbort(f *family, item int) {
	t := &f.tasks[item]
	if t.asked == askAbort {
		return
	}
	reason := "paused"
	switch {
	case r.ending != nil:
		reason = r.ending.reason
	case t.expired:
		reason = "the step's deadline"
	}
	r.ask(ref{int32(f.index), int32(item)}, askAbort, Abort{
		Attempt: r.attemptID(f, item),
		Node:    t.attempts[len(t.attempts)-1].node,
		Reason:  reason,
	})
}
