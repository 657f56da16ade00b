package api

import (
	"time"

	"example.org/weft/executor"
)

// A Timeline is every attempt of a run that has begun, as a bar in the lane of
// its node.
type Timeline struct {
	Seq   uint64    `json:"seq"`
	Start time.Time `json:"start" doc:"Time 0 of the bars."`
	Lanes []Lane    `json:"lanes"`
}

// A Lane is one node.
type Lane struct {
	Node   executor.NodeID `json:"node"`
	Rows   int             `json:"rows" doc:"How many attempts it ran at the same time, up to 64; beyond that they share rows."`
	Queued int             `json:"queued,omitempty" doc:"Attempts that were placed there and have not begun."`
	Bars   []Bar           `json:"bars"`
}

// A Bar is one attempt. In a run of very many attempts it stands for several
// that followed each other closely in its row and ended alike.
type Bar struct {
	Row      int             `json:"row"`
	Task     executor.TaskID `json:"task" doc:"The first, when there are several."`
	Step     string          `json:"step"`
	Attempt  int             `json:"attempt"`
	From     float64         `json:"from" doc:"Seconds from the start."`
	To       float64         `json:"to" doc:"Seconds from the start; of an attempt that goes on, now."`
	Outcome  string          `json:"outcome,omitempty" doc:"succeeded, failed, lost or aborted. Empty while it goes on."`
	Attempts int             `json:"attempts,omitempty" doc:"How many, when there are several."`
}
