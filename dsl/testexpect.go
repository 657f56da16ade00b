package dsl

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// expectation reads what must come of a run; n may be nil.
func (c *testCompiler) expectation(n *node) Expectation {
	x := Expectation{Status: "succeeded", Error: c.text(n, "error"), Outputs: map[string]json.RawMessage{}}
	if status := c.text(n, "status"); status != "" {
		x.Status = status
	}
	if n.get("took") != nil {
		took := c.duration(n, "took")
		x.Took = &took
	}
	outputs := make([]Field, len(c.program.Outputs))
	for i, o := range c.program.Outputs {
		outputs[i] = Field{Name: o.Name, Type: o.Type}
	}
	x.Outputs = c.expected(n.get("outputs"), outputs, "the workflow has no output")
	for _, pr := range pairsOf(n.get("tasks")) {
		x.Tasks = append(x.Tasks, c.expectedTask(pr))
	}
	return x
}

// expected reads values of fields. Each may be null, which is what a value is
// that was never made.
func (c *testCompiler) expected(n *node, fields []Field, msg string) map[string]json.RawMessage {
	c.refuseUnknown(n, fields, msg)
	values := map[string]json.RawMessage{}
	for _, f := range fields {
		v := n.get(f.Name)
		if v == nil {
			continue
		}
		want := byName(f.Type)
		want.Nullable = true
		if c.constant(v, want) {
			values[f.Name] = encodeJSON(literalOf(v, want))
		}
	}
	return values
}

func (c *testCompiler) expectedTask(pr pair) ExpectedTask {
	t := ExpectedTask{Task: pr.key.text, Pos: pr.key.pos}
	name, item := stepOf(t.Task)
	i := slices.IndexFunc(c.program.Steps, func(s Step) bool { return s.Name == name })
	switch {
	case i < 0:
		c.add(pr.key.pos, t.Task, fmt.Sprintf("no step %q", name), suggest(name, c.program.stepNames()))
		return t
	case item && c.program.Steps[i].Foreach == nil && pr.key.text[len(name)] == '[':
		c.add(pr.key.pos, t.Task, fmt.Sprintf("step %s is no foreach", name), "write "+name)
	}
	if pr.value.kind == scalarNode {
		t.State = pr.value.text
		return t
	}
	t.State = c.text(pr.value, "state")
	if v := c.scalar(pr.value, "attempts"); v != nil {
		attempts, _ := strconv.Atoi(v.text)
		t.Attempts = &attempts
	}
	if function := c.program.Steps[i].Function; function >= 0 {
		f := &c.program.Functions[function]
		t.Inputs = c.expected(pr.value.get("inputs"), f.Inputs, "function "+f.Name+" has no input")
	}
	if more := t.Attempts != nil || len(t.Inputs) > 0; more && !item && c.program.Steps[i].Foreach != nil {
		c.add(pr.key.pos, t.Task, fmt.Sprintf("step %s is many tasks", name), "attempts and inputs are those of one: "+name+"[0]")
	}
	return t
}
