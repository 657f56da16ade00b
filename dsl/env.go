package dsl

import (
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/parser"
)

// Limits of an expression, so that none can hold up a run.
const (
	maxExprSize  = 16 << 10 // characters
	maxExprDepth = 64
	maxExprCost  = 1_000_000 // CEL's units; about 10 ms
)

// The variables that the status functions stand for. A name cannot begin with
// two underscores, so nobody else has them.
const (
	succeededVar = "__succeeded"
	failedVar    = "__failed"
	alwaysVar    = "__always"
)

// A stepEnv is what the expressions of one step may name.
type stepEnv struct {
	cel    *cel.Env
	types  *celTypes
	inputs []Field
	loop   *loop  // nil outside a foreach
	err    string // the name of the error that is handled; empty: none is
	late   bool   // the main steps have ended: run.status is known

	repeats bool // visit is known
}

// A loop is the foreach that an expression stands in.
type loop struct {
	as, index string
	item      term
}

// newStepEnv returns the names that every expression of a workflow knows.
func newStepEnv(base *cel.Env, inputs []Field, steps []*stepInfo) (*stepEnv, error) {
	ct, err := newCELTypes(inputs, steps)
	if err != nil {
		return nil, err
	}
	env, err := base.Extend(cel.CustomTypeProvider(ct),
		cel.Variable("inputs", types.NewObjectType(inputsType)),
		cel.Variable("steps", types.NewObjectType(stepsType)),
		cel.Variable("run", types.NewObjectType(runType)),
		cel.Variable(succeededVar, cel.BoolType),
		cel.Variable(failedVar, cel.BoolType),
		cel.Variable(alwaysVar, cel.BoolType),
		cel.Macros(statusMacro("succeeded", succeededVar), statusMacro("failed", failedVar), statusMacro("always", alwaysVar)))
	if err != nil {
		return nil, err
	}
	return &stepEnv{cel: env, types: ct, inputs: inputs}, nil
}

// baseOptions are the rules and limits that both scopes of expressions
// have.
func baseOptions() []cel.EnvOption {
	return []cel.EnvOption{
		cel.CrossTypeNumericComparisons(true), cel.DefaultUTCTimeZone(true),
		cel.ParserRecursionLimit(maxExprDepth), cel.ParserExpressionSizeLimit(maxExprSize),
		cel.ExpressionNestingDepthLimit(maxExprDepth),
	}
}

// statusMacro makes a call of a status function a variable, so that a scope
// can answer it.
func statusMacro(name, variable string) cel.Macro {
	return cel.GlobalMacro(name, 0, func(eh parser.ExprHelper, _ ast.Expr, _ []ast.Expr) (ast.Expr, *cel.Error) {
		return eh.NewIdent(variable), nil
	})
}

// within returns the names that the expressions of a foreach step know.
func (env *stepEnv) within(l *loop) (*stepEnv, error) {
	opts := []cel.EnvOption{cel.Variable(l.as, env.celTypeOf(l.item.shape()))}
	if l.index != "" {
		opts = append(opts, cel.Variable(l.index, cel.IntType))
	}
	inner, err := env.cel.Extend(opts...)
	if err != nil {
		return nil, err
	}
	return &stepEnv{cel: inner, types: env.types, inputs: env.inputs, loop: l, err: env.err, late: env.late}, nil
}

// withError returns the names of a step that handles an error.
func (env *stepEnv) withError(name string) (*stepEnv, error) {
	inner, err := env.cel.Extend(cel.Variable(name, types.NewObjectType(errorType)))
	if err != nil {
		return nil, err
	}
	return &stepEnv{cel: inner, types: env.types, inputs: env.inputs, loop: env.loop, err: name, late: env.late}, nil
}

// celTypeOf is the CEL type of a value of a shape.
func (env *stepEnv) celTypeOf(s shape) *types.Type {
	switch {
	case s.any:
		return types.DynType
	case s.of != nil && s.Kind == KindList:
		return types.NewListType(types.NewObjectType(outputsType + s.of.name))
	case s.of != nil:
		return types.NewObjectType(outputsType + s.of.name)
	}
	return celType(s.Type)
}

// names lists what an expression can begin with.
func (env *stepEnv) names() []string {
	names := scopeNames()
	if env.loop != nil {
		names = append(names, env.loop.as)
		if env.loop.index != "" {
			names = append(names, env.loop.index)
		}
	}
	if env.err != "" {
		names = append(names, env.err)
	}
	if env.repeats {
		names = append(names, visitVar)
	}
	return names
}

// noValue reports whether something of the type cannot be given on: it only
// leads to values.
func noValue(t *types.Type) bool {
	name := t.TypeName()
	return t.Kind() == types.StructKind &&
		(name == inputsType || name == stepsType || name == runType || strings.HasPrefix(name, stepType))
}
