package executor

// partial reports whether items of the list that the family makes may be
// missing.
func (f *family) partial() bool { return f.step.Foreach != nil && f.step.Foreach.Tolerate != nil }

// tolerated returns how many tasks may fail without failing the family.
func (f *family) tolerated() int {
	if !f.partial() || !f.expanded {
		return 0
	}
	return f.step.Foreach.Tolerate.Of(len(f.tasks))
}

// exceeded reports whether more have failed.
func (f *family) exceeded() bool { return f.expanded && f.partial() && f.stood[failed] > f.tolerated() }

// startsNoMore reports whether a task ends without another attempt since its
// family has failed. One that has something to make again goes on.
func (f *family) startsNoMore(t *task) bool {
	return f.exceeded() && f.step.Guard == nil && !t.once && (t.phase == idle || t.phase == retrying)
}

// A noted is a failure with the number of the record before it.
type noted struct {
	how Failed
	seq uint64
}

// noteFailure remembers a failure for the run's end. What a foreach tolerates is
// told apart when it is known how many items there are: see firstFailure.
func (r *Run) noteFailure(x Failed) {
	if r.failure.how.Cause == "" {
		r.failure = noted{x, r.seq}
	}
}

// noteItem is noteFailure of a task. That of a foreach which tolerates failures
// counts for the step for which it stands. When that has too many, what does
// not run there is let go.
func (r *Run) noteItem(f *family, x Failed) {
	for f.step.Guard != nil {
		f = &r.families[f.step.Guard.Step]
	}
	if !f.partial() {
		r.noteFailure(x)
		return
	}
	f.failures = append(f.failures, noted{x, r.seq})
	if !f.exceeded() {
		return
	}
	for item := range f.tasks {
		if f.startsNoMore(&f.tasks[item]) {
			r.enqueue(ref{int32(f.index), int32(item)})
		}
	}
}

// firstFailure returns the failure that failed the run first. Its cause is empty
// if there is none.
func (r *Run) firstFailure() Failed {
	first := r.failure
	for i := range r.families {
		f := &r.families[i]
		if f.step.Guard != nil || !f.exceeded() { // what stands for another's items is noted there
			continue
		}
		if last := f.failures[f.tolerated()]; first.how.Cause == "" || last.seq < first.seq {
			first = last
		}
	}
	return first.how
}
