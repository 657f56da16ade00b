package dsl

import (
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"example.org/weft/object"
)

// A recogniser finds the parts of an expression that can be evaluated without
// computing anything: paths and what is put together from them. It works on
// the parsed expression; what it returns has types from the declarations.
type recogniser struct {
	env    *stepEnv
	shadow map[string]int // names that a macro binds around the place looked at
}

func newRecogniser(env *stepEnv) *recogniser {
	return &recogniser{env: env, shadow: map[string]int{}}
}

// path returns the term of a path, nil when e is none.
func (r *recogniser) path(e ast.Expr) term {
	switch e.Kind() {
	case ast.IdentKind:
		return r.ident(e.AsIdent())
	case ast.SelectKind:
		s := e.AsSelect()
		if s.IsTestOnly() {
			return nil
		}
		return r.field(s.Operand(), s.FieldName(), false)
	case ast.CallKind:
		return r.pathCall(e.AsCall())
	case ast.ComprehensionKind:
		return r.gather(e.AsComprehension())
	}
	return nil
}

func (r *recogniser) ident(name string) term {
	l := r.env.loop
	switch {
	case r.shadow[name] > 0:
	case name == r.env.err:
		return errorTerm{}
	case l == nil:
	case name == l.as:
		return l.item
	case name == l.index:
		return indexTerm{}
	}
	return nil
}

// isName reports whether e is the given name and no macro has taken it.
func (r *recogniser) isName(e ast.Expr, name string) bool {
	return e.Kind() == ast.IdentKind && e.AsIdent() == name && r.shadow[name] == 0
}

func (r *recogniser) pathCall(c ast.CallExpr) term {
	args := c.Args()
	switch c.FunctionName() {
	case operators.OptSelect:
		if name, ok := literalString(args[1]); ok {
			return r.field(args[0], name, true)
		}
	case operators.Index, operators.OptIndex:
		optional := c.FunctionName() == operators.OptIndex
		if name, ok := literalString(args[1]); ok {
			return r.field(args[0], name, optional)
		}
		if at, ok := r.index(args[1]); ok {
			at.optional = optional
			return r.element(args[0], at)
		}
	}
	return nil
}

// index recognises a literal index, and the foreach index plus a literal.
func (r *recogniser) index(e ast.Expr) (itemIndex, bool) {
	if n, ok := literalInt(e); ok {
		return itemIndex{n: n}, true
	}
	if _, own := r.name(e).(indexTerm); own {
		return itemIndex{own: true}, true
	}
	if e.Kind() != ast.CallKind {
		return itemIndex{}, false
	}
	c := e.AsCall()
	if c.FunctionName() != operators.Add && c.FunctionName() != operators.Subtract {
		return itemIndex{}, false
	}
	n, ok := literalInt(c.Args()[1])
	if _, own := r.name(c.Args()[0]).(indexTerm); !ok || !own {
		return itemIndex{}, false
	}
	if c.FunctionName() == operators.Subtract {
		n = -n
	}
	return itemIndex{own: true, n: n}, true
}

// name recognises a name of the foreach.
func (r *recogniser) name(e ast.Expr) term {
	if e.Kind() == ast.IdentKind {
		return r.ident(e.AsIdent())
	}
	return nil
}

// step recognises `steps.x` and `steps.?x`.
func (r *recogniser) step(e ast.Expr) (s *stepInfo, optional bool) {
	operand, name, optional, ok := selection(e)
	if !ok || !r.isName(operand, "steps") {
		return nil, false
	}
	return r.env.types.steps[name], optional
}

// selection takes `a.b`, `a.?b` or `a["b"]` apart.
func selection(e ast.Expr) (operand ast.Expr, name string, optional, ok bool) {
	switch e.Kind() {
	case ast.SelectKind:
		s := e.AsSelect()
		return s.Operand(), s.FieldName(), false, !s.IsTestOnly()
	case ast.CallKind:
		c := e.AsCall()
		if f := c.FunctionName(); f == operators.OptSelect || f == operators.Index || f == operators.OptIndex {
			name, ok = literalString(c.Args()[1])
			return c.Args()[0], name, f != operators.Index, ok
		}
	}
	return nil, "", false, false
}

