package dsl

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
)

// foreach checks the list that a step goes over and makes the names known that
// stand for its items. It leaves s.env nil when the list is not known.
func (c *compiler) foreach(s *stepDecl, n *node) {
	outer := s.env
	s.env = nil
	f := &Foreach{As: c.text(n, "as"), Index: c.text(n, "index")}
	if f.As == "" {
		f.As = "item"
	}
	if v := c.scalar(n, "max_parallel"); v != nil {
		f.MaxParallel, _ = strconv.Atoi(v.text)
	}
	if v := c.scalar(n, "tolerate"); v != nil {
		if t, err := parseTolerance(v.text); err == nil {
			f.Tolerate = &t
		}
	}
	f.Batch = c.batchSize(n)
	c.loopName(n.get("as"), f.As)
	c.loopName(n.get("index"), f.Index)
	if f.As == f.Index {
		c.add(n.get("index").pos, f.Index, "as and index have the same name", "call the index "+f.Index+"_index")
	}
	in := n.get("in")
	if in == nil || in.isNull() {
		return
	}
	k := c.value(in, outer)
	if k == nil {
		return
	}
	if k.shape.Kind != KindList && !(k.shape.any || k.shape.Kind == KindJSON && k.shape.of == nil) || k.shape.null {
		hint := "give it a list, such as range(n) or a file[]"
		if pieces, _ := scan(in.text); k.shape.Kind == KindInt && len(pieces) == 1 {
			hint = "write range(" + strings.TrimSpace(pieces[0].text) + ")"
		}
		c.add(c.startOf(in), in.text, "foreach goes over a list, and this is "+article(k.shape.String()), hint)
		return
	}
	k.term = c.lazyList(in, k)
	f.In = c.exprOf(in, k, outer)
	s.use(lengthOnly(k), "")
	env, err := outer.within(&loop{as: f.As, index: f.Index, item: f.takes(k)})
	if err != nil {
		c.add(in.pos, in.text, "cannot prepare expressions: "+err.Error(), "")
		return
	}
	s.step.Foreach, s.env = f, env
}

// lengthOnly returns k with the reads of its control alone: of a list that
// another foreach makes, only how many items there are.
func lengthOnly(k *checked) *checked {
	control := *k
	switch t := k.term.(type) {
	case *gatherTerm:
		control.reads = []Read{{Step: k.reads[0].Step, Items: ItemLength}}
		control.steps = k.steps[:1]
	case *zipTerm:
		control.reads, control.steps = nil, nil
		for _, list := range t.lists {
			control.take(lengthOnly(list))
		}
	}
	return &control
}

func (c *compiler) loopName(n *node, name string) {
	if n != nil && slices.Contains(scopeNames(), name) {
		c.add(n.pos, name, fmt.Sprintf("%q has a meaning already", name), "choose another name")
	}
}

// lazyList makes range and zip lists that are never written out. A range has a
// computed length at most, the lists of a zip are not computed.
func (c *compiler) lazyList(in *node, k *checked) term {
	computed, isCEL := k.term.(*celTerm)
	if !isCEL || in.kind != scalarNode {
		return k.term
	}
	b := &termBuilder{newRecogniser(c.env), computed.checked}
	root := computed.checked.Expr()
	if arg, ok := callOf(root, "range", 1); ok {
		n, err := b.build(arg[0])
		if err != nil {
			c.add(c.startOf(in), in.text, err.Error(), "")
			return k.term
		}
		return &rangeTerm{n}
	}
	if t := b.zip(root); t != nil {
		return t
	}
	return k.term
}

// zip recognises zip(a, b) of lists that need no computation.
func (b *termBuilder) zip(e ast.Expr) term {
	args, ok := callOf(e, "zip", 2)
	if !ok {
		return nil
	}
	t := &zipTerm{}
	for _, arg := range args {
		list := b.symbolic(arg)
		if n, ok := callOf(arg, "range", 1); ok {
			if count := b.symbolic(n[0]); count != nil {
				list = &rangeTerm{count}
			}
		}
		if list == nil {
			return nil
		}
		refs := collect(b.env, arg)
		t.lists = append(t.lists, &checked{term: list, shape: list.shape(), reads: refs.reads, steps: refs.steps})
	}
	return t
}

// callOf returns the arguments of a call of a function.
func callOf(e ast.Expr, name string, args int) ([]ast.Expr, bool) {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != name || e.AsCall().IsMemberFunction() {
		return nil, false
	}
	return e.AsCall().Args(), len(e.AsCall().Args()) == args
}
