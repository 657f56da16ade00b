package dsl

import (
	"cmp"
	"errors"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"example.org/weft/object"
)

// compareTerm compares two scalars of one type, or anything with null. It is
// so common in a chain (i == 0 ? null : ...) that it is done without CEL: then
// nothing needs to be recorded.
type compareTerm struct {
	operator string // of CEL
	a, b     term
	kind     Kind // of both; KindJSON: one is null
}

func (t *compareTerm) shape() shape { return shape{Type: Type{Kind: KindBool}} }

// comparison recognises comparisons, !, && and || of symbolic terms.
func (b *termBuilder) comparison(c ast.CallExpr) term {
	args := c.Args()
	switch c.FunctionName() {
	case operators.LogicalNot:
		if t := b.symbolic(args[0]); t != nil && isBool(t) {
			return &compareTerm{operators.Equals, t, &constTerm{object.FromJSON([]byte("false")), t.shape()}, KindBool}
		}
	case operators.LogicalAnd, operators.LogicalOr:
		x, y := b.symbolic(args[0]), b.symbolic(args[1])
		if len(args) == 2 && x != nil && y != nil && isBool(x) && isBool(y) {
			return &logicTerm{c.FunctionName() == operators.LogicalOr, x, y}
		}
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		x, y := b.symbolic(args[0]), b.symbolic(args[1])
		if x == nil || y == nil {
			return nil
		}
		if kind, ok := comparableKind(c.FunctionName(), x.shape(), y.shape()); ok {
			return &compareTerm{c.FunctionName(), x, y, kind}
		}
	}
	return nil
}

func isBool(t term) bool { return t.shape().Kind == KindBool && !t.shape().Nullable }

func comparableKind(operator string, a, b shape) (Kind, bool) {
	equality := operator == operators.Equals || operator == operators.NotEquals
	switch {
	case a.null || b.null:
		return KindJSON, equality
	case a.Kind != b.Kind || a.Nullable || b.Nullable:
		return 0, false
	case a.Kind == KindInt || a.Kind == KindString:
		return a.Kind, true
	}
	return KindBool, a.Kind == KindBool && equality
}

func (t *compareTerm) eval(ev *evaluation) Result {
	a, b := ev.resolved(t.a), ev.resolved(t.b)
	var r Result
	r = r.merge(a)
	r = r.merge(b)
	if r = settle(r); !r.known() {
		return r
	}
	order, err := t.order(a.Value, b.Value)
	if err != nil {
		return failed(err)
	}
	var is bool
	switch t.operator {
	case operators.Equals:
		is = order == 0
	case operators.NotEquals:
		is = order != 0
	case operators.Less:
		is = order < 0
	case operators.LessEquals:
		is = order <= 0
	case operators.Greater:
		is = order > 0
	case operators.GreaterEquals:
		is = order >= 0
	}
	return truth(r, is)
}

// order is negative, 0 or positive as a is less than, equal to or greater than b.
func (t *compareTerm) order(a, b object.Value) (int, error) {
	if t.kind == KindJSON {
		if a.IsNull() && b.IsNull() {
			return 0, nil
		}
		return 1, nil
	}
	if t.kind == KindInt {
		i, err1 := strconv.ParseInt(string(a.JSON), 10, 64)
		j, err2 := strconv.ParseInt(string(b.JSON), 10, 64)
		if err1 == nil && err2 == nil {
			return cmp.Compare(i, j), nil
		}
	}
	x, err := decodeJSON(inlineJSON(a))
	if err != nil {
		return 0, err
	}
	y, err := decodeJSON(inlineJSON(b))
	if err != nil {
		return 0, err
	}
	if t.kind == KindString {
		s, ok1 := x.(string)
		u, ok2 := y.(string)
		if ok1 && ok2 {
			return strings.Compare(s, u), nil
		}
	} else if t.kind == KindBool {
		if x == y {
			return 0, nil
		}
		return 1, nil
	}
	i, ok1 := jsonInt(x)
	j, ok2 := jsonInt(y)
	if !ok1 || !ok2 {
		return 0, errors.New("cannot compare " + describeJSON(x) + " with " + describeJSON(y))
	}
	return cmp.Compare(i, j), nil
}

// resolved evaluates a term and looks into the object that the value may be.
func (ev *evaluation) resolved(t term) Result {
	r := t.eval(ev)
	for r.known() {
		switch v := r.Value; {
		case v.Item != nil:
			r = ev.itemOf(*v.Item)
		case v.Large != nil && !v.Large.IsList:
			r = ev.load(wholeOf(*v.Large))
		default:
			return r
		}
	}
	return r
}

// logicTerm is a && b or a || b: one of them can decide alone.
type logicTerm struct {
	or   bool
	a, b term
}

func (t *logicTerm) shape() shape { return shape{Type: Type{Kind: KindBool}} }

func (t *logicTerm) eval(ev *evaluation) Result {
	a, b := t.a.eval(ev), t.b.eval(ev)
	for _, r := range []Result{a, b} {
		if r.known() && (string(r.Value.JSON) == "true") == t.or {
			return truth(r, t.or)
		}
	}
	a = a.merge(b)
	return truth(settle(a), !t.or)
}

// truth gives r a truth value unless something is missing.
func truth(r Result, is bool) Result {
	if r.known() {
		r.Value = object.FromJSON(strconv.AppendBool(nil, is))
	}
	return r
}
