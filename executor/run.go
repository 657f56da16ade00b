package executor

import (
	"errors"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// ErrStale is returned by Step for a fact that no longer applies: the answer of
// an attempt that is not live, a timer that was set for something over, a
// second Finished. The fact must not be journaled.
var ErrStale = errors.New("executor: stale fact")

// A Run is one execution of a program: its state is a function of the records
// it was stepped with. It is not safe for concurrent use.
type Run struct{}

// New returns a run that has not begun: its first fact is Started.
func New(id RunID, p *dsl.Program) *Run { panic("not built yet") }

// Step applies a record. It costs O(1) and what the fact makes ready, not the
// size of the run. After an error the run is unchanged.
func (r *Run) Step(rec Record) error { panic("not built yet") }

// Ready returns the commands that became necessary since the last call. The
// first call after a replay returns all that are unanswered. Commands of
// higher rank come first.
func (r *Run) Ready() []Command { panic("not built yet") }

// EvaluateWith completes an Evaluate command with the contents of the objects
// that it asked for.
func (r *Run) EvaluateWith(c Evaluate, loaded dsl.Loaded) Evaluate { panic("not built yet") }

// Expand spells out the symbolic gathers of a value, which must be present: the
// result refers to objects only. Items of large lists stay.
func (r *Run) Expand(v object.Value) object.Value { panic("not built yet") }

// Status returns the state of the run.
func (r *Run) Status() Status { panic("not built yet") }

// Seq returns the number of the last record.
func (r *Run) Seq() uint64 { panic("not built yet") }