func (r *recogniser) field(operand ast.Expr, name string, optional bool) term {
	switch {
	case r.isName(operand, "inputs"):
		if f, ok := fieldNamed(r.env.inputs, name); ok {
			return &inputTerm{f}
		}
		return nil
	case r.isName(operand, "run") && name == "id":
		return runTerm{}
	case r.isName(operand, r.env.err):
		if f, ok := fieldNamed(errorFields(), name); ok {
			return errorTerm{f}
		}
		return nil
	}
	if s, opt := r.step(operand); s != nil && name == "outputs" {
		if s.foreach {
			if opt || optional {
				return nil // an optional list is left to CEL
			}
			return &gatherTerm{step: s}
		}
		return &outputTerm{step: s, optional: opt || optional}
	}
	switch of := r.path(operand).(type) {
	case nil:
		return nil
	case *outputTerm:
		if of.field.Name == "" {
			f, ok := of.step.output(name)
			if !ok {
				return nil
			}
			return &outputTerm{step: of.step, item: of.item, field: f, optional: of.optional || optional}
		}
		return r.part(of, name, optional)
	case *elemTerm:
		if t := of.ofBatch(name, optional); t != nil {
			return t
		}
		return r.part(of, name, optional)
	default:
		return r.part(of, name, optional)
	}
}

// part is a field of a value: json has any, a file has some, others none.
func (r *recogniser) part(of term, name string, optional bool) term {
	s := of.shape()
	switch {
	case s.of != nil:
		if _, ok := s.of.output(name); !ok || s.Kind == KindList {
			return nil
		}
	case s.Kind == KindFile || s.Kind == KindDir:
		if _, ok := fieldNamed(fileFields(), name); !ok {
			return nil
		}
	case s.Kind != KindJSON:
		return nil
	}
	return &fieldTerm{of, name, optional || isOptional(of)}
}

// isOptional reports whether a path was read with ? before its end.
func isOptional(t term) bool {
	switch t := t.(type) {
	case *outputTerm:
		return t.optional || t.item != nil && t.item.optional
	case *elemTerm:
		return t.item.optional
	case *fieldTerm:
		return t.optional
	}
	return false
}

func (r *recogniser) element(operand ast.Expr, at itemIndex) term {
	switch list := r.path(operand).(type) {
	case nil:
		return nil
	case *gatherTerm:
		return &outputTerm{step: list.step, item: &at, field: list.field}
	case *listTerm: // the item of a zip
		if at.own || at.n < 0 || at.n >= len(list.items) {
			return nil
		}
		return list.items[at.n]
	default:
		if k := list.shape().Kind; k != KindList && k != KindJSON {
			return nil
		}
		return &elemTerm{list, at}
	}
}

// gather recognises steps.x.outputs.map(r, r.f), as the macro has written it,
// and the same of a batch of these outputs.
func (r *recogniser) gather(c ast.ComprehensionExpr) term {
	over := r.path(c.IterRange())
	list, _ := over.(*gatherTerm)
	batch, isBatch := over.(*batchTerm)
	if isBatch {
		list = batch.gathered()
	}
	if list == nil || list.field.Name != "" || c.HasIterVar2() || !isTrue(c.LoopCondition()) ||
		c.AccuInit().Kind() != ast.ListKind || c.AccuInit().AsList().Size() != 0 ||
		c.Result().Kind() != ast.IdentKind || c.Result().AsIdent() != c.AccuVar() || c.LoopStep().Kind() != ast.CallKind {
		return nil
	}
	step := c.LoopStep().AsCall()
	if step.FunctionName() != operators.Add || step.Args()[0].Kind() != ast.IdentKind || step.Args()[1].Kind() != ast.ListKind {
		return nil
	}
	items := step.Args()[1].AsList().Elements()
	if len(items) != 1 {
		return nil
	}
	if operand, name, optional, ok := selection(items[0]); ok && !optional && operand.Kind() == ast.IdentKind && operand.AsIdent() == c.IterVar() {
		f, found := list.step.output(name)
		switch {
		case found && isBatch:
			return batch.each(f)
		case found:
			return &gatherTerm{list.step, f}
		}
	}
	return nil
}

func isTrue(e ast.Expr) bool {
	return e.Kind() == ast.LiteralKind && e.AsLiteral() == types.True
}

func literalString(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	s, ok := e.AsLiteral().(types.String)
	return string(s), ok
}

func literalInt(e ast.Expr) (int, bool) {
	if e.Kind() != ast.LiteralKind {
		return 0, false
	}
	i, ok := e.AsLiteral().(types.Int)
	return int(i), ok && i > -1<<31 && i < 1<<31
}

// literal returns a literal as a term.
func literal(v ref.Val) term {
	r := scalarFromCEL(v)
	if !r.known() {
		return nil
	}
	s := shape{}
	switch v.(type) {
	case types.Null:
		return &constTerm{object.Null(), shape{Type: Type{Kind: KindJSON, Nullable: true}, null: true}}
	case types.Bool:
		s.Kind = KindBool
	case types.Int:
		s.Kind = KindInt
	case types.Double:
		s.Kind = KindFloat
	case types.String:
		s.Kind = KindString
	default:
		return nil
	}
	return &constTerm{r.Value, s}
}
