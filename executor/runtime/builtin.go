package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// Builtin runs the functions that are part of this binary:
//
//	noop      does nothing; an output takes the input of its name, or null
//	identity  the same, under the name that says so
//	sleep     waits `seconds`
//	fail      fails with `message`
//
// Those that list the items of a file read and write objects: a node has them.
type Builtin struct{}

var _ Runtime = Builtin{}

// Builtins returns the names of the builtin functions, sorted.
func Builtins() []string { return []string{"fail", "identity", "noop", "sleep"} }

// Run runs the builtin function that the call names.
func (Builtin) Run(ctx context.Context, c *Call) (Outcome, error) {
	start := time.Now()
	err := runBuiltin(ctx, c)
	out := Outcome{}
	out.Usage.Run = time.Since(start)
	if err == nil {
		out.Outputs = sameNames(c)
	}
	return out, err
}

func runBuiltin(ctx context.Context, c *Call) error {
	switch c.Function.Builtin {
	case "noop", "identity":
		return nil
	case "sleep":
		return sleep(ctx, c)
	case "fail":
		return fail(c)
	default:
		return fmt.Errorf("no builtin function %q; there are %v", c.Function.Builtin, Builtins())
	}
}

// sameNames gives every declared output the input of its name.
func sameNames(c *Call) map[string]object.Value {
	if len(c.Function.Outputs) == 0 {
		return nil
	}
	outputs := make(map[string]object.Value, len(c.Function.Outputs))
	for _, f := range c.Function.Outputs {
		outputs[f.Name] = c.Inputs[f.Name]
	}
	return outputs
}

func sleep(ctx context.Context, c *Call) error {
	var seconds float64
	if err := read(c, "seconds", &seconds); err != nil {
		return err
	}
	timer := time.NewTimer(time.Duration(seconds * float64(time.Second)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func fail(c *Call) error {
	message := "the builtin function fail was called"
	if err := read(c, "message", &message); err != nil {
		return err
	}
	return &ExitError{Code: 1, Message: message}
}

// read sets to from an input, or from its default. It leaves to alone when
// there is neither.
func read(c *Call, input string, to any) error {
	text := c.Inputs[input].JSON
	if len(text) == 0 {
		i := slices.IndexFunc(c.Function.Inputs, func(f dsl.Field) bool { return f.Name == input })
		if i < 0 || len(c.Function.Inputs[i].Default) == 0 {
			return nil
		}
		text = c.Function.Inputs[i].Default
	}
	if err := json.Unmarshal(text, to); err != nil {
		return &ExitError{Code: 2, Message: fmt.Sprintf("cannot read input %s: %v", input, err)}
	}
	return nil
}
