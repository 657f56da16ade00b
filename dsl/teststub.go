package dsl

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.org/weft/object"
)

// A stubOutput is one output that a stub gives.
type stubOutput struct {
	field Field
	expr  *Expr
}

// stubsIn reads the stubs of a test, or of the file.
func (c *testCompiler) stubsIn(n *node) map[string]*Stub {
	stubs := map[string]*Stub{}
	for _, pr := range pairsOf(n.get("stubs")) {
		if s := c.stub(pr); s != nil {
			stubs[pr.key.text] = s
		}
	}
	return stubs
}

// stub reads what stands under the name of a task, a step or a function.
func (c *testCompiler) stub(pr pair) *Stub {
	function := c.stubbed(pr.key)
	if function == nil || pr.value.kind != mapNode {
		return nil
	}
	attempts := pr.value.get("attempts")
	if attempts == nil {
		return &Stub{Answers: []Answer{c.answer(pr.value, function)}}
	}
	if len(pr.value.pairs) > 1 {
		c.add(attempts.pos, "attempts", "attempts and an answer beside it", "write the answer as the last of attempts")
	}
	if len(attempts.items) == 0 {
		c.add(attempts.pos, "", "no attempts", "give at least one answer")
	}
	s := &Stub{}
	for _, n := range attempts.items {
		s.Answers = append(s.Answers, c.answer(n, function))
	}
	return s
}

// stubbed returns the function that a stub stands for, nil when there is none
// of that name. That of a step which waits has what is sent to it as outputs.
func (c *testCompiler) stubbed(key *node) *Function {
	step, _ := stepOf(key.text)
	for i := range c.program.Steps {
		if c.program.Steps[i].Name == step {
			return c.program.FunctionOf(i)
		}
	}
	for i := range c.program.Functions {
		if c.program.Functions[i].Name == key.text {
			return &c.program.Functions[i]
		}
	}
	names := c.program.stepNames()
	for i := range c.program.Functions {
		if name := c.program.Functions[i].Name; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	c.add(key.pos, key.text, fmt.Sprintf("no task, step or function %q", key.text), suggest(step, names))
	return nil
}

func (p *Program) stepNames() []string {
	names := make([]string, len(p.Steps))
	for i := range p.Steps {
		names[i] = p.Steps[i].Name
	}
	return names
}

// stepOf returns the step that a task's name begins with, and whether the name
// says more than that.
func stepOf(task string) (step string, item bool) {
	i := strings.IndexAny(task, "[#/")
	if i < 0 {
		return task, false
	}
	return task[:i], true
}

func (c *testCompiler) answer(n *node, f *Function) Answer {
	a := Answer{Takes: c.duration(n, "takes"), Fail: c.failure(n.get("fail"))}
	outputs := n.get("outputs")
	if a.Fail != nil {
		if outputs != nil {
			c.add(outputs.pos, "outputs", "fail and outputs", "who fails gives nothing: keep one of them")
		}
		return a
	}
	c.refuseUnknown(outputs, f.Outputs, "function "+f.Name+" has no output")
	for _, field := range f.Outputs {
		v := outputs.get(field.Name)
		if v == nil && field.Type.Nullable {
			continue
		}
		if v == nil && field.Default != nil {
			a.outputs = append(a.outputs, stubOutput{field, &Expr{term: &constTerm{object.FromJSON(field.Default), shape{Type: field.Type}}}})
			continue
		}
		if v == nil {
			c.add(n.pos, "", fmt.Sprintf("the stub does not give output %s of %s", field.Name, f.Name), "add it under outputs: "+field.Type.String())
			continue
		}
		if e := c.stubValue(v, field.Type, f); e != nil {
			a.outputs = append(a.outputs, stubOutput{field, e})
		}
	}
	return a
}

func (c *testCompiler) failure(n *node) *StubFailure {
	if n == nil {
		return nil
	}
	f := &StubFailure{Cause: "error", Message: "the stub fails", ExitCode: 1}
	if n.kind == scalarNode {
		f.Cause = n.text
		return f
	}
	if cause := c.text(n, "cause"); cause != "" {
		f.Cause = cause
	}
	if n.get("message") != nil {
		f.Message = c.text(n, "message")
	}
	if v := c.scalar(n, "exit_code"); v != nil {
		f.ExitCode, _ = strconv.Atoi(v.text)
	}
	return f
}

// stubValue checks what a stub gives for an output. A value that is computed
// is checked when it is there, since a name may stand for a file.
func (c *testCompiler) stubValue(n *node, want Type, function *Function) *Expr {
	env, err := c.envOf(function)
	if err != nil {
		c.add(n.pos, "", "cannot prepare expressions: "+err.Error(), "")
		return nil
	}
	if !hasExpressions(n) {
		e, _ := c.bind(n, byName(want), env)
		return e
	}
	k := c.value(n, env)
	if k == nil {
		return nil
	}
	return c.exprOf(n, k, env)
}

func (c *testCompiler) envOf(function *Function) (*stepEnv, error) {
	if env := c.envs[function]; env != nil {
		return env, nil
	}
	base, err := c.baseEnv()
	if err != nil {
		return nil, err
	}
	c.envs[function], err = newStepEnv(base, function.Inputs, nil)
	return c.envs[function], err
}

// Outputs returns what the function gives for its inputs, which are spelled
// out. Files are those of the test, by name.
func (a *Answer) Outputs(inputs map[string]object.Value, files map[string]string) (map[string]object.Value, error) {
	outputs := map[string]object.Value{}
	for _, o := range a.outputs {
		r := o.expr.Eval(inputScope{inputs: inputs}, nil)
		if r.Err == nil && !r.known() {
			r.Err = fmt.Errorf("%s reads what a stub cannot know", o.expr)
		}
		if r.Err == nil {
			r.Value = withFiles(r.Value, o.field, files)
			r.Err = conform(r.Value, o.field.Type)
		}
		if r.Err != nil {
			return nil, fmt.Errorf("output %s of the stub: %w", o.field.Name, r.Err)
		}
		outputs[o.field.Name] = r.Value
	}
	return outputs, nil
}
