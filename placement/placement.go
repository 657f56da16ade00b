// Package placement decides, when a task is ready, on which node it runs. It is
// a function of one immutable snapshot; nothing is remembered between calls.
package placement

import "example.org/weft/object"

// A Node is what a snapshot says of one node.
type Node struct {
	ID       string
	CPU      float64 // cores in all
	Memory   int64   // bytes in all; 0 is no limit
	FreeCPU  float64 // cores that no placed attempt claims; negative when attempts queue
	FreeMem  int64
	Wait     float64         // seconds until a slot is likely to be free
	Programs map[string]bool // that it has; nil is unknown
	Draining bool
}

// A Snapshot is the cluster at one moment.
type Snapshot struct {
	Nodes     []Node  // in a fixed order
	Bandwidth float64 // bytes per second between two nodes
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
	Group    string
	Home     string   // node where the task's group already works; empty: none yet
	Avoid    []string // nodes on which earlier attempts were lost
}

// A Decision is where a task runs and why.
type Decision struct {
	Node    string
	Reason  string // one sentence with the figures that decided
	Missing int64  // bytes that must be brought there
}
