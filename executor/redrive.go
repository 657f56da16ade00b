package executor

import (
	"errors"
	"fmt"
	"time"

	"example.org/weft/dsl"
)

// ErrRedrive is returned for a redrive that is not possible; its text says why.
var ErrRedrive = errors.New("cannot redrive")

// redriven has a run that ended go on. What has not succeeded begins anew, and
// so do the chosen task and all that comes after it, succeeded or not; the rest
// is kept with its outputs. It costs as much as the run is large.
func (r *Run) redriven(at time.Time, x Redriven) error {
	if r.finished == nil {
		return ErrStale
	}
	if x.From == "" && r.finished.Status == StatusSucceeded {
		return fmt.Errorf("%w %s: it succeeded, so a task to redrive from must be named", ErrRedrive, r.id)
	}
	r.workOut() // in a replay: who was skipped
	again, err := r.comesAfter(x.From)
	if err != nil {
		return fmt.Errorf("%w %s: %w", ErrRedrive, r.id, err)
	}
	r.finished, r.finishedAt = nil, time.Time{}
	r.ending, r.paused = nil, false
	r.failure, r.results = noted{}, evaluation{}
	r.stage, r.conclusion = dsl.StageMain, nil
	r.redrives++
	r.drivenAt = at
	r.forgetWork()
	clear(r.missed)
	for i := range r.families {
		r.families[i] = r.families[i].renewed(r.prog, &again[i])
	}
	r.begin()
	return nil
}

// forgetWork drops all that follows from facts but is not state: it is worked
// out anew.
func (r *Run) forgetWork() {
	r.outputs = seat{}
	r.work, r.freed, r.ended, r.held, r.wants, r.waiters, r.commands = nil, nil, nil, nil, nil, nil, nil
	r.free = 0
	r.remaking = 0
	r.timerSet = false
}

// A renewal says what of a family comes after the task that was chosen.
type renewal struct {
	whole bool   // the family itself: its list may be another
	some  bool   // any of it
	tasks []bool // by item
}

// comesAfter marks the chosen task and what depends on it, directly or not.
func (r *Run) comesAfter(from TaskID) ([]renewal, error) {
	marks := make([]renewal, len(r.families))
	for i := range r.families {
		marks[i].tasks = make([]bool, len(r.families[i].tasks))
	}
	if from == "" {
		return marks, nil
	}
	f, item, err := r.find(from)
	if err != nil {
		return nil, err
	}
	chosen := &marks[f.index]
	chosen.some = true
	for at := range chosen.tasks {
		chosen.tasks[at] = item == whole || item == at
	}
	for r.markAfter(marks) {
	}
	return marks, nil
}

// markAfter marks what depends on something marked. The steps stand in an order
// in which one pass finds all; another is needed only if it has marked an
// earlier step: one for which a marked step stands, which then runs again too.
func (r *Run) markAfter(marks []renewal) (earlier bool) {
	for i := range r.families {
		f, m := &r.families[i], &marks[i]
		m.whole = m.whole || r.followsAsWhole(f, marks)
		for at := range m.tasks {
			m.tasks[at] = m.tasks[at] || m.whole || r.follows(f, at, marks)
			m.some = m.some || m.tasks[at]
			if m.tasks[at] && r.sent(f, at) {
				sender := &marks[f.step.Guard.Step]
				earlier = earlier || !sender.tasks[at]
				sender.tasks[at], sender.some = true, true
			}
		}
		m.some = m.some || m.whole
	}
	return earlier
}

// followsAsWhole reports whether a foreach is expanded by something marked.
func (r *Run) followsAsWhole(f *family, marks []renewal) bool {
	if f.step.Foreach == nil {
		return false
	}
	for i := range f.step.Reads {
		read := &f.step.Reads[i]
		if read.Step == dsl.InputStep || read.Binding != "" || read.Step == f.index {
			continue
		}
		switch read.Items {
		case dsl.ItemLength:
			if marks[read.Step].whole {
				return true
			}
		case dsl.ItemAt: // of a condition, item by item
		case dsl.ItemNone, dsl.ItemAll, dsl.ItemSome:
			if marks[read.Step].some {
				return true
			}
		}
	}
	return false
}

// follows reports whether a task depends directly on something marked.
func (r *Run) follows(f *family, item int, marks []renewal) bool {
	for dep, at := range r.dependencies(f, item) {
		m := &marks[dep.index]
		if m.whole || at < 0 && m.some || at >= 0 && m.tasks[at] {
			return true
		}
	}
	return false
}

// renewed returns the family as it begins again: what it keeps are the tasks
// that succeeded and are not marked, and of all the others their attempts.
func (f *family) renewed(p *dsl.Program, m *renewal) family {
	now := newFamily(p, f.index)
	now.planned, now.group, now.rank, now.lossy = f.planned, f.group, f.rank, f.lossy
	now.tasks, now.count, now.stood = f.tasks, [phases]int{}, [phases]int{}
	now.expanded = f.expanded && (!m.whole && f.step.Stage == dsl.StageMain || f.step.Foreach == nil)
	if now.expanded {
		now.eval = f.eval
	}
	for i := range now.tasks {
		t := &now.tasks[i]
		anew, resumes := t.anew || !now.expanded || m.tasks[i], f.resumable(t)
		*t = t.renewed(now.expanded && !m.tasks[i] && f.step.Stage == dsl.StageMain)
		t.anew = anew && t.phase == idle
		t.resumes = resumes && !anew && t.phase == idle
		now.count[t.phase]++
		now.stood[t.stands]++
	}
	return now
}

// renewed returns the task as it begins again, or as it is kept if it succeeded.
func (t *task) renewed(keep bool) task {
	if !keep || t.phase != succeeded && (t.phase != delegated || t.stands != succeeded) {
		return task{attempts: t.attempts, redriven: t.redriven + t.again()}
	}
	return task{
		phase: t.phase, stands: succeeded, once: t.once, lost: t.lost, opaque: t.opaque, eval: t.eval, visits: t.visits,
		attempts: t.attempts, outputs: t.outputs, failure: t.failure, redriven: t.redriven,
	}
}
