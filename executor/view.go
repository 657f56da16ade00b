package executor

import (
	"time"

	"example.org/weft/object"
)

// TaskState is the state of a task.
type TaskState string

// The states of a task; the last five are final.
const (
	TaskWaiting   TaskState = "waiting" // for values, for its turn (max_parallel), for a retry's time
	TaskPlacing   TaskState = "placing" // ready; a node is being chosen
	TaskPlaced    TaskState = "placed"  // handed to a node: queued there or running
	TaskRunning   TaskState = "running" // known to run
	TaskSucceeded TaskState = "succeeded"
	TaskSkipped   TaskState = "skipped"
	TaskFailed    TaskState = "failed"
	TaskCaught    TaskState = "caught" // failed, and another step stands for it
	TaskCancelled TaskState = "cancelled"
)

// Done reports whether the state is final.
func (s TaskState) Done() bool {
	return s == TaskSucceeded || s == TaskSkipped || s == TaskFailed || s == TaskCaught || s == TaskCancelled
}

// A TaskView is what a person may know of a task. It is computed when asked.
type TaskView struct {
	Task     TaskID
	Step     int
	Item     int // 0 when the step is no foreach
	State    TaskState
	WaitsFor []string // for what a waiting task waits, in words: "steps.split", "2 of 1000 items of encode", "max_parallel 4"
	Attempts []AttemptView
	Outputs  map[string]object.Value
	Failure  *Failed // of the last attempt
}

// An AttemptView is one try of a task.
type AttemptView struct {
	Task    TaskID // with the visit that it was of
	N       int
	Epoch   uint64
	Node    NodeID // empty: none, it waits or is a run of another workflow
	Child   RunID  // that run; empty: it is none
	Reason  string // why it was placed there
	Token   string // digest of the token that calls it back; empty: nobody does
	Placed  time.Time
	Started time.Time // zero when not known
	Ended   time.Time // zero while it goes on
	Outcome string    // succeeded, failed, lost, aborted; empty while it goes on
	Usage   Usage
	Moved   []Transfer
	Failure *Failed

	Reused    *Origin // whose outputs stand for its own: it was not made
	NotReused string  // why no earlier result does; empty: none was asked for
}

// A StepView sums up a step.
type StepView struct {
	Name     string
	Foreach  bool
	Expanded bool
	State    TaskState // of all its tasks together; of a foreach that is not expanded, its own
	Items    int       // tasks; 1 when the step is no foreach
	Counts   map[TaskState]int
	Reused   int // of those that succeeded: for which an earlier result stands
	Group    string
	WaitsFor []string // likewise, of its first task that waits
}

// A Summary is a run in one line.
type Summary struct {
	ID       RunID
	Workflow string
	Version  string
	Status   Status
	Inputs   map[string]object.Value
	Outputs  map[string]object.Value
	Options  Options
	Started  time.Time
	Ended    time.Time // zero while it goes on
	Error    string
	Failed   TaskID // the first task that failed uncaught; empty when none
}

// Summary returns the run in one line.
func (r *Run) Summary() Summary {
	s := Summary{
		ID:       r.id,
		Workflow: r.prog.Name,
		Version:  r.prog.Version,
		Status:   r.Status(),
		Inputs:   r.started.Inputs,
		Options:  r.started.Options,
		Started:  r.startedAt,
		Ended:    r.finishedAt,
		Failed:   r.firstFailure().Task,
	}
	if r.finished != nil {
		s.Outputs, s.Error = r.finished.Outputs, r.finished.Error
	}
	return s
}
