package dsl

import (
	"fmt"
	"regexp"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// A place is an expression in the file: which part of which scalar.
type place struct {
	c    *compiler
	node *node
	at   piece
}

// pos returns where a character of the expression stands, counted in
// characters from its first.
func (pl place) pos(char int) Pos {
	offset := pl.at.offset
	for i := range pl.at.text {
		if char == 0 {
			offset += i
			return pl.c.source.at(pl.node, offset)
		}
		char--
	}
	return pl.c.source.at(pl.node, offset+len(pl.at.text))
}

// start returns where the expression begins, white space left out.
func (pl place) start() Pos {
	trimmed := strings.TrimLeft(pl.at.text, " \t\r\n")
	return pl.c.source.at(pl.node, pl.at.offset+len(pl.at.text)-len(trimmed))
}

func (pl place) add(char int, text, msg, hint string) { pl.c.add(pl.pos(char), text, msg, hint) }

// A checked expression is typed, and its references are known.
type checked struct {
	term     term
	shape    shape
	reads    []Read      // steps by their place in the file
	steps    []*stepInfo // by place in reads; nil for the workflow's inputs
	inLoop   bool        // it reads a name of the foreach
	onStatus bool
}

// expression checks one expression. It returns nil when there was a mistake,
// which is reported.
func (c *compiler) expression(pl place, env *stepEnv) *checked {
	if strings.TrimSpace(pl.at.text) == "" {
		c.add(pl.pos(0), "${{ }}", "an empty expression", "write a path or a computation, such as ${{ inputs.x }}")
		return nil
	}
	parsed, issues := env.cel.Parse(pl.at.text)
	if issues.Err() != nil {
		pl.addIssues(env, issues)
		return nil
	}
	before := len(c.errs)
	root := parsed.NativeRep().Expr()
	r := &resolver{recogniser: newRecogniser(env), pl: pl, info: parsed.NativeRep().SourceInfo(), bound: map[string]shape{}}
	r.visit(root)
	if len(c.errs) > before || r.unclear {
		return nil
	}
	allowNull(parsed.NativeRep())
	typed, issues := env.cel.Check(parsed)
	if issues.Err() != nil {
		pl.addIssues(env, issues)
		return nil
	}
	if pl.mapMacro(typed.NativeRep()) {
		return nil
	}
	if noValue(typed.OutputType()) {
		text := strings.TrimSpace(pl.at.text)
		pl.c.add(pl.start(), text, text+" is no value", "name what it contains: steps.NAME.outputs, inputs.NAME, run.id")
		return nil
	}
	b := &termBuilder{newRecogniser(env), typed.NativeRep()}
	t, err := b.build(typed.NativeRep().Expr())
	if err != nil {
		c.add(pl.start(), pl.at.text, err.Error(), "")
		return nil
	}
	refs := collect(env, typed.NativeRep().Expr())
	return &checked{term: t, shape: t.shape(), reads: refs.reads, steps: refs.steps, inLoop: refs.inLoop, onStatus: refs.onStatus}
}

// allowNull types the null of `c ? null : x` as anything, so that x may be of
// a type that has no null in CEL, such as a list.
func allowNull(a *ast.AST) {
	factory := ast.NewExprFactory()
	id := ast.MaxID(a)
	ast.PostOrderVisit(a.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.Conditional {
			return
		}
		for _, branch := range e.AsCall().Args()[1:] {
			if branch.Kind() == ast.LiteralKind && branch.AsLiteral() == types.NullValue {
				id++
				branch.SetKindCase(factory.NewCall(branch.ID(), "dyn", factory.NewLiteral(id, types.NullValue)))
			}
		}
	}))
}

