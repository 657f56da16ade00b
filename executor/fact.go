package executor

import (
	"time"

	"example.org/weft/object"
)

// A Fact is something that happened to a run. The set is closed; facts are
// journaled, versioned by Started.Decisions, and never changed once released.
//
//sumtype:decl
type Fact interface{ fact() }

// A Record is a fact in its place in the journal of a run.
type Record struct {
	Seq  uint64    // from 1, without gaps
	At   time.Time // UTC, microseconds
	Fact Fact
}

// Decisions is the version of the rules that this package decides by. A run
// keeps the version that it started with.
const Decisions = 1

type (
	// Started is the first fact of every run.
	Started struct {
		Workflow  string                  `json:"workflow"` // name
		Version   string                  `json:"version"`  // digest of the program
		Inputs    map[string]object.Value `json:"inputs"`
		Decisions int                     `json:"decisions"`
		Options   Options                 `json:"options"`
	}

	// Planned is what the core decides by of a plan: of a whole step, never of
	// single tasks.
	Planned struct {
		Step  string `json:"step"`
		Group string `json:"group,omitempty"` // empty: in no group
		Rank  int64  `json:"rank"`            // predicted microseconds from here to the end: higher goes first
	}

	// Evaluated is what the control expressions of a task gave. Only what was
	// computed stands here; values handed on by reference do not.
	Evaluated struct {
		Task TaskID        `json:"task"`         // a foreach step's name for its list and its own `if`; empty for the run's outputs
		If   *bool         `json:"if,omitempty"` // nil: no condition
		In   *object.Value `json:"in,omitempty"` // a computed list to iterate over
		// Until is whether a visit of a task that is repeated was the last.
		Until *bool                   `json:"until,omitempty"`
		Then  string                  `json:"then,omitempty"` // the branch of a switch
		With  map[string]object.Value `json:"with,omitempty"` // inputs of the function, or outputs of the run
		Err   string                  `json:"err,omitempty"`  // the evaluation failed, and with it the task
		// Cause is why, when Err is set; empty is CauseExpression.
		Cause Cause `json:"cause,omitempty"`
	}

	// Placed is the decision where a task's next attempt runs. It begins the
	// attempt: the Invoke that follows needs no fact of its own.
	Placed struct {
		Task    TaskID `json:"task"`
		Attempt int    `json:"attempt"`
		Epoch   uint64 `json:"epoch"`
		Node    NodeID `json:"node"`
		Reason  string `json:"reason"`

		// Token is the digest of the token that calls the attempt back, see
		// CallbackToken; empty when nobody does.
		Token string `json:"token,omitempty"`

		// Asked is that of the Place that this answers, so that a node that was
		// lost meanwhile is refused; 0 for one who decides at once.
		Asked uint64 `json:"asked,omitempty"`
	}

	// Begun begins an attempt that no node runs: the task waits, from this
	// record on.
	Begun struct {
		Task    TaskID        `json:"task"`
		Attempt int           `json:"attempt"`
		Within  time.Duration `json:"within,omitempty"` // when the wait is over, from this record on; 0 is never
		Until   time.Time     `json:"until,omitzero"`   // the same as a time
		Ask     string        `json:"ask,omitempty"`    // what people are asked
	}

	// SignalReceived ends the wait for a signal with its outputs. One that comes
	// before the wait has begun is kept for it.
	SignalReceived struct {
		Name    string                  `json:"name"` // see dsl.Program.SignalStep
		Key     string                  `json:"key,omitempty"`
		Payload map[string]object.Value `json:"payload,omitempty"`
	}

	// ChildEnded ends an attempt that is a run of another workflow.
	ChildEnded struct {
		Task    TaskID                  `json:"task"`
		Run     RunID                   `json:"run"` // the child
		Seq     uint64                  `json:"seq"` // number of the child's last record
		Status  Status                  `json:"status"`
		Outputs map[string]object.Value `json:"outputs,omitempty"`
		Cause   Cause                   `json:"cause,omitempty"` // why it failed
		Error   string                  `json:"error,omitempty"`
	}

	// HandedOver says that the function of an attempt has ended well, and that it
	// is for somebody else now to call back.
	HandedOver struct {
		Task    TaskID     `json:"task"`
		Attempt int        `json:"attempt"`
		Usage   Usage      `json:"usage"`
		Moved   []Transfer `json:"moved,omitempty"`
	}

	// CalledBack ends an attempt that was handed over. One that comes before is
	// kept until the function has ended.
	CalledBack struct {
		Task    TaskID                  `json:"task"`
		Attempt int                     `json:"attempt"`
		Outputs map[string]object.Value `json:"outputs,omitempty"`
		Failed  string                  `json:"failed,omitempty"` // why it failed, if it did
	}

	// Heartbeat is a sign of life of an attempt that was handed over.
	Heartbeat struct {
		Task    TaskID `json:"task"`
		Attempt int    `json:"attempt"`
	}

	// AttemptStarted says that the function runs. It is for people, and is
	// journaled only where a flush carries it anyway.
	AttemptStarted struct {
		Task    TaskID `json:"task"`
		Attempt int    `json:"attempt"`
	}

	// Succeeded ends a task with its outputs.
	Succeeded struct {
		Task    TaskID                  `json:"task"`
		Attempt int                     `json:"attempt"`
		Outputs map[string]object.Value `json:"outputs,omitempty"`
		Usage   Usage                   `json:"usage"`
		Moved   []Transfer              `json:"moved,omitempty"`

		// Reused says whose outputs they are, of an attempt that was not made.
		Reused *Origin `json:"reused,omitempty"`
	}

	// NotReused says that there is no earlier result for an attempt, and why.
	NotReused struct {
		Task    TaskID        `json:"task"`
		Attempt int           `json:"attempt"`
		Key     string        `json:"key,omitempty"` // of function and inputs, under which the result is kept
		Inputs  []InputDigest `json:"inputs,omitempty"`
		Why     string        `json:"why"`
	}

	// Failed ends an attempt. Whether the task tries again is the core's rule.
	Failed struct {
		Task    TaskID     `json:"task"`
		Attempt int        `json:"attempt"`
		Cause   Cause      `json:"cause"`
		Message string     `json:"message"`
		Where   Where      `json:"where"`
		Usage   Usage      `json:"usage"`
		Moved   []Transfer `json:"moved,omitempty"`
	}

	// AttemptLost says that nobody will ever answer for the attempt. It does
	// not use up a retry, but MaxLost of them that had begun (AttemptStarted)
	// and were not given back end the task as failed.
	AttemptLost struct {
		Task    TaskID `json:"task"`
		Attempt int    `json:"attempt"`
		Reason  string `json:"reason"`
		Drained bool   `json:"drained,omitempty"` // given back in good order: does not count
	}

	// NodeLost says that a node is gone, and with it the attempts on it.
	NodeLost struct {
		Node NodeID `json:"node"`
	}

	// ObjectLost says that an output of a succeeded task is nowhere to be had.
	ObjectLost struct {
		Task   TaskID    `json:"task"` // that made it
		Object object.ID `json:"object"`
	}

	// TimerFired answers SetTimer.
	TimerFired struct {
		Timer TimerID `json:"timer"`
	}

	// Paused holds back everything that has not been invoked.
	Paused struct {
		Reason string `json:"reason,omitempty"`
	}

	// Resumed undoes Paused.
	Resumed struct{}

	// Cancelled asks the run to end: running attempts are aborted, nothing new
	// begins.
	Cancelled struct {
		Reason string `json:"reason,omitempty"`
	}

	// Concluded says how the steps of a stage ended. It answers Conclude, and
	// the steps of the next stage begin.
	Concluded struct {
		Status Status `json:"status"`
		Error  string `json:"error,omitempty"`
	}

	// Redriven has a run that ended go on: with what has not succeeded and, if
	// a task is chosen, with that and all that comes after it.
	Redriven struct {
		From TaskID `json:"from,omitempty"` // a foreach step's name for all its tasks; empty: none is chosen
	}

	// Finished ends the run. It answers Finish, when the run's outputs are on
	// stable storage.
	Finished struct {
		Status  Status                  `json:"status"`
		Outputs map[string]object.Value `json:"outputs,omitempty"`
		Error   string                  `json:"error,omitempty"`
	}
)

