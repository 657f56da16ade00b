package rehearsal

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/object"
)

// invoke has an attempt go as its stub says. Without one, a builtin does what
// it always does, and a function that has no outputs succeeds.
func (s *stage) invoke(c executor.Invoke) {
	step := &s.program.Steps[c.Step]
	f := &s.program.Functions[step.Function]
	inputs := s.given(c.Attempt.Task, f, c.Inputs)
	s.step(executor.AttemptStarted{Task: c.Attempt.Task, Attempt: c.Attempt.N})
	end, takes := s.answer(c, step, f, inputs)
	if c.Timeout > 0 && takes > c.Timeout {
		end, takes = failed(c, "timeout", "the attempt took longer than "+c.Timeout.String(), 0), c.Timeout
	}
	if ok, isSuccess := end.(executor.Succeeded); isSuccess && step.Wait != nil {
		s.later(0, executor.HandedOver{Task: ok.Task, Attempt: ok.Attempt})
		end = executor.CalledBack{Task: ok.Task, Attempt: ok.Attempt, Outputs: ok.Outputs}
	}
	s.later(takes, end)
}

func (s *stage) answer(c executor.Invoke, step *dsl.Step, f *dsl.Function, inputs map[string]object.Value) (executor.Fact, time.Duration) {
	stub := s.stub(c.Attempt.Task, step.Name, f.Name)
	switch {
	case stub == nil && f.Builtin != "" && !f.Lists():
		return builtin(c, f, inputs)
	case stub == nil && len(f.Outputs) > 0:
		s.err = fmt.Errorf("task %s runs, and there is no stub for it: add %s under stubs", c.Attempt.Task, step.Name)
		return nil, 0
	case stub == nil:
		return succeeded(c, nil), 0
	}
	a := &stub.Answers[min(c.Attempt.N, len(stub.Answers))-1]
	if a.Fail != nil {
		return failed(c, a.Fail.Cause, a.Fail.Message, a.Fail.ExitCode), a.Takes
	}
	outputs, err := a.Outputs(inputs, s.test.Files)
	if err != nil {
		s.err = fmt.Errorf("task %s: %w", c.Attempt.Task, err)
	}
	return succeeded(c, outputs), a.Takes
}

// begin has a task wait. The stub of its step sends the signal that it waits
// for; without one it waits for its timeout.
func (s *stage) begin(b executor.Begun) {
	s.later(0, b)
	t, _ := s.run.Task(b.Task)
	step := &s.program.Steps[t.Step]
	if step.Wait == nil { // it runs another workflow: StartChild follows
		return
	}
	stub := s.stub(b.Task, step.Name, "")
	switch {
	case step.Wait.Signal == "" || stub == nil:
		return
	case stub.Answers[0].Fail != nil:
		s.err = fmt.Errorf("task %s: a signal cannot fail: without a stub it does not come", b.Task)
		return
	}
	a := &stub.Answers[min(b.Attempt, len(stub.Answers))-1]
	payload, err := a.Outputs(nil, s.test.Files)
	if err != nil {
		s.err = fmt.Errorf("task %s: %w", b.Task, err)
	}
	name := step.Wait.Signal + strings.TrimPrefix(string(b.Task), step.Name)
	s.later(a.Takes, executor.SignalReceived{Name: name, Payload: payload})
}

// stub returns what answers for a task: the first of its own, its step's and
// its function's.
func (s *stage) stub(task executor.TaskID, step, function string) *dsl.Stub {
	for _, name := range []string{string(task), step, function} {
		if stub := s.test.Stubs[name]; stub != nil {
			return stub
		}
	}
	return nil
}

// builtin does what the function of that name does on a node.
func builtin(c executor.Invoke, f *dsl.Function, inputs map[string]object.Value) (executor.Fact, time.Duration) {
	switch f.Builtin {
	case "fail":
		message := "the builtin function fail was called"
		_ = json.Unmarshal(inputs["message"].JSON, &message) // not given: it says so
		return failed(c, "error", message, 1), 0
	case "sleep":
		var seconds float64
		_ = json.Unmarshal(inputs["seconds"].JSON, &seconds) // typed a float
		return succeeded(c, nil), time.Duration(seconds * float64(time.Second))
	}
	outputs := map[string]object.Value{}
	for _, o := range f.Outputs {
		outputs[o.Name] = inputs[o.Name]
	}
	return succeeded(c, outputs), 0
}

func succeeded(c executor.Invoke, outputs map[string]object.Value) executor.Fact {
	return executor.Succeeded{Task: c.Attempt.Task, Attempt: c.Attempt.N, Outputs: outputs}
}

func failed(c executor.Invoke, cause, message string, exitCode int) executor.Fact {
	return executor.Failed{
		Task: c.Attempt.Task, Attempt: c.Attempt.N, Cause: executor.Cause(cause), Message: message,
		Where: executor.Where{Node: node, ExitCode: exitCode},
	}
}
