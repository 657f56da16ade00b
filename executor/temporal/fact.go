package temporal

import (
	"encoding/json"

	"example.org/weft/executor"
)

// A Fact is a fact that can go through Temporal's JSON.
type Fact struct{ executor.Fact }

type encodedFact struct {
	Kind string          `json:"kind"`
	Fact json.RawMessage `json:"fact"`
}

// MarshalJSON implements json.Marshaler.
func (f Fact) MarshalJSON() ([]byte, error) {
	kind, data, err := executor.EncodeFact(f.Fact)
	if err != nil {
		return nil, err
	}
	return json.Marshal(encodedFact{kind, data})
}

// UnmarshalJSON implements json.Unmarshaler.
func (f *Fact) UnmarshalJSON(data []byte) (err error) {
	var e encodedFact
	if err := json.Unmarshal(data, &e); err != nil {
		return err
	}
	f.Fact, err = executor.DecodeFact(e.Kind, e.Fact)
	return err
}

// A Message is what a run's inbox brought, as a signal.
type Message struct {
	ID   int64 `json:"id"` // of the inbox
	Fact Fact  `json:"fact"`
}

// An Assignment is what a node is asked to do for one run: to run attempts, to
// stop some, and to say what came of all of them. It names only attempts that
// have not been answered for.
type Assignment struct {
	Run      executor.RunID       `json:"run"`
	Version  string               `json:"version"`
	Seq      uint64               `json:"seq"` // the record that the commands follow from
	Invoke   []executor.Invoke    `json:"invoke,omitempty"`
	Await    []executor.AttemptID `json:"await,omitempty"` // that the node has already
	Stop     []executor.Abort     `json:"stop,omitempty"`
	ViaStore bool                 `json:"via_store,omitempty"`
}

// attempts returns all attempts of the assignment, each once.
func (a *Assignment) attempts() []executor.AttemptID {
	seen := map[executor.AttemptID]bool{}
	var all []executor.AttemptID
	add := func(id executor.AttemptID) {
		if !seen[id] {
			seen[id] = true
			all = append(all, id)
		}
	}
	for _, c := range a.Invoke {
		add(c.Attempt)
	}
	for _, id := range a.Await {
		add(id)
	}
	for _, c := range a.Stop {
		add(c.Attempt)
	}
	return all
}

// An Answer is what an attempt came to: its facts, of which the last ended it.
type Answer struct {
	Attempt executor.AttemptID `json:"attempt"`
	Facts   []Fact             `json:"facts"`
}

// A Question is an expression for a node that holds what it reads.
type Question struct {
	Run     executor.RunID    `json:"run"`
	Version string            `json:"version"`
	Seq     uint64            `json:"seq"`
	Command executor.Evaluate `json:"command"`
}

// An Evaluation is what an expression gave, or what it lacked.
type Evaluation struct {
	Fact Fact   `json:"fact"`
	Lost []Fact `json:"lost,omitempty"` // ObjectLost, with the object alone
}
