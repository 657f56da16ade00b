package dsl

import (
	"fmt"
	"slices"
	"strconv"

	"cel.dev/cel-go/cel"
)

// A Repeat runs a step again and again. Its expressions read the outputs that
// the step made last by its own name, and `visit`, which counts from 1.
type Repeat struct {
	Until *Expr // evaluated after each visit
	Max   int   // visits
}

// visitVar counts the visits of a step that is repeated.
const visitVar = "visit"

func repeatKeys() []key {
	return []key{
		{name: "until", doc: "a condition that ends it, on the outputs of the visit", form: form{kind: formWord}, required: true},
		{name: "max", doc: "how often the step is run at most", form: form{kind: formInt, min: 1}, required: true},
	}
}

// declareRepeat makes `visit` known to the expressions of a step.
func (c *compiler) declareRepeat(s *stepDecl) {
	n := s.node.get("repeat")
	if n == nil || n.kind != mapNode {
		return
	}
	if s.step.Function == NoFunction {
		if s.step.Wait != nil {
			c.add(s.key.pos, s.key.text, fmt.Sprintf("step %s is repeated, and runs nothing", s.key.text), "repeat a step that has a function")
		}
		return
	}
	s.step.Repeat = &Repeat{}
	if v := c.scalar(n, "max"); v != nil {
		s.step.Repeat.Max, _ = strconv.Atoi(v.text)
	}
	inner, err := s.env.cel.Extend(cel.Variable(visitVar, cel.IntType))
	if err != nil {
		c.add(n.pos, "", "cannot prepare expressions: "+err.Error(), "")
		return
	}
	env := *s.env
	env.cel, env.repeats = inner, true
	s.env = &env
	if f := c.program.Functions[s.step.Function]; f.Pure { // what a visit made hangs on the visits before
		f.Pure = false
		s.step.Function = len(c.program.Functions)
		c.program.Functions = append(c.program.Functions, f)
	}
}

// compileRepeat checks what ends a step that is repeated.
func (c *compiler) compileRepeat(s *stepDecl) {
	n := c.scalar(s.node.get("repeat"), "until")
	if s.step.Repeat == nil || n == nil {
		return
	}
	e, k := c.bindCondition(n, "until", s.env)
	if e == nil {
		return
	}
	s.step.Repeat.Until = e
	s.use(s.others(k), "")
}

// others returns k without what it reads of the outputs that its own step made
// last: for that nobody waits, and nothing moves.
func (s *stepDecl) others(k *checked) *checked {
	if s.step.Repeat == nil || k == nil || !slices.Contains(k.steps, s.info) {
		return k
	}
	rest := *k
	rest.reads, rest.steps = nil, nil
	for i, r := range k.reads {
		if k.steps[i] == s.info && (!s.info.foreach || r.Items == ItemAt && r.Offset == 0) {
			continue
		}
		rest.reads, rest.steps = append(rest.reads, r), append(rest.steps, k.steps[i])
	}
	return &rest
}
