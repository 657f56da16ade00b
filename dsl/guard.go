package dsl

import (
	"fmt"
	"slices"
)

// A Guard makes a step run only when another sends it: as the branch of a
// switch, or as what a catch names. It then stands for that other step: its
// outputs are the outputs of both, item by item.
type Guard struct {
	Step int // index of the other step
}

// A Catch says which step stands for one that failed.
type Catch struct {
	On   []string // causes; empty is every one
	Then int      // index into Program.Steps
}

// A Branch is one branch of a switch.
type Branch struct {
	When *Expr // nil: the default, which is the last
	Then int   // index into Program.Steps
}

// Handles reports whether the catch takes a failure of that cause.
func (c *Catch) Handles(cause string) bool { return len(c.On) == 0 || slices.Contains(c.On, cause) }

func catchKeys() []key {
	return []key{
		{name: "on", doc: "causes of failure; without it every one", form: choice(enum(caughtCauses()...), list(enum(caughtCauses()...)))},
		{name: "as", doc: "the name of the error in the expressions of that step (error)", form: nameForm()},
		{name: "then", doc: "the step that stands for this one", form: text(), required: true},
	}
}

func caughtCauses() []string { return append(causes(), "expression") }

func switchKeys() []key {
	return []key{
		{name: "when", doc: "a condition", form: form{kind: formWord}},
		{name: "then", doc: "the step that runs if it is the first that holds", form: text()},
		{name: "default", doc: "the step that runs if none holds", form: text()},
	}
}

// A sending is one place of the file that sends a step: it is kept until all
// steps are known.
type sending struct {
	from, to *stepDecl
	then     *node // the name of the step that is sent
	as       string
	catch    bool
}

// declareGuards finds which step stands for which.
func (c *compiler) declareGuards() {
	for _, s := range c.steps {
		if n := s.node.get("switch"); n != nil {
			c.declareSwitch(s, n)
		}
		if n := s.node.get("catch"); n != nil {
			c.declareCatch(s, n)
		}
	}
	for _, s := range c.steps {
		root := s
		for n := 0; root.sent != nil && n < len(c.steps); n++ {
			root = root.sent.from
		}
		s.items = root.node.get("foreach")
		s.info.foreach = s.items != nil
		s.info.partial = s.items.get("tolerate") != nil
	}
	for _, s := range c.steps {
		c.switchOutputs(s, len(c.steps))
	}
}

func (c *compiler) declareCatch(s *stepDecl, n *node) {
	if s.node.get("switch") != nil {
		c.add(n.pos, "catch", fmt.Sprintf("step %s is a switch, which does nothing that could fail", s.key.text), "its branches can have catch")
		return
	}
	all := false
	for _, item := range n.items {
		then := c.scalar(item, "then")
		if all {
			c.add(item.pos, "", "this catch is never reached", "the one before takes every cause: give it on")
			return
		}
		all = item.get("on") == nil
		if then == nil {
			continue
		}
		as := c.text(item, "as")
		if as == "" {
			as = "error"
		}
		if slices.Contains(scopeNames(), as) {
			c.loopName(item.get("as"), as)
			continue
		}
		if to := c.send(&sending{from: s, then: then, as: as, catch: true}); to != nil {
			s.catch = append(s.catch, caught{on: textsOf(item.get("on")), to: to})
		}
	}
}

// A caught is a Catch before the steps are in their order.
type caught struct {
	on []string
	to *stepDecl
}

func textsOf(n *node) []string {
	switch {
	case n == nil:
		return nil
	case n.kind == scalarNode:
		return []string{n.text}
	}
	var texts []string
	for _, item := range n.items {
		texts = append(texts, item.text)
	}
	return texts
}

