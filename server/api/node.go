package api

import (
	"time"

	"example.org/weft/executor"
	"example.org/weft/object"
)

// A Node is what one node can take and does.
type Node struct {
	ID      executor.NodeID `json:"id"`
	CPU     float64         `json:"cpu" doc:"Cores."`
	FreeCPU float64         `json:"free_cpu" doc:"Negative when attempts queue."`
	Memory  int64           `json:"memory_bytes"`
	FreeMem int64           `json:"free_memory_bytes"`
	Objects int             `json:"objects" doc:"That its store holds."`
	Bytes   int64           `json:"bytes" doc:"That its store holds."`
	Running []NodeAttempt   `json:"running,omitempty"`
	Queued  []NodeAttempt   `json:"queued,omitempty"`

	Labels   map[string]string `json:"labels,omitempty" doc:"That its operator gave it."`
	Draining bool              `json:"draining,omitempty" doc:"It takes no new attempts and is about to leave."`
}

// A NodeAttempt is an attempt on a node.
type NodeAttempt struct {
	Run      executor.RunID  `json:"run"`
	Task     executor.TaskID `json:"task"`
	Attempt  int             `json:"attempt"`
	Since    time.Time       `json:"since"`
	WaitsFor string          `json:"waits_for,omitempty"`
}

// NodeList is all nodes.
type NodeList struct {
	Nodes []Node `json:"nodes"`
}

// An Object is a reference to bytes: what an upload answers, and how a file
// stands among the inputs and outputs of a run.
type Object struct {
	ID        object.ID     `json:"object"`
	Size      int64         `json:"size"`
	MediaType string        `json:"media_type,omitempty"`
	Name      string        `json:"name,omitempty"`
	Digest    object.Digest `json:"digest,omitempty"`
	Dir       bool          `json:"dir,omitempty"`
	Large     bool          `json:"large,omitempty" doc:"The object is the JSON of a value too big to stand here."`
	Length    int           `json:"length,omitempty" doc:"Number of items of a large list."`
}
