package dsl

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Wait is what a step waits for. It runs no function, but one that waits for a
// callback does: the function hands its work on and ends, and the task goes on
// until somebody calls back.
type Wait struct {
	For      time.Duration // how long; 0 when Until or a signal ends it, or an expression says how long
	Signal   string        // what ends it, see Program.SignalStep; empty: only time does
	Approval bool          // the signal is a person's answer
	Callback bool          // after its function has ended
	Timeout  time.Duration // of a signal or a callback; 0: it may take for ever

	// Heartbeat is how long nothing may be heard of a callback's work; 0: as long
	// as it likes.
	Heartbeat time.Duration
}

// The bindings of a step that waits, by the keys of `wait`. Their values are
// text.
const (
	WaitFor      = "for"      // a duration
	WaitUntil    = "until"    // a time
	WaitApproval = "approval" // what people are asked
)

// Limit reads how long or until when a step waits, as its expressions gave it.
func (w *Wait) Limit(binding, text string) (within time.Duration, until time.Time, err error) {
	if binding == WaitFor {
		within, err = parseDuration(text)
		return within, until, err
	}
	until, err = time.Parse(time.RFC3339, text)
	if err != nil {
		err = fmt.Errorf("cannot read the time %q: %s", text, untilHint)
	}
	return 0, until, err
}

const untilHint = "a time as in RFC 3339, such as 2026-01-02T15:04:05Z"

// SignalStep returns the step that waits for a signal, or -1. In a foreach item
// i waits for the signal NAME[i]; an approval is a signal with the name of its
// step.
func (p *Program) SignalStep(signal string) int {
	name, _, isItem := strings.Cut(signal, "[")
	return slices.IndexFunc(p.Steps, func(s Step) bool {
		return s.Wait != nil && s.Wait.Signal == name && name != "" && isItem == (s.Foreach != nil)
	})
}

func waitKeys() []key {
	return []key{
		{name: "for", doc: "how long: a duration", form: form{kind: formWord}},
		{name: "until", doc: "until when: a time", form: form{kind: formWord}},
		{name: "signal", doc: "the name of a signal", form: nameForm()},
		{name: "approval", doc: "what people are asked: their answer is the signal with the step's name", form: text()},
		{name: "callback", doc: "true: the step's function hands its work on, and ends when somebody calls back", form: form{kind: formBool}},
		{name: "timeout", doc: "how long a signal or callback may take", form: durationForm()},
	}
}

// approvalOutputs are what an approval makes.
func approvalOutputs() []Field {
	return []Field{
		{Name: "approved", Type: Type{Kind: KindBool}},
		{Name: "by", Type: Type{Kind: KindString}, Default: []byte(`""`)},
		{Name: "comment", Type: Type{Kind: KindString}, Default: []byte(`""`)},
	}
}

// declareWait reads what a step waits for and what that makes.
func (c *compiler) declareWait(s *stepDecl) {
	n := s.node.get("wait")
	s.step.Wait = &Wait{Timeout: c.duration(n, "timeout")}
	for _, k := range append(c.bodiesIn(s.node), keysOf(s.node, "uses", "with", "shell", "env", "resources", "pure", "cache", "requires", "timeout")...) {
		hint := "take it out, or make it a step of its own"
		if k.text == "timeout" {
			hint = "write it within wait"
		}
		c.add(k.pos, k.text, fmt.Sprintf("step %s waits, and has %s", s.key.text, k.text), hint)
	}
	if what := c.waitsFor(n); what != "" {
		c.waitFor(s, n, what)
	}
	s.step.Outputs = s.info.outputs
}

// waitsFor returns the one key that says for what a step waits; empty when that
// is a mistake.
func (c *compiler) waitsFor(n *node) string {
	what := keysOf(n, "for", "until", "signal", "approval", "callback")
	switch {
	case n.kind != mapNode:
	case len(what) == 0 && !hasOtherKey(n, waitKeys()):
		c.add(n.pos, "", "wait does not say for what", "one of for, until, signal, approval and callback")
	case len(what) > 1:
		c.add(what[1].pos, what[1].text, fmt.Sprintf("wait has %s and %s", what[0].text, what[1].text), "keep one of them")
	case len(what) == 1:
		return what[0].text
	}
	return ""
}

// waitsAlone reports whether a step waits for something other than the callback
// of its function.
func waitsAlone(n *node) bool {
	w := n.get("wait")
	return w != nil && len(keysOf(w, "callback")) == 0
}

