// Package node takes an invocation, brings its inputs into a fresh working
// directory, runs the function, and moves its outputs into the node's store.
package node

import (
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/object"
)

// An Invocation is one attempt, ready to run.
type Invocation struct {
	Attempt  executor.AttemptID
	Function *dsl.Function
	Inputs   map[string]object.Value // no Gather; an Item is resolved by the node
	Env      []string                // further variables of its process, "NAME=value"
	From     map[string]string       // by input: the step that made it, or "inputs"
	Timeout  time.Duration           // 0 is none

	// ViaStore makes every file input come from, and every output go to, the
	// node's bucket: placement mode "store", the baseline without locality.
	ViaStore bool
}

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
