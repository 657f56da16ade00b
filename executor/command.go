package executor

import (
	"time"

	"example.org/weft/object"
)

// A Command is something that the run needs done. Commands are not journaled:
// after a crash the rebuilt run asks again, so carrying one out must be
// idempotent; AttemptID is the key.
//
//sumtype:decl
type Command interface{ command() }

type (
	// Plan asks for Planned facts of a step that was just expanded. It may stay
	// unanswered: a run without any plan still finishes.
	Plan struct {
		Step  string
		Items int
	}

	// Evaluate asks that Fact be made a record. When Loads is not empty, Fact
	// is incomplete: the contents of these objects are wanted first, and the
	// answer is what Run.EvaluateWith returns for them.
	Evaluate struct {
		Fact  Evaluated
		Loads []object.Item
	}

	// Reuse asks whether an earlier result stands for the next attempt of a task:
	// for Succeeded of that attempt with Reused, or for NotReused, after which the
	// attempt is placed.
	Reuse struct {
		Task    TaskID
		Step    int // index into the program's steps
		Attempt int
		Inputs  map[string]object.Value // symbolic values are not spelled out: see Run.Expand
	}

	// Place asks for Placed, or for Failed of the attempt if no node can take it.
	Place struct {
		Task    TaskID
		Step    int // index into the program's steps
		Attempt int
		Asked   uint64 // Run.Seq now, for Placed.Asked
		Group   string
		Inputs  map[string]object.Value // symbolic values are not spelled out: see Run.Expand
		Avoid   []NodeID                // where earlier attempts were lost

		Redriven int // of the AttemptID
	}

	// Begin asks that Fact be made a record at once: the task begins to wait.
	Begin struct{ Fact Begun }

	// Invoke asks for Succeeded, Failed or AttemptLost, after perhaps
	// AttemptStarted.
	Invoke struct {
		Attempt AttemptID
		Step    int // index into the program's steps
		Node    NodeID
		Inputs  map[string]object.Value // likewise
		Timeout time.Duration           // 0 is none
	}

	// Abort asks that a live attempt be stopped. The attempt stays live until
	// its end is a fact, whichever it is: Succeeded, Failed or AttemptLost (also
	// of an attempt that its node knows nothing of).
	Abort struct {
		Attempt AttemptID
		Node    NodeID
		Reason  string
	}

	// StartChild asks that a child run be as it is wanted, and for ChildEnded.
	// Each time something else is wanted of the child that is asked for.
	StartChild struct {
		Attempt AttemptID
		Step    int                     // index into the program's steps
		Run     RunID                   // of the child
		Inputs  map[string]object.Value // of its workflow; symbolic values are not spelled out
		Want    Status                  // running, paused or cancelled

		// Since is the number of the record since which that is wanted; 0: the
		// beginning.
		Since uint64

		// After is the number of the child's last record that is known. A child
		// that has ended there is wanted again: it is redriven. One that ended
		// later has its end to tell.
		After uint64
	}

	// SetTimer asks for TimerFired at a time.
	SetTimer struct {
		Timer TimerID
		At    time.Time
	}

	// Conclude asks that Concluded be made a record.
	Conclude struct {
		Status Status
		Error  string
	}

	// Finish asks that outputs be put on stable storage and for Finished.
	Finish struct {
		Status  Status
		Outputs map[string]object.Value
		Error   string
	}
)

// A TimerID names a timer within its run.
type TimerID string

// Status is the state of a run.
type Status string

// The states of a run.
const (
	StatusPending   Status = "pending" // accepted, not started
	StatusRunning   Status = "running"
	StatusPaused    Status = "paused"
	StatusSucceeded Status = "succeeded"
	StatusFailed    Status = "failed"
	StatusCancelled Status = "cancelled"
)

// Done reports whether the status is final.
func (s Status) Done() bool {
	return s == StatusSucceeded || s == StatusFailed || s == StatusCancelled
}

func (Plan) command()       {}
func (Evaluate) command()   {}
func (Reuse) command()      {}
func (Place) command()      {}
func (Begin) command()      {}
func (Invoke) command()     {}
func (Abort) command()      {}
func (StartChild) command() {}
func (SetTimer) command()   {}
func (Conclude) command()   {}
func (Finish) command()     {}
