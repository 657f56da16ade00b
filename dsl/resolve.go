package dsl

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
)

// A resolver finds names in an expression that do not exist, before CEL looks
// at its types: it knows the declarations and can say what was meant.
type resolver struct {
	*recogniser
	pl    place
	info  *ast.SourceInfo
	bound map[string]shape // of the variables of macros

	unclear bool // it reads a step of which is not known what it makes
}

func (r *resolver) visit(e ast.Expr) {
	if operand, name, _, ok := selection(e); ok {
		r.selection(e, operand, name)
	} else if r.isName(e, "steps") {
		r.pl.add(r.offset(e), "steps", "steps is not followed by the name of a step", "write steps.NAME.outputs")
	}
	if e.Kind() == ast.ComprehensionKind {
		r.comprehension(e.AsComprehension())
		return
	}
	if s := e.Kind() == ast.SelectKind && e.AsSelect().IsTestOnly(); s {
		r.presence(e)
	}
	r.withheld(e)
	for _, child := range children(e) {
		if operand, _, _, ok := selection(e); ok && child == operand && r.isName(child, "steps") {
			continue
		}
		r.visit(child)
	}
}

// comprehension visits a macro: its variables are names inside it.
func (r *resolver) comprehension(c ast.ComprehensionExpr) {
	r.visit(c.IterRange())
	outer, wasBound := r.bound[c.IterVar()]
	if t := r.path(c.IterRange()); t != nil && !c.HasIterVar2() {
		r.bound[c.IterVar()] = t.shape().elem()
	} else {
		delete(r.bound, c.IterVar())
	}
	defer func() {
		if delete(r.bound, c.IterVar()); wasBound {
			r.bound[c.IterVar()] = outer
		}
	}()
	for _, name := range []string{c.IterVar(), c.IterVar2(), c.AccuVar()} {
		r.shadow[name]++
		defer func() { r.shadow[name]-- }()
	}
	for _, e := range []ast.Expr{c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()} {
		r.visit(e)
	}
}

// presence refuses has(): it would answer before what it asks about has ended.
func (r *resolver) presence(e ast.Expr) {
	root := e
	for {
		if operand, _, _, ok := selection(root); ok {
			root = operand
		} else if root.Kind() == ast.SelectKind {
			root = root.AsSelect().Operand()
		} else {
			break
		}
	}
	if r.isName(root, "steps") {
		r.pl.add(0, "has", "has() cannot ask about a step", "read it as optional: steps.?x.outputs.?y.hasValue()")
	}
}

// selection reports operand.name when there can be no such thing.
func (r *resolver) selection(e, operand ast.Expr, name string) {
	switch {
	case r.isName(operand, "inputs"):
		if _, ok := fieldNamed(r.env.inputs, name); !ok {
			r.unknown(e, name, fmt.Sprintf("unknown input %q", name), suggest(name, fieldNames(r.env.inputs)))
		}
		return
	case r.isName(operand, "steps"):
		if r.env.types.steps[name] == nil {
			r.unknown(e, name, fmt.Sprintf("unknown step %q", name), suggest(name, r.env.types.stepNames()))
		}
		return
	case r.isName(operand, "run"):
		switch fields := []string{"id", "started_at", "status"}; {
		case !slices.Contains(fields, name):
			r.unknown(e, name, fmt.Sprintf("run has no %q", name), suggest(name, fields))
		case name == "status" && !r.env.late:
			r.unknown(e, name, "run.status is not known yet", "only steps under on_failure and finally know it")
		}
		return
	}
	if r.isName(operand, r.env.err) {
		if _, ok := fieldNamed(errorFields(), name); !ok {
			r.unknown(e, name, fmt.Sprintf("%s has no %q", r.env.err, name), suggest(name, fieldNames(errorFields())))
		}
		return
	}
	if s, _ := r.step(operand); s != nil {
		r.unclear = r.unclear || s.unclear
		if name != "outputs" {
			r.stepField(e, s, name)
		}
		return
	}
	if operand.Kind() == ast.IdentKind && r.shadow[operand.AsIdent()] > 0 {
		if s, ok := r.bound[operand.AsIdent()]; ok {
			r.fieldOf(e, s, name)
		}
		return
	}
	if t := r.path(operand); t != nil {
		r.fieldOf(e, t.shape(), name)
	}
}

