package dsl

import (
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
)

// withheld are functions of CEL that the language does without, and what
// there is in their place.
func withheld() map[string]string {
	const noValue = "expressions have text, numbers, truth values, times, lists and json"
	return map[string]string{
		"lists.range": "range(n)", "type": noValue, "bytes": noValue, "uint": "int(x)",
		"strings.quote": "to_json(text)", "unwrapOpt": "filter(x, x != null)", "optional.unwrap": "filter(x, x != null)",
		"optional.ofNonZeroValue": "optional.of(x)",
		"math.bitAnd":             noValue, "math.bitOr": noValue, "math.bitXor": noValue, "math.bitNot": noValue,
		"math.bitShiftLeft": noValue, "math.bitShiftRight": noValue,
		"math.isNaN": noValue, "math.isInf": noValue, "math.isFinite": noValue,
	}
}

// withheld reports a function of CEL that the language does without, and a
// time zone by name: what it means depends on the machine.
func (r *resolver) withheld(e ast.Expr) {
	if e.Kind() != ast.CallKind {
		return
	}
	c := e.AsCall()
	name := c.FunctionName()
	if c.IsMemberFunction() && strings.HasPrefix(name, "get") && len(c.Args()) == 1 {
		r.pl.add(r.offset(e), name, "time zones are not supported", "times are in UTC: "+name+"()")
	}
	if c.IsMemberFunction() && c.Target().Kind() == ast.IdentKind {
		name = c.Target().AsIdent() + "." + name
	}
	if hint, ok := withheld()[name]; ok {
		r.pl.add(r.offset(e), name, "there is no "+name, hint)
	}
}

// mapMacro reports a macro that goes over a map.
func (pl place) mapMacro(a *ast.AST) (found bool) {
	ast.PostOrderVisit(a.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if found || e.Kind() != ast.ComprehensionKind || a.GetType(e.AsComprehension().IterRange().ID()).Kind() != types.MapKind {
			return
		}
		found = true
		span, _ := a.SourceInfo().GetOffsetRange(e.ID())
		pl.add(int(span.Start), "", "a macro over a map, whose order is not fixed", "go over a list: keys(map).map(k, ...)")
	}))
	return found
}
