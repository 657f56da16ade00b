package dsl

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// A functionExpr is an expression over a function's own inputs and outputs.
// Files are paths here.
type functionExpr struct {
	src     string
	input   string // it is inputs.NAME
	output  string // it is outputs.NAME
	program cel.Program
	env     *functionEnv
	shape   shape
}

func (e *functionExpr) eval(s FuncScope) (any, error) {
	switch {
	case e.input != "":
		return s.Inputs[e.input], nil
	case e.output != "":
		return s.Outputs[e.output], nil
	}
	out, _, err := e.program.Eval(map[string]any{
		"inputs":  &functionRecord{recordBase{inputsType}, e.env.inputs, s.Inputs},
		"outputs": &functionRecord{recordBase{functionOutputsType}, e.env.outputs, s.Outputs},
	})
	if err != nil {
		return nil, errors.New(err.Error())
	}
	if weigh(out, maxArguments) < 0 {
		return nil, errTooLong
	}
	return plain(out)
}

const functionOutputsType = "weft.function_outputs"

// A functionEnv is what the templates of a function may name.
type functionEnv struct {
	cel     *cel.Env
	inputs  []Field
	outputs []Field // those that the function is told the paths of
}

func newFunctionEnv(base *cel.Env, f *Function) (*functionEnv, error) {
	env := &functionEnv{inputs: pathFields(f.Inputs)}
	for _, o := range f.Outputs {
		if o.Path == "" && (o.Type.Kind == KindFile || o.Type.Kind == KindDir) {
			env.outputs = append(env.outputs, Field{Name: o.Name, Type: Type{Kind: KindString}})
		}
	}
	ct, err := newCELTypes(env.inputs, nil)
	if err != nil {
		return nil, err
	}
	for _, o := range env.outputs {
		ct.add(functionOutputsType, o.Name, types.StringType)
	}
	env.cel, err = base.Extend(cel.CustomTypeProvider(ct),
		cel.Variable("inputs", types.NewObjectType(inputsType)),
		cel.Variable("outputs", types.NewObjectType(functionOutputsType)))
	return env, err
}

// pathFields are fields with paths in place of files.
func pathFields(fields []Field) []Field {
	paths := slices.Clone(fields)
	for i, f := range paths {
		paths[i].Type = pathType(f.Type)
	}
	return paths
}

func pathType(t Type) Type {
	switch t.Kind {
	case KindFile, KindDir:
		t.Kind = KindString
	case KindList:
		elem := pathType(*t.Elem)
		t.Elem = &elem
	case KindJSON, KindString, KindInt, KindFloat, KindBool:
	}
	return t
}

// functionRecord is `inputs` or `outputs` in a function.
type functionRecord struct {
	recordBase
	fields []Field
	values map[string]any
}

func (r *functionRecord) Value() any { return r }

func (r *functionRecord) has(name string) bool { return r.values[name] != nil }

func (r *functionRecord) field(name string) ref.Val {
	f, _ := fieldNamed(r.fields, name)
	return jsonToCEL(r.values[name], f.Type)
}

