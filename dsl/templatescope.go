package dsl

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
)

// A templateScope reads the templates of one function. Of an inline function
// it also finds what the function reads from around it.
type templateScope struct {
	c        *compiler
	function *Function
	step     *stepDecl // of an inline function
	env      *functionEnv
	hoisted  map[string]string // input by expression
}

func (s *templateScope) environment() (*functionEnv, error) {
	if s.env != nil {
		return s.env, nil
	}
	base, err := s.c.baseEnv()
	if err != nil {
		return nil, err
	}
	s.env, err = newFunctionEnv(base, s.function)
	return s.env, err
}

// argument reads an element of exec.
func (s *templateScope) argument(n *node) Template {
	t := s.template(n)
	if len(t.parts) > 1 {
		s.refuseLists(n, t, "a list is the whole element of exec, or none of it")
	}
	return t
}

// text reads an environment variable.
func (s *templateScope) text(n *node) Template {
	t := s.template(n)
	s.refuseLists(n, t, "a list cannot stand in a variable")
	return t
}

func (s *templateScope) refuseLists(n *node, t Template, msg string) {
	for _, p := range t.parts {
		if p.expr != nil && p.expr.shape.Kind == KindList {
			s.c.add(s.c.startOf(n), n.text, msg, "read it from the JSON file $WEFT_INPUT, or join it: .join(\" \")")
		}
	}
}

// template reads text with expressions.
func (s *templateScope) template(n *node) Template {
	t := Template{src: n.text, pos: n.pos}
	if n.kind != scalarNode {
		return t
	}
	pieces, unclosed := scan(n.text)
	if unclosed >= 0 {
		s.c.unclosed(n, unclosed)
		return t
	}
	if strings.Contains(n.text, "\x00") {
		s.c.add(n.pos, "", "a zero byte", "programs take text without it")
	}
	for _, pc := range pieces {
		if !pc.isExpr {
			t.parts = append(t.parts, templatePart{text: pc.text})
			continue
		}
		e := s.expression(place{s.c, n, pc})
		if e == nil {
			e = &functionExpr{shape: anyShape()}
		}
		if e.output != "" {
			t.outputs = append(t.outputs, e.output)
		}
		t.parts = append(t.parts, templatePart{expr: e})
	}
	if len(pieces) == 0 {
		t.parts = []templatePart{{text: ""}}
	}
	return t
}

// expression checks one expression of a template. In an inline function, what
// reads the workflow becomes an input.
func (s *templateScope) expression(pl place) *functionExpr {
	if s.step == nil {
		return s.functionExpression(pl)
	}
	if strings.TrimSpace(pl.at.text) != "" {
		parsed, issues := s.step.env.cel.Parse(pl.at.text)
		if issues.Err() == nil && mentions(parsed.NativeRep().Expr(), "outputs") {
			return s.functionExpression(pl)
		}
	}
	return s.hoist(pl)
}

func mentions(e ast.Expr, name string) bool {
	if e.Kind() == ast.IdentKind && e.AsIdent() == name {
		return true
	}
	return slices.ContainsFunc(children(e), func(child ast.Expr) bool { return mentions(child, name) })
}

// hoist makes an expression over the workflow an input of the inline function.
// The same expression is the same input.
func (s *templateScope) hoist(pl place) *functionExpr {
	src := strings.TrimSpace(pl.at.text)
	if name, ok := s.hoisted[src]; ok {
		f, _ := fieldNamed(s.function.Inputs, name)
		return &functionExpr{input: name, shape: shape{Type: pathType(f.Type)}}
	}
	k := s.c.expression(pl, s.step.env)
	if k == nil {
		return nil
	}
	if k.onStatus {
		s.c.add(pl.start(), src, "a status function in the body of a function", "use it in if")
		return nil
	}
	name := s.inputName(src)
	f := Field{Name: name, Type: k.shape.Type, Pos: pl.start()}
	s.function.Inputs = append(s.function.Inputs, f)
	s.hoisted[src] = name
	e := &Expr{src: "${{ " + src + " }}", pos: pl.start(), term: k.term, env: s.step.env}
	s.step.step.With = append(s.step.step.With, Binding{name, e})
	s.step.use(k, name)
	return &functionExpr{input: name, shape: shape{Type: pathType(f.Type)}}
}

// inputName makes a name for a hoisted input: the last word of a path, when
// that is free.
func (s *templateScope) inputName(src string) string {
	name := src[strings.LastIndexAny(src, ".?[]() ")+1:]
	if !isName(name) || isReserved(name) {
		name = "value"
	}
	free := name
	for i := 2; ; i++ {
		if _, taken := fieldNamed(s.function.Inputs, free); !taken {
			return free
		}
		free = fmt.Sprintf("%s_%d", name, i)
	}
}

// hoist completes the inline function of a step.
func (c *compiler) hoist(s *stepDecl) {
	f := &c.program.Functions[s.step.Function]
	if !f.given() || f.Builtin == "noop" {
		c.extraInputs(s, f)
	}
	if !f.given() {
		c.body(f, s.body, &templateScope{c: c, function: f, step: s, hoisted: map[string]string{}})
		if s.step.Wait == nil {
			c.checkProduced(*f)
		} else {
			c.checkSent(*f)
		}
	}
	f.Digest = f.digest()
}

// extraInputs makes what stands under with of an inline function its inputs,
// which it finds in $WEFT_INPUT.
func (c *compiler) extraInputs(s *stepDecl, f *Function) {
	with := s.node.get("with")
	if with == nil {
		return
	}
	for _, pr := range with.pairs {
		before := len(c.errs)
		k := c.value(pr.value, s.env)
		t := Type{Kind: KindJSON, Nullable: true}
		if k != nil {
			t = k.shape.Type
		}
		c.errs = c.errs[:before] // with reports them when it binds the input
		f.Inputs = append(f.Inputs, Field{Name: pr.key.text, Type: t, Pos: pr.key.pos})
	}
}