// Options are given with a run and kept with it.
type Options struct {
	Placement string `json:"placement,omitempty"` // data (default), store, round-robin, earliest-start, random:SEED
}

// A Cause says why an attempt failed; retry.on names causes.
type Cause string

// The causes of failure.
const (
	CauseError      Cause = "error"       // the function failed: exit code, signal
	CauseTimeout    Cause = "timeout"     // the attempt ran into its timeout
	CauseOutput     Cause = "output"      // a declared output was not produced, or is not of its type
	CauseInput      Cause = "input"       // an input could not be staged
	CauseExpression Cause = "expression"  // an expression failed on the values it met
	CauseObjectLost Cause = "object_lost" // an input is lost and cannot be made again
	CauseRepeat     Cause = "repeat"      // the last visit that is allowed did not end it
	CauseDiskFull   Cause = "disk_full"   // there was no room on the node's disk
	CauseLost       Cause = "lost"        // MaxLost attempts were lost
)

// MaxLost is the number of lost attempts that ends a task as failed, so that a
// task which kills its server does not do so for ever.
const MaxLost = 5

// Where says where an attempt failed, for people.
type Where struct {
	Node     NodeID `json:"node,omitempty"`
	ExitCode int    `json:"exit_code,omitempty"`
	Signal   string `json:"signal,omitempty"`
	Stderr   string `json:"stderr,omitempty"` // its last lines, at most 4 KiB
	Dir      string `json:"dir,omitempty"`    // the kept working folder
}

