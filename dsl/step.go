package dsl

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A stepDecl is a step on its way into the program.
type stepDecl struct {
	step  Step
	info  *stepInfo
	node  *node
	key   *node
	env   *stepEnv
	reads []Read
	from  []*stepInfo // by place in reads; nil for the workflow's inputs
	needs []*stepInfo
	body  *node // of an inline function

	sent     *sending // by another step; nil: it runs by itself
	items    *node    // the foreach that it has, perhaps of the step for which it stands
	catch    []caught
	branches []branchDecl
}

// use adds the references of an expression that feeds an input of the function
// (none: it controls the step).
func (s *stepDecl) use(k *checked, binding string) {
	if binding != "" {
		k = s.others(k)
	}
	if k == nil {
		return
	}
	for i, r := range k.reads {
		r.Binding = binding
		s.reads = append(s.reads, r)
		s.from = append(s.from, k.steps[i])
	}
}

// declareSteps finds the steps and what they make, which expressions may then
// read.
func (c *compiler) declareSteps() {
	if steps := c.root.get("steps"); steps != nil && steps.kind == mapNode && len(steps.pairs) == 0 {
		c.add(steps.pos, "", "the workflow has no steps", "add one, such as hello: {run: echo hello}")
	}
	for stage, section := range stageKeys() {
		c.declareStage(Stage(stage), c.root.get(section))
	}
	c.declareGuards()
}

func (c *compiler) declareStage(stage Stage, steps *node) {
	if steps == nil {
		return
	}
	for _, pr := range steps.pairs {
		if i := slices.IndexFunc(c.steps, func(s *stepDecl) bool { return s.key.text == pr.key.text }); i >= 0 {
			c.add(pr.key.pos, pr.key.text, fmt.Sprintf("a second step %q", pr.key.text), fmt.Sprintf("it stands already in line %d; choose another name", c.steps[i].key.pos.Line))
			continue
		}
		s := &stepDecl{node: pr.value, key: pr.key, info: &stepInfo{name: pr.key.text, index: len(c.steps), stage: stage}}
		s.step = Step{Name: pr.key.text, Function: NoFunction, Stage: stage, Pos: pr.key.pos}
		c.steps = append(c.steps, s)
		before := len(c.errs)
		c.chooseFunction(s)
		s.info.unclear = s.step.Function == NoFunction && len(s.info.outputs) == 0 && len(c.errs) > before
		if s.step.Function != NoFunction {
			s.info.outputs = c.program.Functions[s.step.Function].Outputs
		}
		c.declareCallback(s)
	}
}

// chooseFunction finds the function that a step runs: one that it names, or
// one that is written in it.
func (c *compiler) chooseFunction(s *stepDecl) {
	bodies := c.bodiesIn(s.node)
	uses := c.scalar(s.node, "uses")
	switch {
	case s.node.kind != mapNode:
		if s.node.isNull() {
			c.add(s.key.pos, s.key.text, fmt.Sprintf("step %s does nothing", s.key.text), "give it uses: FUNCTION, or run, exec, builtin or workflow")
		}
	case waitsAlone(s.node):
		c.declareWait(s)
	case s.node.get("switch") != nil:
	case uses == nil && len(bodies) == 0:
		if !hasOtherKey(s.node, stepKeys()) {
			c.add(s.key.pos, s.key.text, fmt.Sprintf("step %s does nothing", s.key.text), "give it uses: FUNCTION, or run, exec, builtin or workflow")
		}
	case uses != nil && len(bodies) > 0:
		c.add(bodies[0].pos, bodies[0].text, fmt.Sprintf("step %s has uses and %s", s.key.text, bodies[0].text), "keep one of them")
	case uses != nil:
		c.useFunction(s, uses)
	default:
		s.body = s.node
		s.step.Function = len(c.program.Functions)
		c.program.Functions = append(c.program.Functions, c.function(s.key, s.node))
	}
}

// hasOtherKey reports whether n has a key that is unknown or not supported
// yet: then it is that mistake which keeps n from doing anything.
func hasOtherKey(n *node, keys []key) bool {
	return slices.ContainsFunc(n.pairs, func(p pair) bool {
		i := slices.IndexFunc(keys, func(k key) bool { return k.name == p.key.text })
		return i < 0 || keys[i].later
	})
}

// useFunction binds a step to a function by name. What the step says of
// resources, environment and the like holds for this step alone.
func (c *compiler) useFunction(s *stepDecl, uses *node) {
	i, ok := c.functions[uses.text]
	if !ok {
		c.add(uses.pos, uses.text, fmt.Sprintf("unknown function %q", uses.text), suggest(uses.text, c.functionNames()))
		return
	}
	s.step.Function = i
	if c.program.Functions[i].Workflow != nil {
		c.refuseOwn("step "+s.key.text, s.node)
		return
	}
	for _, k := range []string{"outputs", "shell"} {
		if n := s.node.get(k); n != nil {
			c.add(n.pos, k, fmt.Sprintf("%s belongs to the function %s", k, uses.text), "move it there")
		}
	}
	if own := slices.ContainsFunc([]string{"resources", "env", "pure", "cache", "requires"}, func(k string) bool { return s.node.get(k) != nil }); own {
		s.step.Function = len(c.program.Functions)
		c.program.Functions = append(c.program.Functions, c.override(c.program.Functions[i], s.node))
	}
}

func (c *compiler) functionNames() []string {
	var names []string
	if fs := c.root.get("functions"); fs != nil {
		for _, pr := range fs.pairs {
			names = append(names, pr.key.text)
		}
	}
	return names
}