// plain returns a CEL value as encoding/json would decode it.
func plain(v ref.Val) (any, error) {
	switch v := v.(type) {
	case *types.Optional:
		if !v.HasValue() {
			return nil, nil //nolint:nilnil // null is a value
		}
		return plain(v.GetValue())
	case traits.Lister:
		items := []any{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			item, err := plain(it.Next())
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		return items, nil
	case traits.Mapper:
		m := map[string]any{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			k := it.Next()
			item, err := plain(v.Get(k))
			if err != nil {
				return nil, err
			}
			m[fmt.Sprint(k.Value())] = item
		}
		return m, nil
	case record:
		return nil, errors.New("inputs and outputs are no values: name one of them")
	}
	r := scalarFromCEL(v)
	if r.Err != nil {
		return nil, r.Err
	}
	return decodeJSON(inlineJSON(r.Value))
}

// functionExpression checks an expression over the function's inputs and
// outputs. It returns nil when there was a mistake.
func (s *templateScope) functionExpression(pl place) *functionExpr {
	env, err := s.environment()
	if err != nil {
		s.c.add(pl.start(), pl.at.text, "cannot prepare expressions: "+err.Error(), "")
		return nil
	}
	names := &stepEnv{cel: env.cel}
	parsed, issues := env.cel.Parse(pl.at.text)
	if issues.Err() != nil {
		pl.addIssues(names, issues)
		return nil
	}
	if e, ok := s.direct(parsed.NativeRep().Expr()); ok {
		return e
	}
	if !s.namesExist(pl, parsed.NativeRep()) {
		return nil
	}
	allowNull(parsed.NativeRep())
	typed, issues := env.cel.Check(parsed)
	if issues.Err() != nil {
		pl.addIssues(names, issues)
		return nil
	}
	if pl.mapMacro(typed.NativeRep()) {
		return nil
	}
	program, err := env.cel.Program(typed, programOptions(env.cel)...)
	if err != nil {
		s.c.add(pl.start(), pl.at.text, err.Error(), "")
		return nil
	}
	return &functionExpr{src: strings.TrimSpace(pl.at.text), program: program, env: env, shape: (&stepEnv{types: &celTypes{}}).shapeOfCEL(typed.OutputType())}
}

// direct recognises an expression that is nothing but inputs.x or outputs.x.
func (s *templateScope) direct(e ast.Expr) (*functionExpr, bool) {
	operand, name, optional, ok := selection(e)
	if !ok || optional || operand.Kind() != ast.IdentKind {
		return nil, false
	}
	switch operand.AsIdent() {
	case "inputs":
		f, found := fieldNamed(s.function.Inputs, name)
		return &functionExpr{input: name, shape: shape{Type: pathType(f.Type)}}, found
	case "outputs":
		_, found := fieldNamed(s.env.outputs, name)
		return &functionExpr{output: name, shape: shape{Type: Type{Kind: KindString}}}, found
	}
	return nil, false
}

// namesExist reports inputs and outputs that the function does not have.
func (s *templateScope) namesExist(pl place, a *ast.AST) bool {
	before := len(s.c.errs)
	r := &resolver{pl: pl, info: a.SourceInfo()}
	ast.PostOrderVisit(a.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		r.withheld(e)
		operand, name, _, ok := selection(e)
		if !ok || operand.Kind() != ast.IdentKind {
			return
		}
		switch operand.AsIdent() {
		case "inputs":
			if _, ok := fieldNamed(s.function.Inputs, name); !ok {
				r.unknown(e, name, fmt.Sprintf("function %s has no input %q", s.function.Name, name), suggest(name, fieldNames(s.function.Inputs)))
			}
		case "outputs":
			if msg, hint := s.outputProblem(name); msg != "" {
				r.unknown(e, name, msg, hint)
			}
		case "steps", "run":
			r.unknown(e, operand.AsIdent(), fmt.Sprintf("%s is not known in a function", operand.AsIdent()),
				"declare an input and give it under with")
		}
	}))
	return len(s.c.errs) == before
}

// outputProblem says why outputs.NAME is no path to write at.
func (s *templateScope) outputProblem(name string) (msg, hint string) {
	if _, ok := fieldNamed(s.env.outputs, name); ok {
		return "", ""
	}
	f, ok := fieldNamed(s.function.Outputs, name)
	switch {
	case !ok:
		return fmt.Sprintf("function %s has no output %q", s.function.Name, name), suggest(name, fieldNames(s.function.Outputs))
	case f.Path != "":
		return fmt.Sprintf("output %s is collected from %s", name, f.Path), "write it there, or leave path out"
	case f.Type.HasFiles():
		return fmt.Sprintf("output %s is a %s", name, f.Type), `say where they lie: path: "chunk-*.mp4"`
	}
	return fmt.Sprintf("output %s is %s, not a file", name, article(f.Type.String())), fmt.Sprintf("write it as JSON to $WEFT_OUTPUT: {%q: ...}", name)
}
