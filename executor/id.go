package executor

import "strconv"

// A RunID names a run: "run_" and 26 lower-case base32 characters.
type RunID string

// A TaskID names a task within its run: "encode", or "encode[3]" in a foreach.
// A foreach step as a whole, where that is meant, has its step's name.
type TaskID string

// A NodeID names a node.
type NodeID string

// An AttemptID names one try of a task. It is the key of processes, tokens,
// logs and objects.
type AttemptID struct {
	Run   RunID  `json:"run"`
	Task  TaskID `json:"task"`
	N     int    `json:"n"`     // from 1; rises for the life of the task
	Epoch uint64 `json:"epoch"` // fencing number of the run's owner

	// Redriven is how often the task was run again on purpose after it had
	// succeeded.
	Redriven int `json:"redriven,omitempty"`
}

// String returns "run/task/n@epoch".
func (a AttemptID) String() string {
	return string(a.Run) + "/" + string(a.Task) + "/" + strconv.Itoa(a.N) + "@" + strconv.FormatUint(a.Epoch, 10)
}

// Key returns the idempotency key "run/task", the same on every attempt. A task
// that is run again on purpose has a new one, "run/task/r1".
func (a AttemptID) Key() string {
	key := string(a.Run) + "/" + string(a.Task)
	if a.Redriven > 0 {
		key += "/r" + strconv.Itoa(a.Redriven)
	}
	return key
}

// ItemTask returns the task of item i of a foreach step.
func ItemTask(step string, i int) TaskID {
	return TaskID(step + "[" + strconv.Itoa(i) + "]")
}
