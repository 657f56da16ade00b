package api

import (
	"encoding/json"
	"time"

	"example.org/weft/executor"
)

// A LedgerRow is what crossed one edge over one transport, beside what the plan
// said.
type LedgerRow struct {
	From      string             `json:"from" doc:"Step that made the bytes, or \"inputs\"."`
	To        string             `json:"to" doc:"Step that read them, or \"store\"."`
	Input     string             `json:"input,omitempty" doc:"Input of the function that read them."`
	Transport executor.Transport `json:"transport" enum:"inline,link,copy,peer,bucket"`
	Bytes     int64              `json:"bytes"`
	Objects   int                `json:"objects,omitempty"`
	Predicted *int64             `json:"predicted_bytes,omitempty" doc:"What the plan said that the edge carries, over all transports."`
}

// A Ledger is every byte between the steps of a run.
type Ledger struct {
	Seq        uint64      `json:"seq"`
	MovedBytes int64       `json:"moved_bytes" doc:"Bytes that crossed between nodes or with a store."`
	Rows       []LedgerRow `json:"rows"`
}

// An Event is one fact of a run's journal.
type Event struct {
	Seq  uint64          `json:"seq"`
	At   time.Time       `json:"at"`
	Kind string          `json:"kind"`
	Fact json.RawMessage `json:"fact"`
}

// An EventPage is a page of a run's journal.
type EventPage struct {
	Events []Event `json:"events"`
	Next   uint64  `json:"next" doc:"Number of the last event here: ask for those after it."`
}
