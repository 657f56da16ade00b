package api

import (
	"time"

	"example.org/weft/executor"
)

// A NewRun is the body that starts a run.
type NewRun struct {
	Inputs    map[string]any `json:"inputs,omitempty" doc:"Inputs by name. A file is the id of an object, as a string or as {\"object\": id}."`
	Version   string         `json:"version,omitempty" doc:"Version of the workflow, or an alias of one. Empty: the latest."`
	Placement string         `json:"placement,omitempty" doc:"data (default), store, round-robin, earliest-start or random:SEED."`
}

// A Run is one execution of a workflow. In a list it has no Steps, MovedBytes
// and Failure.
type Run struct {
	ID         executor.RunID   `json:"id"`
	Parent     executor.RunID   `json:"parent,omitempty" doc:"Of a run that a task of another one is: that run."`
	ParentTask executor.TaskID  `json:"parent_task,omitempty" doc:"And the task."`
	Workflow   string           `json:"workflow"`
	Version    string           `json:"version"`
	Status     executor.Status  `json:"status" enum:"pending,running,paused,succeeded,failed,cancelled"`
	Placement  string           `json:"placement,omitempty"`
	WaitsFor   []executor.RunID `json:"waits_for,omitempty" doc:"Of a pending run: the runs of its concurrency group that go before it."`
	Created    time.Time        `json:"created"`
	Started    *time.Time       `json:"started,omitempty"`
	Ended      *time.Time       `json:"ended,omitempty"`
	Seconds    float64          `json:"seconds" doc:"From the start to the end, or to now."`
	Inputs     map[string]any   `json:"inputs,omitempty"`
	Outputs    map[string]any   `json:"outputs,omitempty"`
	Error      string           `json:"error,omitempty"`
	Failure    *Failure         `json:"failure,omitempty"`
	Seq        uint64           `json:"seq,omitempty" doc:"The event that this state is of."`
	MovedBytes int64            `json:"moved_bytes" doc:"Bytes that crossed between nodes or with a store."`
	Steps      []Step           `json:"steps,omitempty"`
}

// A RunPage is a page of the list of runs, newest first.
type RunPage struct {
	Runs []Run  `json:"runs"`
	Next string `json:"next,omitempty" doc:"Cursor of the next page. Empty: this is the last."`
}

// A Step sums up the tasks of one step of a run.
type Step struct {
	Name     string                     `json:"name"`
	Function string                     `json:"function"`
	Workflow string                     `json:"workflow,omitempty" doc:"The workflow of which its tasks are runs."`
	Child    executor.RunID             `json:"child,omitempty" doc:"Of a step that is no foreach: the run that its last attempt is."`
	Foreach  bool                       `json:"foreach,omitempty"`
	Expanded bool                       `json:"expanded" doc:"The number of tasks is known."`
	State    executor.TaskState         `json:"state" doc:"Of all its tasks together."`
	Items    int                        `json:"items" doc:"Number of tasks."`
	Counts   map[executor.TaskState]int `json:"counts,omitempty" doc:"Number of tasks by state."`
	Reused   int                        `json:"reused,omitempty" doc:"Tasks for which an earlier result stands, of those that succeeded."`
	Group    string                     `json:"group,omitempty"`
	WaitsFor []string                   `json:"waits_for,omitempty" doc:"What its first task that waits waits for: a value, its turn, a slot, memory, a node."`
}

// A Failure is what made a task fail, and what to do next.
type Failure struct {
	Task     executor.TaskID `json:"task"`
	Attempt  int             `json:"attempt"`
	Node     executor.NodeID `json:"node,omitempty"`
	Cause    executor.Cause  `json:"cause"`
	Message  string          `json:"message"`
	ExitCode int             `json:"exit_code,omitempty"`
	Signal   string          `json:"signal,omitempty"`
	Stderr   string          `json:"stderr,omitempty" doc:"Its last lines."`
	Dir      string          `json:"dir,omitempty" doc:"The kept working folder, on the node."`
	Next     []string        `json:"next,omitempty" doc:"Commands to type next."`
}

// A State is what the dashboard's event stream says: how a run stands after
// event Seq. What did not change since the last State of a stream is left out;
// the first one is complete.
type State struct {
	Seq    uint64      `json:"seq"`
	Run    *Run        `json:"run,omitempty"`
	Steps  []Step      `json:"steps,omitempty"`
	Ledger []LedgerRow `json:"ledger,omitempty"`
}
