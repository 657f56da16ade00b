package spike

import (
	"encoding/json"
	"time"

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

// A Record is an executor.Record that can go through Temporal's JSON.
type Record struct {
	Seq  uint64    `json:"seq"`
	At   time.Time `json:"at"`
	Fact Fact      `json:"fact"`
}
