// Package placement decides, when a task is ready, on which node it runs. It is
// a function of one immutable snapshot; nothing is remembered between calls.
package placement

import (
	"errors"

	"example.org/weft/object"
)

// A Node is what a snapshot says of one node.
type Node struct {
	ID       string
	CPU      float64 // cores in all
	Memory   int64   // bytes in all; 0 is no limit
	FreeCPU  float64 // cores that no placed attempt claims; negative when attempts queue
	FreeMem  int64   // likewise, of memory; means nothing where Memory is 0
	Wait     float64 // seconds until a slot is likely to be free; 0 when unknown: then FreeCPU tells
	Programs map[string]bool
	Draining bool // takes no new tasks
}

// A Snapshot is the cluster at one moment.
type Snapshot struct {
	Nodes     []Node  // in a fixed order
	Bandwidth float64 // bytes per second between two nodes; 0 stands for planner.DefaultBandwidth
	Holds     func(node string, id object.ID) bool
	Turn      uint64 // counts placements of the run: round robin and random draw from it
}

// A Task is what a decision needs to know of a ready task.
type Task struct {
	Inputs   []object.Ref
	CPU      float64
	Memory   int64
	RunTime  float64 // predicted seconds; 0 is unknown
	Requires []string
	Avoid    []string // nodes on which earlier attempts were lost: taken only when nothing else is left

	// Group is the plan's group of the task, and Home the node where it already
	// works: for a group that is kept item by item, where tasks of the same
	// item run or ran. Empty: no group, or none yet.
	Group string
	Home  string

	// Keep is the bytes that the task makes for later tasks of its group: what
	// must move if it runs anywhere but at Home. It is the price of leaving.
	Keep int64

	// Chain says that the task goes on from the one at Home, and Firm that the
	// plan keeps the group there: it waits for that node unless the node can
	// never take it.
	Chain bool
	Firm  bool

	// Advised is the node on which the plan has the task, if nothing of its
	// group or chain works anywhere yet; empty: none. It goes there if it need
	// not wait for more than Patience, in seconds.
	Advised  string
	Patience float64
}

// A Decision is where a task runs and why.
type Decision struct {
	Node    string
	Reason  string  // one sentence with the figures that decided
	Missing int64   // bytes that must be brought there
	Scores  []Score // of every node that was considered, in the snapshot's order
}

// A Score is what spoke for and against one node.
type Score struct {
	Node    string
	Missing int64   // bytes that would have to be brought there
	Leaving int64   // bytes that later tasks of the group would have to fetch from there
	Wait    float64 // seconds until a slot is free
	Finish  float64 // estimated seconds until the task would be done, fetching and Leaving's fetching included
}

// What callers branch on.
var (
	// ErrNoNode: no node can ever take the task as the cluster is.
	ErrNoNode = errors.New("no node can take it")
	// ErrNotNow: every node that could take the task is draining.
	ErrNotNow = errors.New("no node can take it now")
)
