// Package node takes an invocation, brings its inputs into a fresh working
// directory, runs the function, and moves its outputs into the node's store.
package node

import (
	"time"

	"example.org/weft/executor"
)

// A Status is what a node can take and does.
type Status struct {
	ID       executor.NodeID
	CPU      float64 // cores in all
	Memory   int64   // bytes in all
	FreeCPU  float64 // negative when attempts queue
	FreeMem  int64
	Objects  int
	Bytes    int64 // that the store holds
	Running  []AttemptStatus
	Queued   []AttemptStatus
	Programs map[string]bool // of those that were asked about
}

// An AttemptStatus is one attempt on the node.
type AttemptStatus struct {
	Attempt  executor.AttemptID
	Since    time.Time
	WaitsFor string // of a queued one: "a slot: 2 of 2 cores taken", "memory: 512 MB, 100 MB free"
}
