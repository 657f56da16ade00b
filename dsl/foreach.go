package dsl

import (
	"fmt"
	"slices"
	"strconv"

	"cel.dev/cel-go/common/ast"
)

// foreach checks the list that a step goes over and makes the names known that
// stand for its items. It leaves s.env nil when the list is not known.
func (c *compiler) foreach(s *stepDecl, n *node) {
	s.env = nil
	f := &Foreach{As: c.text(n, "as"), Index: c.text(n, "index")}
	if f.As == "" {
		f.As = "item"
	}
	if v := c.scalar(n, "max_parallel"); v != nil {
		f.MaxParallel, _ = strconv.Atoi(v.text)
	}
	c.loopName(n.get("as"), f.As)
	c.loopName(n.get("index"), f.Index)
	if f.As == f.Index {
		c.add(n.get("index").pos, f.Index, "as and index have the same name", "call the index "+f.Index+"_index")
	}
	in := n.get("in")
	if in == nil || in.isNull() {
		return
	}
	k := c.value(in, c.env)
	if k == nil {
		return
	}
	if k.shape.Kind != KindList && !(k.shape.any || k.shape.Kind == KindJSON && k.shape.of == nil) || k.shape.null {
		c.add(c.startOf(in), in.text, fmt.Sprintf("foreach goes over a list, and this is a %s", k.shape), "give it a list, such as range(n) or a file[]")
		return
	}
	k.term = c.rangeList(in, k)
	f.In = c.exprOf(in, k, c.env)
	s.use(lengthOnly(k), "")
	env, err := c.env.within(&loop{as: f.As, index: f.Index, item: itemTerm(k)})
	if err != nil {
		c.add(in.pos, in.text, "cannot prepare expressions: "+err.Error(), "")
		return
	}
	s.step.Foreach, s.env = f, env
}

// lengthOnly returns k with the reads of its control alone: of a list that
// another foreach makes, only how many items there are.
func lengthOnly(k *checked) *checked {
	if _, ok := k.term.(*gatherTerm); !ok {
		return k
	}
	control := *k
	control.reads = []Read{{Step: k.reads[0].Step, Items: ItemLength}}
	control.steps = k.steps[:1]
	return &control
}

func (c *compiler) loopName(n *node, name string) {
	if n != nil && slices.Contains(scopeNames(), name) {
		c.add(n.pos, name, fmt.Sprintf("%q has a meaning already", name), "choose another name")
	}
}

// rangeList makes range(n) a list that is never written out.
func (c *compiler) rangeList(in *node, k *checked) term {
	pieces, _ := scan(in.text)
	whole, ok := wholeExpr(pieces)
	computed, isCEL := k.term.(*celTerm)
	if !ok || !isCEL || in.kind != scalarNode {
		return k.term
	}
	root := computed.checked.Expr()
	if root.Kind() != ast.CallKind || root.AsCall().FunctionName() != "range" {
		return k.term
	}
	b := &termBuilder{newRecogniser(c.env), computed.checked}
	n, err := b.build(root.AsCall().Args()[0])
	if err != nil {
		c.add(place{c, in, whole}.start(), in.text, err.Error(), "")
		return k.term
	}
	return &rangeTerm{n}
}