// addIssues reports what CEL has found, in our words.
func (pl place) addIssues(env *stepEnv, issues *cel.Issues) {
	before := len(pl.c.errs)
	for _, issue := range issues.Errors() {
		line, column := issue.Location.Line(), issue.Location.Column()
		char := column
		for i, text := range strings.Split(pl.at.text, "\n") {
			if i+1 >= line {
				break
			}
			char += len([]rune(text)) + 1
		}
		if msg, text, hint := pl.celMessage(issue.Message, env); msg != "" {
			pl.add(max(char, 0), text, msg, hint)
		}
		if strings.HasPrefix(issue.Message, "Syntax error") {
			return // what follows is its consequence
		}
	}
	if len(pl.c.errs) == before { // nothing but math, without a function of it
		text := strings.TrimSpace(pl.at.text)
		pl.c.add(pl.start(), text, clip(text)+" is no value", "docs/expressions.md has what an expression can say")
	}
}

// celMessage puts a message of CEL into the words of this language.
func (pl place) celMessage(m string, env *stepEnv) (msg, text, hint string) {
	m, _, _ = strings.Cut(m, " (in container '')")
	if name, ok := strings.CutPrefix(m, "undeclared reference to "); ok {
		name, _, _ = strings.Cut(strings.TrimPrefix(name, "'"), "'")
		msg, hint = undeclared(name, pl.calls(name), env)
		return msg, name, hint
	}
	if rest, ok := strings.CutPrefix(m, "found no matching overload for "); ok {
		name, args, _ := strings.Cut(rest, " applied to ")
		name = strings.Trim(strings.Trim(name, "'"), "_")
		args = plainTypes(strings.Trim(args, "'"))
		if name == "[" || name == "[_]" {
			return fmt.Sprintf("cannot index (%s)", strings.Trim(args, "()")), "", "an item has a number, [0]; a field its name, .name"
		}
		if name == "?_:" {
			return "the parts of ?: are " + args, "", "want a condition and two values of one type"
		}
		return fmt.Sprintf("%s cannot be applied to %s", name, args), name, callHint(name, strings.Contains(args, ".("), env)
	}
	if rest, ok := strings.CutPrefix(m, "type "); ok && strings.HasSuffix(rest, " does not support field selection") {
		rest, _, _ = strings.Cut(strings.TrimPrefix(rest, "'"), "'")
		return article(plainTypes(rest)) + " has no fields", "", "in a function a file is its path: give its size or name as an input of its own"
	}
	if name, ok := strings.CutPrefix(m, "undefined field "); ok {
		name = strings.Trim(name, "'")
		return fmt.Sprintf("unknown field %q", name), name, ""
	}
	if rest, ok := strings.CutPrefix(m, "Syntax error: "); ok {
		return "not an expression: " + syntaxMessage(rest), "", "expressions are CEL, such as inputs.n * 2 or steps.a.outputs.x"
	}
	return m, "", ""
}

// syntaxMessage puts what CEL's parser says into words.
func syntaxMessage(m string) string {
	quoted := func(m string) string {
		_, m, _ = strings.Cut(m, "'")
		return m[:max(0, strings.LastIndex(m, "'"))]
	}
	m, _, _ = strings.Cut(m, " expecting ")
	switch {
	case strings.Contains(m, "'<EOF>'"):
		return "it ends too early"
	case strings.HasPrefix(m, "extraneous input"), strings.HasPrefix(m, "mismatched input"), strings.HasPrefix(m, "no viable alternative"):
		return quoted(m) + " is not expected here"
	case strings.HasPrefix(m, "token recognition error at: ''"), strings.HasPrefix(m, "token recognition error at: '\""):
		return "text without its closing quote"
	case strings.HasPrefix(m, "token recognition error"):
		return quoted(m) + " is no operator and no name"
	}
	return m
}

// calls reports whether the expression calls a function of that name.
func (pl place) calls(name string) bool {
	_, after, ok := strings.Cut(pl.at.text, name)
	return ok && strings.HasPrefix(strings.TrimSpace(after), "(")
}

// plainTypes names types as the language does.
func plainTypes(s string) string {
	s = strings.NewReplacer("weft.", "", "double", "float", "dyn", "json").Replace(s)
	return regexp.MustCompile(`list\(([^()]*)\)`).ReplaceAllString(s, "list<$1>")
}
