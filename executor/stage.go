package executor

import (
	"time"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// A conclusion is how the stages of a run ended that are over.
type conclusion struct {
	Status Status
	Error  string
	cause  object.Value // of the run's failure, for expressions
}

// nextStage returns the stage that follows when the present one has ended so;
// the present one if none does.
func (r *Run) nextStage(status Status) dsl.Stage {
	for stage := r.stage + 1; stage <= dsl.StageFinally; stage++ {
		if stage == dsl.StageFailure && status != StatusFailed {
			continue
		}
		for i := range r.prog.Steps {
			if r.prog.Steps[i].Stage == stage {
				return stage
			}
		}
	}
	return r.stage
}

// concluded begins the next stage. What has not ended of those before is
// cancelled: a cancel or a timeout has stopped it. While something runs, or is
// to run, the answer is stale, as in finish: it may be that of a stage before.
func (r *Run) concluded(at time.Time, c Concluded) error {
	r.workOut() // in a replay: who was skipped
	next := r.nextStage(c.Status)
	if next == r.stage || len(r.live) > 0 || r.ending == nil && (r.remaking > 0 || r.open > 0) {
		return r.overtakenEnd()
	}
	r.takeBack()
	r.abandonWaits(at)
	if r.conclusion == nil {
		r.conclusion = &conclusion{cause: r.failureValue(&c)}
	}
	r.conclusion.Status, r.conclusion.Error = c.Status, c.Error
	for i := range r.families {
		if f := &r.families[i]; f.step.Stage < next {
			r.close(f)
		}
	}
	r.paused = r.paused && r.ending == nil
	r.stage, r.ending = next, nil
	r.outputs.asked = askNothing
	r.outputs.turn++ // the outputs wait for nothing until the last stage is over
	r.begin()
	return nil
}

// takeBack forgets the commands that were not handed out: a record that comes
// before the next Ready may answer them. What is still wanted is asked for again.
func (r *Run) takeBack() {
	for _, c := range r.commands {
		r.seat(c.who).asked = askNothing
		r.enqueue(c.who)
	}
	r.commands = nil
}

// close ends what has not ended of a family whose stage is over, or had no turn.
func (r *Run) close(f *family) {
	to := cancelled
	if f.step.Stage > r.stage {
		to = skipped
	}
	f.skipped = f.skipped || !f.expanded && f.failure == nil
	for item := range f.tasks {
		if !f.tasks[item].phase.over() {
			r.turn(f, item, to)
		}
	}
}

// failureValue returns what expressions can know of the failure of the run.
func (r *Run) failureValue(c *Concluded) object.Value {
	switch first := r.firstFailure(); {
	case first.Cause != "":
		return errorValue(&first)
	case c.Status == StatusCancelled:
		return errorValue(&Failed{Cause: "cancelled", Message: c.Error})
	case c.Status == StatusFailed:
		return errorValue(&Failed{Cause: CauseTimeout, Message: c.Error})
	}
	return errorValue(&Failed{})
}

// past reports whether the scope's step runs when f's stage is over: what has
// not come of that by then will never come.
func (s *scope) past(f *family) bool { return s.f != nil && s.f.step.Stage > f.step.Stage }