// send makes a step one that another sends. It returns nil for a mistake.
func (c *compiler) send(x *sending) *stepDecl {
	name := x.then.text
	i := slices.IndexFunc(c.steps, func(s *stepDecl) bool { return s.key.text == name })
	if i < 0 {
		c.add(x.then.pos, name, fmt.Sprintf("unknown step %q", name), suggest(name, c.stepNames()))
		return nil
	}
	to := c.steps[i]
	x.to = to
	switch {
	case to.info.stage != x.from.info.stage:
		c.add(x.then.pos, name, fmt.Sprintf("step %s stands under %s", name, stageKeys()[to.info.stage]), "name one that stands under "+stageKeys()[x.from.info.stage])
	case to == x.from:
		c.add(x.then.pos, name, fmt.Sprintf("step %s sends itself", name), "name another step")
	case to.sent != nil && to.sent.from == x.from && !x.catch:
		return to // two branches of one switch may meet
	case to.sent != nil:
		c.add(x.then.pos, name, fmt.Sprintf("step %s stands for %s already", name, to.sent.from.key.text),
			"a step stands for one other: write a second one that uses the same function")
	case to.node.get("foreach") != nil && x.from.node.get("foreach") != nil:
		c.add(x.then.pos, name, fmt.Sprintf("step %s has a foreach of its own", name),
			fmt.Sprintf("leave it out: it has the items of %s", x.from.key.text))
	case to.node.get("foreach") != nil:
		c.add(x.then.pos, name, fmt.Sprintf("step %s has a foreach, and %s for which it stands has none", name, x.from.key.text),
			"leave it out, or put the foreach on "+x.from.key.text)
	case x.catch && to.node.get("if") != nil:
		c.add(x.then.pos, name, fmt.Sprintf("step %s has an if, but must run when %s fails", name, x.from.key.text),
			"leave it out, and say in catch on which causes it runs")
	default:
		to.sent = x
		return to
	}
	return nil
}

func (c *compiler) stepNames() []string {
	names := make([]string, len(c.steps))
	for i, s := range c.steps {
		names[i] = s.key.text
	}
	return names
}

// guardEnv makes the error known in the expressions of a step that handles it.
func (c *compiler) guardEnv(s *stepDecl) {
	if s.sent == nil || !s.sent.catch || s.env == nil {
		return
	}
	env, err := s.env.withError(s.sent.as)
	if err != nil {
		c.add(s.key.pos, s.key.text, "cannot prepare expressions: "+err.Error(), "")
		return
	}
	s.env = env
}

// guard lets the step wait for the one that sends it.
func (c *compiler) guard(s *stepDecl) {
	if s.sent == nil {
		return
	}
	from := s.sent.from
	if s.sent.catch && slices.Contains(s.from, from.info) {
		c.add(s.key.pos, s.key.text, fmt.Sprintf("step %s handles the failure of %s, whose outputs then do not exist", s.key.text, from.key.text),
			"what happened is in "+s.sent.as)
	}
	r := Read{Step: from.info.index}
	if from.info.foreach {
		r.Items = ItemAt
	}
	s.reads = append(s.reads, r)
	s.from = append(s.from, from.info)
}

// targets returns the steps that may stand for s, and those that may stand for
// them.
func (s *stepDecl) targets() []*stepDecl {
	all := []*stepDecl{s}
	for i := 0; i < len(all); i++ {
		next := make([]*stepDecl, 0, len(all[i].catch)+len(all[i].branches))
		for _, k := range all[i].catch {
			next = append(next, k.to)
		}
		for _, b := range all[i].branches {
			next = append(next, b.to)
		}
		for _, to := range next {
			if !slices.Contains(all, to) {
				all = append(all, to)
			}
		}
	}
	return all[1:]
}

// checkCaught reports an output that somebody reads of a step with catch, and
// that a step which may stand for it does not make.
func (c *compiler) checkCaught() {
	for _, s := range c.steps {
		for i, r := range s.reads {
			if s.from[i] != nil && (s.sent == nil || s.from[i] != s.sent.from.info) {
				c.checkCaughtRead(c.steps[s.from[i].index], r)
			}
		}
	}
	for _, out := range c.program.Outputs {
		for _, r := range out.Reads {
			if r.Step != InputStep {
				c.checkCaughtRead(c.steps[r.Step], r)
			}
		}
	}
}

func (c *compiler) checkCaughtRead(s *stepDecl, r Read) {
	if r.Items == ItemLength {
		return
	}
	for _, k := range s.catch {
		for _, f := range s.info.outputs {
			if r.Field != "" && r.Field != f.Name {
				continue
			}
			made, ok := k.to.info.output(f.Name)
			at := k.to.sent.then
			hint := fmt.Sprintf("add %s: { type: %q } to the outputs of %s", f.Name, f.Type, k.to.key.text)
			switch {
			case !ok:
				c.add(at.pos, at.text, fmt.Sprintf("%s stands for %s, whose output %s is read, and makes none", k.to.key.text, s.key.text, f.Name), hint)
			case !fits(made.Type, f.Type) || made.Type.Nullable && !f.Type.Nullable:
				c.add(at.pos, at.text, fmt.Sprintf("output %s of %s is %s, and %s of %s for which it stands", f.Name, k.to.key.text, article(made.Type.String()), article(f.Type.String()), s.key.text), hint)
			}
		}
	}
}
