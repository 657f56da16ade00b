package rehearsal

import (
	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/object"
)

// child has the run of another workflow go as the stub of its task says: what
// its own functions would do nobody asks.
func (s *stage) child(c executor.StartChild) {
	end := executor.ChildEnded{Task: c.Attempt.Task, Run: c.Run, Seq: uint64(c.Attempt.N)}
	if c.Want == executor.StatusCancelled {
		end.Status = executor.StatusCancelled
		s.later(0, end)
		return
	}
	step := &s.program.Steps[c.Step]
	f := &s.program.Functions[step.Function]
	inputs := s.given(c.Attempt.Task, f, c.Inputs)
	stand := executor.Invoke{Attempt: c.Attempt, Step: c.Step}
	fact, takes := s.answer(stand, step, f, inputs)
	switch fact := fact.(type) {
	case executor.Succeeded:
		end.Status, end.Outputs = executor.StatusSucceeded, fact.Outputs
	case executor.Failed:
		end.Status, end.Cause, end.Error = executor.StatusFailed, fact.Cause, fact.Message
	default: // there is no stub, which is said already
		return
	}
	s.later(takes, end)
}

// given returns the inputs of a function, spelled out, and keeps them for what
// the test expects.
func (s *stage) given(task executor.TaskID, f *dsl.Function, symbolic map[string]object.Value) map[string]object.Value {
	inputs := make(map[string]object.Value, len(symbolic))
	for _, in := range f.Inputs {
		if v, ok := symbolic[in.Name]; ok {
			inputs[in.Name] = s.run.Expand(v)
		}
	}
	s.inputs[task] = inputs
	return inputs
}
