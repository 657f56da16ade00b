package api

import (
	"time"

	"example.org/weft/executor"
)

// A Task is one task of a run. A foreach step whose number of items is not
// known yet stands for its tasks: Item is then -1.
type Task struct {
	Task     executor.TaskID    `json:"task"`
	Step     string             `json:"step"`
	Item     int                `json:"item"`
	State    executor.TaskState `json:"state" enum:"waiting,placing,placed,running,succeeded,skipped,failed,caught,cancelled"`
	WaitsFor []string           `json:"waits_for,omitempty" doc:"What it waits for: a value, its turn, a slot, memory, a node."`
	Node     executor.NodeID    `json:"node,omitempty" doc:"Of the last attempt."`
	Child    executor.RunID     `json:"child,omitempty" doc:"The run of another workflow that its last attempt is."`
	Reason   string             `json:"reason,omitempty" doc:"Why its last attempt was placed on that node."`
	Started  *time.Time         `json:"started,omitempty" doc:"When its last attempt was placed."`
	Seconds  float64            `json:"seconds,omitempty" doc:"What its last attempt took, or has taken until now."`
	Moved    int64              `json:"moved_bytes,omitempty"`
	Attempts []Attempt          `json:"attempts,omitempty"`
	Outputs  map[string]any     `json:"outputs,omitempty"`
	Failure  *Failure           `json:"failure,omitempty"`

	Reused    *Origin `json:"reused,omitempty" doc:"Whose outputs stand for those of its last attempt, which was not run."`
	NotReused string  `json:"not_reused,omitempty" doc:"Why no earlier result stands for its last attempt. Absent where none was looked for."`
}

// An Attempt is one try of a task.
type Attempt struct {
	N        int             `json:"n"`
	Epoch    uint64          `json:"epoch"`
	Node     executor.NodeID `json:"node"`
	Child    executor.RunID  `json:"child,omitempty" doc:"The run of another workflow that it is."`
	Reason   string          `json:"reason,omitempty" doc:"Why it was placed on that node."`
	Placed   time.Time       `json:"placed"`
	Started  *time.Time      `json:"started,omitempty"`
	Ended    *time.Time      `json:"ended,omitempty"`
	Outcome  string          `json:"outcome,omitempty" doc:"succeeded, failed, lost or aborted. Empty while it goes on."`
	Usage    Usage           `json:"usage"`
	Moved    []LedgerRow     `json:"moved,omitempty"`
	Failure  *Failure        `json:"failure,omitempty"`
	WaitsFor string          `json:"waits_for,omitempty" doc:"What it is queued for on its node."`

	Reused    *Origin `json:"reused,omitempty"`
	NotReused string  `json:"not_reused,omitempty"`
}

// An Origin is the task that made what another reuses.
type Origin struct {
	Run  executor.RunID  `json:"run"`
	Task executor.TaskID `json:"task"`
}

// Usage is what an attempt took, in seconds and bytes.
type Usage struct {
	Queue     float64 `json:"queue_seconds"`
	Stage     float64 `json:"stage_seconds"`
	Run       float64 `json:"run_seconds"`
	CPU       float64 `json:"cpu_seconds"`
	MaxMemory int64   `json:"max_memory_bytes,omitempty"`
}

// A TaskPage is a page of the tasks of a run, in the order of its steps and
// their items.
type TaskPage struct {
	Seq   uint64 `json:"seq"`
	Total int    `json:"total" doc:"Number of tasks that were asked for, over all pages."`
	Tasks []Task `json:"tasks"`
	Next  string `json:"next,omitempty" doc:"Cursor of the next page. Empty: this is the last."`
}

// A LogPage is a part of what an attempt wrote.
type LogPage struct {
	Task    executor.TaskID `json:"task"`
	Attempt int             `json:"attempt"`
	Stream  string          `json:"stream" enum:"stdout,stderr"`
	Offset  int64           `json:"offset" doc:"Of the first byte of data in the log."`
	Next    int64           `json:"next" doc:"Offset to go on from."`
	Data    string          `json:"data" doc:"Bytes that are no UTF-8 are replaced."`
	Ended   bool            `json:"ended" doc:"The attempt is over and data reaches to the end of its log."`
}
