package dsl

import (
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// A termBuilder makes a term of a checked expression: symbolic where it can be,
// computed by CEL where it must.
type termBuilder struct {
	*recogniser
	checked *ast.AST
}

// build returns the term of e. It is an error only when CEL cannot make a
// program of an expression that it has checked.
func (b *termBuilder) build(e ast.Expr) (term, error) {
	if t := b.symbolic(e); t != nil {
		return t, nil
	}
	if t, err := b.conditional(e); t != nil || err != nil {
		return t, err
	}
	program, err := b.env.cel.PlanProgram(b.part(e), programOptions(b.env.cel)...)
	if err != nil {
		return nil, err
	}
	return &celTerm{program, b.part(e), b.env.shapeOfCEL(b.checked.GetType(e.ID()))}, nil
}

// part returns a part of the checked expression as one of its own.
func (b *termBuilder) part(e ast.Expr) *ast.AST {
	return ast.NewCheckedAST(ast.NewAST(e, b.checked.SourceInfo()), b.checked.TypeMap(), b.checked.ReferenceMap())
}

// symbolic recognises paths, literals, and lists and maps of them.
func (b *termBuilder) symbolic(e ast.Expr) term {
	if t := b.path(e); t != nil {
		return t
	}
	switch e.Kind() {
	case ast.LiteralKind:
		return literal(e.AsLiteral())
	case ast.ListKind:
		var items []term
		for _, item := range e.AsList().Elements() {
			t := b.symbolic(item)
			if t == nil {
				return nil
			}
			items = append(items, t)
		}
		if len(e.AsList().OptionalIndices()) == 0 {
			return newListTerm(items)
		}
	case ast.MapKind:
		return b.symbolicMap(e.AsMap())
	case ast.CallKind:
		if arg, ok := callOf(e, "dyn", 1); ok {
			return b.symbolic(arg[0])
		}
		if t := b.size(e.AsCall()); t != nil {
			return t
		}
		return b.comparison(e.AsCall())
	}
	return nil
}

// size recognises size(list) and list.size() of a path.
func (b *termBuilder) size(c ast.CallExpr) term {
	args := c.Args()
	if c.IsMemberFunction() {
		args = append([]ast.Expr{c.Target()}, args...)
	}
	if c.FunctionName() != "size" || len(args) != 1 {
		return nil
	}
	if list := b.path(args[0]); list != nil && list.shape().Kind == KindList && !list.shape().Nullable {
		return &sizeTerm{list}
	}
	return nil
}

func (b *termBuilder) symbolicMap(m ast.MapExpr) term {
	t := &mapTerm{}
	for _, entry := range m.Entries() {
		name, ok := literalString(entry.AsMapEntry().Key())
		value := b.symbolic(entry.AsMapEntry().Value())
		if !ok || value == nil || entry.AsMapEntry().IsOptional() {
			return nil
		}
		t.names = append(t.names, name)
		t.values = append(t.values, value)
	}
	return t
}

// conditional makes a term of `c ? a : b`, of which only c need be computed.
func (b *termBuilder) conditional(e ast.Expr) (term, error) {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.Conditional {
		return nil, nil //nolint:nilnil // no term: it is no conditional
	}
	var terms [3]term
	for i, arg := range e.AsCall().Args() {
		t, err := b.build(arg)
		if err != nil {
			return nil, err
		}
		terms[i] = t
	}
	is := join(terms[1].shape(), terms[2].shape())
	if is.any {
		is = b.env.shapeOfCEL(b.checked.GetType(e.ID()))
	}
	return &condTerm{terms[0], terms[1], terms[2], is}, nil
}