func (r *resolver) stepField(e ast.Expr, s *stepInfo, name string) {
	hint := fmt.Sprintf("write steps.%s.outputs", s.name)
	if _, ok := s.output(name); ok {
		hint += "." + name
	} else if name == "output" && len(s.outputs) > 0 {
		hint += "." + s.outputs[0].Name
	}
	r.unknown(e, name, fmt.Sprintf("step %s has no %q, only outputs", s.name, name), hint)
}

// fieldOf reports a field that a value of the shape cannot have.
func (r *resolver) fieldOf(e ast.Expr, s shape, name string) {
	switch {
	case s.of != nil && s.of.unclear:
		r.unclear = true
	case s.of != nil && s.Kind == KindList:
		hint := fmt.Sprintf("an item: steps.%s.outputs[i].%s; all: steps.%s.outputs.map(r, r.%s)", s.of.name, name, s.of.name, name)
		r.unknown(e, name, fmt.Sprintf("%s is a foreach: its outputs are a list, which has no %q", s.of.name, name), hint)
	case s.of != nil:
		if _, ok := s.of.output(name); !ok {
			r.noOutput(e, s.of, name)
		}
	case s.Kind == KindFile || s.Kind == KindDir:
		if _, ok := fieldNamed(fileFields(), name); !ok {
			r.unknown(e, name, fmt.Sprintf("a %s has no %q", s.Kind, name), suggest(name, fieldNames(fileFields())))
		}
	case s.Kind != KindJSON && !s.any:
		r.unknown(e, name, fmt.Sprintf("%s has no fields: %q", article(s.Type.String()), name), "")
	}
}

func (r *resolver) noOutput(e ast.Expr, s *stepInfo, name string) {
	hint := suggest(name, fieldNames(s.outputs))
	if len(s.outputs) == 0 {
		hint = fmt.Sprintf("it declares none: outputs: { %s: TYPE }", name)
	}
	r.unknown(e, name, fmt.Sprintf("step %s has no output %q", s.name, name), hint)
}

// unknown reports a name at its place after the dot.
func (r *resolver) unknown(e ast.Expr, name, msg, hint string) {
	chars := []rune(r.pl.at.text)
	from := min(max(r.offset(e), 0), len(chars))
	if i := strings.Index(string(chars[from:]), name); i >= 0 {
		from += len([]rune(string(chars[from:])[:i]))
	}
	r.pl.add(from, name, msg, hint)
}

func (r *resolver) offset(e ast.Expr) int {
	span, _ := r.info.GetOffsetRange(e.ID())
	return int(span.Start)
}

// stepNames lists the steps in a fixed order.
func (ct *celTypes) stepNames() []string {
	var names []string
	for _, f := range ct.fields[stepsType] {
		names = append(names, f.name)
	}
	return names
}

// children lists the expressions directly inside e.
func children(e ast.Expr) []ast.Expr {
	switch e.Kind() {
	case ast.SelectKind:
		return []ast.Expr{e.AsSelect().Operand()}
	case ast.CallKind:
		c := e.AsCall()
		if c.IsMemberFunction() {
			return append([]ast.Expr{c.Target()}, c.Args()...)
		}
		return slices.Clone(c.Args())
	case ast.ListKind:
		return e.AsList().Elements()
	case ast.MapKind:
		var es []ast.Expr
		for _, entry := range e.AsMap().Entries() {
			es = append(es, entry.AsMapEntry().Key(), entry.AsMapEntry().Value())
		}
		return es
	case ast.StructKind:
		var es []ast.Expr
		for _, f := range e.AsStruct().Fields() {
			es = append(es, f.AsStructField().Value())
		}
		return es
	case ast.ComprehensionKind:
		c := e.AsComprehension()
		return []ast.Expr{c.IterRange(), c.AccuInit(), c.LoopCondition(), c.LoopStep(), c.Result()}
	}
	return nil
}
