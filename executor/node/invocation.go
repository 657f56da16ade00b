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
	From     map[string]string       // by input: the step that made it, or "inputs"
	Timeout  time.Duration           // 0 is none
	Callback *Callback               // nil: the function itself gives the outputs

	// ViaStore makes every file input come from, and every output go to, the
	// node's bucket: placement mode "store", the baseline without locality.
	ViaStore bool
}

// A Callback is what a function hands on with its work, to whoever will give
// the outputs in its place.
type Callback struct {
	Token string
	URL   string // that the token is shown at
}

// ForStep returns an attempt's invocation, but for its inputs, as the program
// has it.
func ForStep(p *dsl.Program, c executor.Invoke) Invocation {
	return Invocation{
		Attempt: c.Attempt, Function: p.FunctionOf(c.Step), From: sources(p, &p.Steps[c.Step]), Timeout: c.Timeout,
	}
}

// sources names, for each input of a step's function, the step that its value
// comes from.
func sources(p *dsl.Program, step *dsl.Step) map[string]string {
	from := make(map[string]string, len(step.With))
	for _, r := range step.Reads {
		if r.Binding == "" || from[r.Binding] != "" {
			continue
		}
		from[r.Binding] = "inputs"
		if r.Step != dsl.InputStep {
			from[r.Binding] = p.Steps[r.Step].Name
		}
	}
	return from
}

// env is what the process of the attempt finds beside what all find.
func (i *Invocation) env() []string {
	if i.Callback == nil {
		return nil
	}
	return []string{"WEFT_CALLBACK_TOKEN=" + i.Callback.Token, "WEFT_CALLBACK_URL=" + i.Callback.URL}
}

// ended is the fact of an attempt whose function has ended well. One that hands
// its work on has no outputs yet.
func (i *Invocation) ended(res result) executor.Fact {
	if i.Callback != nil {
		return executor.HandedOver{Task: i.Attempt.Task, Attempt: i.Attempt.N, Usage: res.usage, Moved: res.moved}
	}
	return executor.Succeeded{
		Task: i.Attempt.Task, Attempt: i.Attempt.N, Outputs: res.outputs, Usage: res.usage, Moved: res.moved,
	}
}

// handsOver returns the function without its outputs if whoever calls back
// gives them.
func (i *Invocation) handsOver() *dsl.Function {
	if i.Callback == nil {
		return i.Function
	}
	bare := *i.Function
	bare.Outputs = nil
	return &bare
}
