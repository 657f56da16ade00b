package executor

import (
	"fmt"
	"time"

	"example.org/weft/object"
)

// examineOutputs ends the stage when nothing of it is left to do, and the run
// after the last one.
func (r *Run) examineOutputs() {
	switch {
	case r.outputs.asked == askFinish:
	case r.ending != nil:
		if len(r.live) == 0 {
			r.over(r.ending.status, r.ending.err, nil)
		}
	case r.unsettled > 0:
	case r.conclusion != nil && r.conclusion.Status != StatusSucceeded:
		if r.open == 0 && r.remaking == 0 {
			r.over(r.conclusion.Status, r.conclusion.Error, nil)
		}
	case r.firstFailure().Cause != "":
		if r.open == 0 && r.remaking == 0 {
			r.over(StatusFailed, r.failureText(), nil)
		}
	default:
		o := r.evaluateOutputs(nil)
		if !r.conclude(theOutputs(), &o) && r.open == 0 && r.remaking == 0 {
			r.over(StatusSucceeded, "", o.inputs)
		}
	}
}

// over asks for the next stage, or for the end of the run.
func (r *Run) over(status Status, message string, outputs map[string]object.Value) {
	if r.nextStage(status) != r.stage {
		r.ask(theOutputs(), askFinish, Conclude{Status: status, Error: message})
		return
	}
	r.ask(theOutputs(), askFinish, Finish{Status: status, Error: message, Outputs: outputs})
}

// failureText says in one line which task failed first and how.
func (r *Run) failureText() string {
	first := r.firstFailure()
	name := string(first.Task)
	if name == "" {
		name = "the workflow's outputs"
	}
	return fmt.Sprintf("%s failed (%s): %s", name, first.Cause, first.Message)
}

// overtakenEnd refuses the end of a stage, or of the run, that something has
// overtaken. Whether there is another end to ask for is looked at again.
func (r *Run) overtakenEnd() error {
	r.outputs.asked = askNothing
	r.enqueue(theOutputs())
	return ErrStale
}

// finish ends the run. While something runs or is made again the answer is
// stale: it is to a Finish that a loss has overtaken, which is asked for again.
func (r *Run) finish(at time.Time, f Finished) error {
	if len(r.live) > 0 || r.ending == nil && r.remaking > 0 {
		return r.overtakenEnd()
	}
	r.abandonWaits(at)
	r.finished, r.finishedAt = &f, at
	return nil
}