// declareCallback reads that a step's function ends when somebody calls back.
func (c *compiler) declareCallback(s *stepDecl) {
	w, beat := s.node.get("wait"), keysOf(s.node, "heartbeat")
	if w == nil || waitsAlone(s.node) {
		for _, k := range beat {
			c.add(k.pos, k.text, "heartbeat without a callback", "it belongs to wait: {callback: true}")
		}
		return
	}
	s.step.Wait = &Wait{Callback: true, Timeout: c.duration(w, "timeout"), Heartbeat: c.duration(s.node, "heartbeat")}
	if c.waitsFor(w) != "" && c.text(w, "callback") == "false" {
		v := w.get("callback")
		c.add(v.pos, v.text, "callback: false", "leave wait out")
	}
	if s.step.Function == NoFunction {
		return
	}
	f := &c.program.Functions[s.step.Function]
	if f.Cache != nil {
		c.add(w.pos, "cache", fmt.Sprintf("step %s waits for a callback, whose answer is nothing that its inputs decide", s.key.text), "take cache out of its function")
	}
	for _, o := range f.Outputs {
		if o.Path != "" {
			c.add(o.Pos, o.Name, fmt.Sprintf("output %s is sent and has no path", o.Name), "leave it out: a file is sent as the id of an object")
		}
	}
}

// checkSent reports outputs that a function writes and that are sent.
func (c *compiler) checkSent(f Function) {
	for _, o := range f.Outputs {
		if f.tells(o.Name) {
			c.add(o.Pos, o.Name, fmt.Sprintf("output %s is sent, and the function writes it", o.Name), "who calls back gives it: take ${{ outputs."+o.Name+" }} out")
		}
	}
}

// waitFor reads one kind of wait.
func (c *compiler) waitFor(s *stepDecl, n *node, what string) {
	w := s.step.Wait
	outputs, limit := keysOf(s.node, "outputs"), keysOf(n, "timeout")
	switch what {
	case "signal":
		w.Signal = c.text(n, "signal")
		s.info.outputs = c.payload(s.node.get("outputs"))
	case "approval":
		w.Signal, w.Approval = s.key.text, true
		s.info.outputs = approvalOutputs()
	default:
		for _, k := range limit {
			c.add(k.pos, k.text, "a wait for a time has no timeout", "leave it out")
		}
	}
	if what != "signal" && len(outputs) > 0 {
		c.add(outputs[0].pos, "outputs", fmt.Sprintf("the outputs of step %s are given", s.key.text), "leave them out")
	}
	for _, other := range c.steps {
		if o := other.step.Wait; o != nil && o != w && o.Signal == w.Signal && w.Signal != "" {
			c.add(s.key.pos, s.key.text, fmt.Sprintf("step %s waits for the signal %s, as step %s does", s.key.text, w.Signal, other.key.text),
				"a signal is for one step: give it another name")
		}
	}
}

// payload reads outputs that are sent from outside: nobody collects them from a
// working directory.
func (c *compiler) payload(n *node) []Field {
	fields := c.fields(n)
	if n == nil {
		return fields
	}
	for _, pr := range n.pairs {
		for _, k := range keysOf(pr.value, "path") {
			c.add(k.pos, k.text, fmt.Sprintf("output %s is sent and has no path", pr.key.text), "leave it out: a file is sent as the id of an object")
		}
	}
	return fields
}

// compileWait checks the expressions of a step that waits.
func (c *compiler) compileWait(s *stepDecl) {
	n := s.node.get("wait")
	for _, what := range []string{WaitFor, WaitUntil, WaitApproval} {
		v := c.scalar(n, what)
		switch {
		case v == nil:
		case what != WaitApproval && !hasExpr(v.text):
			c.fixedWait(s, v, what)
		default:
			if e, k := c.bind(v, Type{Kind: KindString}, s.env); e != nil {
				s.step.With = append(s.step.With, Binding{what, e})
				s.use(k, "")
			}
		}
	}
}

// fixedWait reads a duration or time without expressions.
func (c *compiler) fixedWait(s *stepDecl, v *node, what string) {
	d, _, err := s.step.Wait.Limit(what, v.text)
	switch {
	case err != nil:
		hint := durationHint
		if what == WaitUntil {
			hint = untilHint
		}
		c.add(v.pos, v.text, what+": "+strings.TrimSuffix(err.Error(), ": "+untilHint), hint)
	case what == WaitFor:
		s.step.Wait.For = d
	default:
		k := literalValue(v, Type{Kind: KindString})
		s.step.With = append(s.step.With, Binding{what, c.exprOf(v, k, s.env)})
	}
}

// keysOf returns those keys of a mapping that it has.
func keysOf(n *node, names ...string) []*node {
	var keys []*node
	if n == nil {
		return nil
	}
	for _, pr := range n.pairs {
		if slices.Contains(names, pr.key.text) {
			keys = append(keys, pr.key)
		}
	}
	return keys
}