// compileStep checks the expressions of a step.
func (c *compiler) compileStep(s *stepDecl) {
	if s.node.kind != mapNode {
		return
	}
	s.env = c.env
	if s.info.stage != StageMain {
		s.env = c.lateEnv
	}
	if s.items != nil && s.items.kind == mapNode {
		c.foreach(s, s.items)
	}
	c.guardEnv(s)
	if s.env == nil {
		return // what the item is, nobody knows
	}
	c.declareRepeat(s)
	c.condition(s)
	c.needs(s)
	if s.step.Function != NoFunction {
		if s.body != nil {
			c.hoist(s)
		}
		c.with(s)
		f := &c.program.Functions[s.step.Function]
		s.step.Retry, s.step.Timeout = f.Retry, f.Timeout
	}
	if s.step.Wait != nil {
		c.compileWait(s)
	}
	c.compileSwitch(s)
	c.guard(s)
	c.compileRepeat(s)
	c.checkStage(s)
	if n := s.node.get("retry"); n != nil {
		s.step.Retry = c.retry(n)
	}
	if s.node.get("timeout") != nil {
		s.step.Timeout = c.duration(s.node, "timeout")
	}
	s.step.Deadline = c.duration(s.node, "deadline")
}

func (c *compiler) condition(s *stepDecl) {
	n := c.scalar(s.node, "if")
	if n == nil {
		return
	}
	e, k := c.bindCondition(n, "if", s.env)
	if e == nil {
		return
	}
	s.step.If = e
	if s.step.Foreach != nil {
		s.step.Foreach.PerItemIf = k.inLoop
	}
	s.use(k, "")
}

func (c *compiler) needs(s *stepDecl) {
	n := s.node.get("needs")
	if n == nil {
		return
	}
	if n.kind == mapNode {
		c.atLeast(s, n)
		n = n.get("of")
	}
	if n == nil {
		return
	}
	for _, item := range n.items {
		info := c.env.types.steps[item.text]
		switch {
		case info == nil:
			c.add(item.pos, item.text, fmt.Sprintf("unknown step %q", item.text), suggest(item.text, c.env.types.stepNames()))
		case info == s.info:
			c.add(item.pos, item.text, fmt.Sprintf("step %s needs itself", item.text), "leave it out")
		case !slices.Contains(s.needs, info):
			s.needs = append(s.needs, info)
		}
	}
}

// atLeast checks of how many steps one needs so many.
func (c *compiler) atLeast(s *stepDecl, n *node) {
	most := c.scalar(n, "at_least")
	if most == nil || n.get("of") == nil {
		return
	}
	s.step.AtLeast, _ = strconv.Atoi(most.text)
	if count := len(n.get("of").items); s.step.AtLeast > count {
		c.add(most.pos, most.text, fmt.Sprintf("step %s needs %d of %d steps", s.key.text, s.step.AtLeast, count), fmt.Sprintf("at most %d", count))
	}
	if s.step.If != nil && s.step.If.OnStatus() {
		c.add(most.pos, most.text, "at_least stands beside a condition on how steps ended, which waits for all of them", "keep one of them")
	}
}

// with binds the inputs of the function.
func (c *compiler) with(s *stepDecl) {
	f := &c.program.Functions[s.step.Function]
	given := s.node.get("with")
	if given != nil && given.kind != mapNode {
		given = nil
	}
	if given != nil {
		for _, pr := range given.pairs {
			if _, ok := fieldNamed(f.Inputs, pr.key.text); !ok {
				c.add(pr.key.pos, pr.key.text, fmt.Sprintf("%s has no input %q", f.title(), pr.key.text), suggest(pr.key.text, fieldNames(f.Inputs)))
			}
		}
	}
	hoisted := s.step.With
	s.step.With = nil
	for _, in := range f.Inputs {
		if i := slices.IndexFunc(hoisted, func(b Binding) bool { return b.Input == in.Name }); i >= 0 {
			s.step.With = append(s.step.With, hoisted[i])
			continue
		}
		v := given.get(in.Name)
		if v == nil {
			if in.Default == nil {
				c.add(s.key.pos, s.key.text, fmt.Sprintf("step %s does not give input %s of %s", s.key.text, in.Name, strings.TrimPrefix(f.title(), "function ")), "add "+in.Name+" under with")
			}
			continue
		}
		e, k := c.bind(v, in.Type, s.env)
		if e != nil {
			s.step.With = append(s.step.With, Binding{in.Name, e})
			s.use(k, in.Name)
		}
	}
}

// compileOutputs checks the outputs of the workflow.
func (c *compiler) compileOutputs() {
	outputs := c.root.get("outputs")
	if outputs == nil {
		return
	}
	for _, pr := range outputs.pairs {
		n, want, typed := pr.value, Type{Kind: KindJSON, Nullable: true}, false
		if n.kind == mapNode {
			if n.get("type") != nil {
				want, _ = parseType(c.text(n, "type"))
				typed = true
			}
			n = n.get("value")
		}
		if n == nil || n.isNull() {
			continue
		}
		if n.kind == scalarNode && n.tag == "!!str" && strings.HasPrefix(n.text, "steps.") {
			c.add(n.pos, n.text, "text, not an expression", "write ${{ "+n.text+" }}")
			continue
		}
		e, k := c.bind(n, want, c.env)
		if e == nil {
			continue
		}
		if !typed {
			want = k.shape.Type
		}
		c.checkResultStage(pr.key, k)
		c.program.Outputs = append(c.program.Outputs, Output{Name: pr.key.text, Type: want, Expr: e, Pos: pr.key.pos, Reads: k.reads})
	}
}
