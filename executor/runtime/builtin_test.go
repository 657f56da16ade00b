package runtime

import (
	"context"
	"errors"
	"testing"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/object"
)

func call(name string, inputs map[string]string) *Call {
	c := &Call{
		Attempt:  executor.AttemptID{Run: "run", Task: "task", N: 1, Epoch: 1},
		Function: &dsl.Function{Builtin: name},
		Inputs:   map[string]object.Value{},
	}
	for input, text := range inputs {
		c.Inputs[input] = object.FromJSON([]byte(text))
		c.Function.Outputs = append(c.Function.Outputs, dsl.Field{Name: input})
	}
	return c
}

func TestIdentityHandsItsInputsOn(t *testing.T) {
	t.Parallel()
	out, err := Builtin{}.Run(t.Context(), call("identity", map[string]string{"value": "[1,2]"}))
	if err != nil || string(out.Outputs["value"].JSON) != "[1,2]" {
		t.Errorf("got %v, %v", out.Outputs, err)
	}
}

func TestFailFails(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{`"on purpose"`: "on purpose", "": "the builtin function fail was called"} {
		_, err := Builtin{}.Run(t.Context(), call("fail", map[string]string{"message": text}))
		var exit *ExitError
		if !errors.As(err, &exit) || exit.Message != want || exit.Code != 1 {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestSleepEndsWithItsContext(t *testing.T) {
	t.Parallel()
	if out, err := (Builtin{}).Run(t.Context(), call("sleep", map[string]string{"seconds": "0.002"})); err != nil ||
		out.Usage.Run < 2*time.Millisecond {
		t.Errorf("slept %v, %v", out.Usage.Run, err)
	}
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if _, err := (Builtin{}).Run(ctx, call("sleep", map[string]string{"seconds": "3600"})); !errors.Is(err, why) {
		t.Errorf("got %v, want the cause", err)
	}
}

func TestAnUnknownBuiltinIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := (Builtin{}).Run(t.Context(), call("format_disk", nil)); err == nil {
		t.Error("want an error")
	}
}
