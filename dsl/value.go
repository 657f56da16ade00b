package dsl

import (
	"cmp"
	"slices"
	"strings"

	"example.org/weft/object"
)

// value checks a YAML value in which expressions may stand, at any depth. It
// returns nil when there was a mistake.
func (c *compiler) value(n *node, env *stepEnv) *checked {
	switch n.kind {
	case listNode:
		return c.listOf(n, env)
	case mapNode:
		return c.mapOf(n, env)
	case scalarNode:
	}
	if n.tag == "!!str" && hasExpr(n.text) {
		return c.textOf(n, env)
	}
	return literalValue(n, Type{})
}

// literalValue is a value without expressions. What does not fit the type was
// reported before.
func literalValue(n *node, want Type) *checked {
	s := shape{}
	switch n.tag {
	case "!!null":
		s = shape{Type: Type{Kind: KindJSON, Nullable: true}, null: true}
	case "!!int":
		s.Kind = KindInt
	case "!!float":
		s.Kind = KindFloat
	case "!!bool":
		s.Kind = KindBool
	case "!!str":
		s.Kind = KindString
	}
	if n.kind != scalarNode {
		s = anyShape()
	}
	if want.Kind != KindJSON {
		s = shape{Type: want}
	}
	if n.isNull() {
		return &checked{term: &constTerm{object.Null(), s}, shape: s}
	}
	return &checked{term: &constTerm{object.FromJSON(encodeJSON(literalOf(n, want))), s}, shape: s}
}

// textOf checks text with expressions: exactly one is the value itself.
func (c *compiler) textOf(n *node, env *stepEnv) *checked {
	pieces, unclosed := scan(n.text)
	if unclosed >= 0 {
		c.unclosed(n, unclosed)
		return nil
	}
	if whole, ok := wholeExpr(pieces); ok {
		return c.expression(place{c, n, whole}, env)
	}
	all := &checked{shape: shape{Type: Type{Kind: KindString}}}
	t, ok := &textTerm{}, true
	for _, pc := range pieces {
		part := &checked{term: textConst(pc.text)}
		if pc.isExpr {
			part = c.insertion(place{c, n, pc}, env)
		}
		if part == nil {
			ok = false
			continue
		}
		t.parts = append(t.parts, part.term)
		all.take(part)
	}
	all.term = t
	if !slices.ContainsFunc(pieces, func(p piece) bool { return p.isExpr }) {
		all.term = textConst(strings.ReplaceAll(n.text, "$${{", "${{"))
	}
	if !ok {
		return nil
	}
	return all
}

func textConst(s string) term {
	return &constTerm{object.FromJSON(encodeJSON(s)), shape{Type: Type{Kind: KindString}}}
}

// insertion checks an expression with text around it.
func (c *compiler) insertion(pl place, env *stepEnv) *checked {
	k := c.expression(pl, env)
	if k != nil && (k.shape.HasFiles() || k.shape.of != nil) {
		c.add(pl.start(), strings.TrimSpace(pl.at.text), article(k.shape.String())+" cannot stand in text",
			"its name can: basename(...); or give it as a value of its own")
		return nil
	}
	return k
}

func (c *compiler) unclosed(n *node, offset int) {
	c.add(c.source.at(n, offset), "${{", "an expression without its end", "close it with }}; a literal ${{ is written $${{")
}

func (c *compiler) listOf(n *node, env *stepEnv) *checked {
	all, ok := &checked{}, true
	var items []term
	for _, item := range n.items {
		part := c.value(item, env)
		if part == nil {
			ok = false
			continue
		}
		items = append(items, part.term)
		all.take(part)
	}
	if !ok {
		return nil
	}
	t := newListTerm(items)
	all.term, all.shape = t, t.is
	return all
}

func (c *compiler) mapOf(n *node, env *stepEnv) *checked {
	all, ok := &checked{shape: shape{Type: Type{Kind: KindJSON}}}, true
	t := &mapTerm{}
	for _, p := range n.pairs {
		part := c.value(p.value, env)
		if part == nil {
			ok = false
			continue
		}
		t.names = append(t.names, p.key.text)
		t.values = append(t.values, part.term)
		all.take(part)
	}
	if !ok {
		return nil
	}
	all.term = t
	return all
}

// take adds what a part reads.
func (k *checked) take(part *checked) {
	k.reads = append(k.reads, part.reads...)
	k.steps = append(k.steps, part.steps...)
	k.inLoop = k.inLoop || part.inLoop
	k.onStatus = k.onStatus || part.onStatus
}

// hasExpressions reports whether an expression stands anywhere in n.
func hasExpressions(n *node) bool {
	return n.tag == "!!str" && hasExpr(n.text) ||
		slices.ContainsFunc(n.items, hasExpressions) ||
		slices.ContainsFunc(n.pairs, func(p pair) bool { return hasExpressions(p.value) })
}

// bind checks a value that is given where want is declared. It returns nil
// when there was a mistake.
func (c *compiler) bind(n *node, want Type, env *stepEnv) (*Expr, *checked) {
	if !hasExpressions(n) {
		if !c.constant(n, want) {
			return nil, nil
		}
		k := literalValue(n, want)
		return c.exprOf(n, k, env), k
	}
	k := c.value(n, env)
	if k == nil {
		return nil, nil
	}
	if msg, hint := k.shape.mismatch(want); msg != "" {
		c.add(c.startOf(n), strings.TrimSpace(n.text), msg, hint)
		return nil, nil
	}
	e := c.exprOf(n, k, env)
	if want.Kind != KindJSON && (k.shape.any || k.shape.Kind == KindJSON || k.shape.Kind == KindList) {
		e.want = &want
	}
	return e, k
}

// bindCondition checks the condition that is given for key; nil when there was a
// mistake. Text that is no expression is told apart from other values, since it
// mostly lacks the braces alone.
func (c *compiler) bindCondition(n *node, key string, env *stepEnv) (*Expr, *checked) {
	if n.tag == "!!str" && !hasExpr(n.text) {
		c.add(n.pos, n.text, key+" is text, not a condition", "write ${{ "+n.text+" }}")
		return nil, nil
	}
	return c.bind(n, Type{Kind: KindBool}, env)
}

// exprOf makes the expression that a value of the file is.
func (c *compiler) exprOf(n *node, k *checked, env *stepEnv) *Expr {
	src := n.text
	if n.kind != scalarNode {
		src = string(encodeJSON(literalOf(n, Type{})))
	}
	return &Expr{src: src, pos: c.startOf(n), term: k.term, env: env, onStatus: k.onStatus}
}

// startOf returns where the first expression of a scalar begins, or the value.
func (c *compiler) startOf(n *node) Pos {
	pieces, _ := scan(n.text)
	if whole, ok := wholeExpr(pieces); ok && n.kind == scalarNode {
		return place{c, n, whole}.start()
	}
	return n.pos
}

// sortReads orders reads, so that a program does not depend on how its file is
// laid out, and drops repetitions.
func sortReads(reads []Read) []Read {
	slices.SortStableFunc(reads, func(a, b Read) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Binding, b.Binding),
			cmp.Compare(a.Items, b.Items), cmp.Compare(a.Offset, b.Offset))
	})
	return slices.Compact(reads)
}