// Usage is what an attempt took.
type Usage struct {
	Queue     time.Duration `json:"queue,omitempty"` // waiting on the node for a slot or memory
	Stage     time.Duration `json:"stage,omitempty"` // bringing inputs
	Run       time.Duration `json:"run,omitempty"`   // the function itself
	CPU       time.Duration `json:"cpu,omitempty"`   // user and system, children included
	MaxMemory int64         `json:"max_memory,omitempty"`
}

// A Transfer is one entry of the ledger: bytes of one input that came over one
// transport.
type Transfer struct {
	Input     string    `json:"input"`               // of the function; an output's name for a transfer to a store
	From      string    `json:"from"`                // step that made the bytes, or "inputs"; empty: the workflow itself
	FromNode  NodeID    `json:"from_node,omitempty"` // empty: a bucket, or inline
	Transport Transport `json:"transport"`
	Bytes     int64     `json:"bytes"`
	Objects   int       `json:"objects,omitempty"`
}

// A Transport is how bytes reach a task.
type Transport string

// The transports, cheapest first.
const (
	TransportInline Transport = "inline" // stood in the value itself
	TransportLink   Transport = "link"   // same node: hard link, no bytes moved
	TransportCopy   Transport = "copy"   // same node, but another file system
	TransportPeer   Transport = "peer"   // another node
	TransportBucket Transport = "bucket" // an S3-compatible store or the like
)

// Moves reports whether the transport's bytes count as moved.
func (t Transport) Moves() bool { return t == TransportPeer || t == TransportBucket }

func (Started) fact()        {}
func (Planned) fact()        {}
func (Evaluated) fact()      {}
func (Placed) fact()         {}
func (Begun) fact()          {}
func (SignalReceived) fact() {}
func (ChildEnded) fact()     {}
func (HandedOver) fact()     {}
func (CalledBack) fact()     {}
func (Heartbeat) fact()      {}
func (AttemptStarted) fact() {}
func (Succeeded) fact()      {}
func (NotReused) fact()      {}
func (Failed) fact()         {}
func (AttemptLost) fact()    {}
func (NodeLost) fact()       {}
func (ObjectLost) fact()     {}
func (TimerFired) fact()     {}
func (Paused) fact()         {}
func (Resumed) fact()        {}
func (Cancelled) fact()      {}
func (Concluded) fact()      {}
func (Redriven) fact()       {}
func (Finished) fact()       {}
