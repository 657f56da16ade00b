// Package node takes an invocation, brings its inputs into a fresh working
// directory, runs the function, and moves its outputs into the node's store.
package node

import (
	"time"

	"example.org/weft/executor"
)

// A Status is what a node can take and does.
type Status struct {
	ID       executor.NodeID   `json:"id"`
	CPU      float64           `json:"cpu"`      // cores in all
	Memory   int64             `json:"memory"`   // bytes in all
	FreeCPU  float64           `json:"free_cpu"` // negative when attempts queue
	FreeMem  int64             `json:"free_memory"`
	Objects  int               `json:"objects"`
	Bytes    int64             `json:"bytes"` // that the store holds
	Running  []AttemptStatus   `json:"running,omitempty"`
	Queued   []AttemptStatus   `json:"queued,omitempty"`
	Programs map[string]bool   `json:"programs,omitempty"` // of those that were asked about
	Labels   map[string]string `json:"labels,omitempty"`   // that its operator gave it
	Draining bool              `json:"draining,omitempty"` // takes no new attempts
}

// An AttemptStatus is one attempt on the node.
type AttemptStatus struct {
	Attempt  executor.AttemptID `json:"attempt"`
	Since    time.Time          `json:"since"`
	CPU      float64            `json:"cpu,omitempty"` // cores that it takes
	Memory   int64              `json:"memory,omitempty"`
	WaitsFor string             `json:"waits_for,omitempty"` // of a queued one: "a slot: 2 of 2 cores taken", "memory: 512 MB, 100 MB free"
}
