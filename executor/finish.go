package executor

import (
	"fmt"
	"time"
)

// examineOutputs finishes the run when nothing is left to do.
func (r *Run) examineOutputs() {
	switch {
	case r.outputs.asked == askFinish:
	case r.ending != nil:
		if len(r.live) == 0 {
			r.askFinish(Finish{Status: r.ending.status, Error: r.ending.err})
		}
	case r.unsettled > 0:
	case r.failure.Cause != "":
		if r.open == 0 {
			r.askFinish(Finish{Status: StatusFailed, Error: r.failureText()})
		}
	default:
		o := r.evaluateOutputs(nil)
		if !r.conclude(theOutputs(), &o) && r.open == 0 {
			r.askFinish(Finish{Status: StatusSucceeded, Outputs: o.inputs})
		}
	}
}

func (r *Run) askFinish(c Finish) {
	r.ask(theOutputs(), askFinish, c)
}

// failureText says in one line which task failed first and how.
func (r *Run) failureText() string {
	name := string(r.failed)
	if name == "" {
		name = "the workflow's outputs"
	}
	return fmt.Sprintf("%s failed (%s): %s", name, r.failure.Cause, r.failure.Message)
}

// finish ends the run. While something runs or is made again the answer is
// stale: it is to a Finish that a loss has overtaken, which is asked for again.
func (r *Run) finish(at time.Time, f Finished) error {
	if len(r.live) > 0 || r.ending == nil && r.remaking > 0 {
		r.outputs.asked = askNothing
		return ErrStale
	}
	r.abandonWaits(at)
	r.finished, r.finishedAt = &f, at
	return nil
}
