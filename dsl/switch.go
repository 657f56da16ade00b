package dsl

import (
	"fmt"
	"slices"
)

// A branchDecl is a Branch before the steps are in their order.
type branchDecl struct {
	when *node // nil: the default
	expr *Expr
	to   *stepDecl
}

// besideSwitch are the keys that a step with switch may have.
func besideSwitch() []string {
	return []string{"switch", "description", "needs", "if", "foreach", "catch"}
}

// declareSwitch reads the branches of a switch.
func (c *compiler) declareSwitch(s *stepDecl, n *node) {
	for _, pr := range s.node.pairs {
		if !slices.Contains(besideSwitch(), pr.key.text) {
			c.add(pr.key.pos, pr.key.text, fmt.Sprintf("step %s is a switch and has %s", s.key.text, pr.key.text), "a switch runs nothing itself: move it to the branches")
		}
	}
	for i, item := range n.items {
		when, then, other := c.scalar(item, "when"), c.scalar(item, "then"), c.scalar(item, "default")
		switch {
		case item.kind != mapNode:
			continue
		case other != nil && (when != nil || then != nil):
			c.add(item.pos, "", "a branch has when and then, or default alone", "write two branches")
			continue
		case other != nil && i < len(n.items)-1:
			c.add(other.pos, other.text, "the default is not the last branch", "move it to the end: what follows is never reached")
		case other == nil && when == nil:
			c.add(item.pos, "", "a branch without a condition", "add when, or write default: STEP")
			continue
		case other == nil && then == nil:
			c.add(item.pos, "", "a branch that leads nowhere", "add then: STEP")
			continue
		}
		if other != nil {
			then = other
		}
		if to := c.send(&sending{from: s, then: then}); to != nil {
			s.branches = append(s.branches, branchDecl{when: when, to: to})
		}
	}
}

// switchOutputs declares what all branches of a switch make. Depth bounds the
// switches inside each other: one that leads to itself is reported elsewhere.
func (c *compiler) switchOutputs(s *stepDecl, depth int) []Field {
	if s.node.get("switch") == nil || depth == 0 {
		return s.info.outputs
	}
	var common []Field
	for i, b := range s.branches {
		outputs := c.switchOutputs(b.to, depth-1)
		if i == 0 {
			common = slices.Clone(outputs)
			continue
		}
		common = slices.DeleteFunc(common, func(f Field) bool {
			o, ok := fieldNamed(outputs, f.Name)
			return !ok || !o.Type.equal(f.Type)
		})
	}
	s.info.outputs, s.step.Outputs = common, common
	return common
}

// compileSwitch checks the conditions of the branches.
func (c *compiler) compileSwitch(s *stepDecl) {
	for i := range s.branches {
		b := &s.branches[i]
		if b.when == nil {
			continue
		}
		e, k := c.bindCondition(b.when, "when", s.env)
		if e == nil {
			continue
		}
		if k.onStatus {
			c.add(b.when.pos, b.when.text, "a branch cannot ask how steps ended", "use if of a step, or catch")
			continue
		}
		b.expr = e
		s.use(k, "")
	}
}
