package dsl_test

import (
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"example.org/weft/dsl"
)

// FuzzCompile: whatever the file, every mistake has a place in it, and what
// compiles is in order, evaluates without a panic, and compiles to the same.
func FuzzCompile(f *testing.F) {
	f.Add([]byte(everyKey))
	for _, pattern := range []string{"testdata/errors/*.txtar", "testdata/eval/*.txtar"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range names {
			ar, err := txtar.ParseFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add([]byte(sectionOf(ar, "w.yaml")))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) { compileAndEvaluate(t, src) })
}

func compileAndEvaluate(t *testing.T, src []byte) {
	t.Helper()
	p, err := compile(t, string(src))
	if err != nil {
		checkMistakes(t, string(src), err)
		return
	}
	again, _, err := dsl.Compile("w.yaml", src)
	if err != nil || again.Version != p.Version {
		t.Fatalf("compiled again it is another: %v", err)
	}
	for i, s := range p.Steps {
		for _, r := range s.Reads {
			if r.Step > i || r.Step == i && s.Foreach == nil {
				t.Fatalf("step %s stands before what it reads", s.Name)
			}
		}
	}
	evaluateAll(t, p)
}

func checkMistakes(t *testing.T, src string, err error) {
	t.Helper()
	var mistakes dsl.Errors
	if !errors.As(err, &mistakes) || len(mistakes) == 0 {
		t.Fatalf("the error is a %T", err)
	}
	breaks := 0
	for _, lineBreak := range []string{"\n", "\r", "\u0085", "\u2028", "\u2029"} { // as YAML has them
		breaks += strings.Count(src, lineBreak)
	}
	last := dsl.Pos{Line: 1, Column: 1}
	for _, m := range mistakes {
		if m.Pos.Line < last.Line || m.Pos.Line == last.Line && m.Pos.Column < last.Column {
			t.Fatalf("mistakes out of order:\n%v", err)
		}
		if m.Pos.Line > breaks+2 {
			t.Fatalf("mistake in a line that there is not:\n%v", m)
		}
		last = m.Pos
	}
}

// evaluateAll evaluates every expression in a world that knows nothing, and in
// one where every step will never give anything.
func evaluateAll(t *testing.T, p *dsl.Program) {
	t.Helper()
	for _, w := range []*world{newWorld(p), absentWorld(p)} {
		for _, s := range p.Steps {
			if s.If != nil {
				evaluate(t, s.If, w)
			}
			for _, b := range s.With {
				evaluate(t, b.Expr, w)
			}
			if s.Foreach != nil {
				frugal(t, func() { s.Foreach.Len(w, nil) })
			}
		}
		for _, o := range p.Outputs {
			evaluate(t, o.Expr, w)
		}
	}
}

func absentWorld(p *dsl.Program) *world {
	w := newWorld(p)
	for _, s := range p.Steps {
		w.set("absent " + s.Name)
	}
	return w
}

// evaluate holds a result to its contract.
func evaluate(t *testing.T, e *dsl.Expr, w *world) {
	t.Helper()
	var r dsl.Result
	frugal(t, func() { r = w.eval(e) })
	if r.Err != nil && strings.Contains(r.Err.Error(), "internal error") { // as CEL says that it recovered from a panic
		t.Fatal(r.Err)
	}
	set := 0
	for _, is := range []bool{r.Err != nil, r.Absent, len(r.Needs) > 0, len(r.Loads) > 0} {
		if is {
			set++
		}
	}
	if set > 1 || set == 1 && !r.Value.IsNull() {
		t.Fatalf("%s: the result says several things: %+v", e, r)
	}
	if !slices.IsSortedFunc(r.Needs, func(a, b dsl.Need) int {
		if a.Step != b.Step {
			return a.Step - b.Step
		}
		return a.Item - b.Item
	}) {
		t.Fatalf("%s: needs are not sorted: %v", e, r.Needs)
	}
	again := e.Eval(w, w.loaded)
	if r.Err == nil && !reflect.DeepEqual(r, again) {
		t.Fatalf("%s: evaluated again it gives another: %+v, %+v", e, r, again)
	}
}

// FuzzExpr: whatever the expression, it is refused or keeps its contract while
// a run goes on.
func FuzzExpr(f *testing.F) {
	for _, src := range []string{
		"inputs.n + 1", "i == 0 ? null : steps.many.outputs[i - 1].n", "steps.many.outputs.map(r, r.f)",
		"steps.?one.outputs.f", "zip(range(3), ['a', 'b', 'c'])", "sum(steps.many.outputs.map(r, r.n))",
		"steps.many.outputs.filter(r, r.n > 1).size()", "json('{\"a\": [1]}').a[0]", "x.f", "{'a': x.n}",
		"steps.many.outputs[?i + 1].n.orValue(0)", "inputs.j.a.b[2] == 'c' || failed()", "steps.one.outputs",
		"lines(inputs.s).map(l, int(l))", "run.started_at.getFullYear()", "steps.many.outputs == steps.many.outputs",
		"steps.many.outputs[0] in steps.many.outputs", "inputs.fs + [steps.one.outputs.f]", "steps.many.outputs + steps.many.outputs",
		"to_json([inputs.j, steps.many.outputs.map(r, r.n)])", "keys(inputs.j)", "min(inputs.fs.map(f, stem(f)))", "regex.extract(inputs.s, '(.)')",
		"[[1]].map(x, x + x).map(x, [x, x]).map(x, x == x)", "inputs.s.replace('', inputs.s).split('').join(inputs.s)", "'%s %.3f'.format([inputs.j, 1.5])",
		"inputs.fs.map(f, f.size).exists(s, s > 3)", "x in [x]", "type(inputs.v)", "inputs.v == inputs.v",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		if !strings.Contains(expr, "${{") {
			checkExpr(t, expr)
		}
	})
}

func checkExpr(t *testing.T, expr string) {
	t.Helper()
	src := "version: 1\nname: w\ninputs: { n: int, s: string, j: json, v: file, fs: \"file[]\" }\n" +
		"functions:\n  make: { run: ls, outputs: { n: int, f: { type: file, path: o } } }\n" +
		"steps:\n  one: { uses: make }\n  many: { uses: make, foreach: { in: \"${{ range(3) }}\" } }\n" +
		"  e:\n    builtin: noop\n    foreach: { in: \"${{ steps.many.outputs }}\", as: x, index: i }\n    with:\n      v: |-\n        ${{\n" +
		indent(expr) + "\n        }}\n"
	p, err := compile(t, src)
	if err != nil {
		checkMistakes(t, src, err)
		return
	}
	evaluateAll(t, p)
	w := newWorld(p)
	for _, fact := range []string{
		"loop 1", `input n 3`, `input s "1\n2"`, `input j {"a":{"b":[1,2,"c"]}}`, `input v "file:v:5"`, `input fs "large:fs:2"`,
		"items many 3", "items e 3", `output many[0] n 1`, `output many[0] f "file:m0:1"`, `output one n 4`, `output one f "file:o:2"`,
		"absent many[1]", `load fs ["file:f0:1","file:f1:2"]`, `output many[1] n 2`, `output many[2] n 3`,
	} {
		w.set(fact)
		evaluate(t, p.Steps[2].With[0].Expr, w)
	}
}

func indent(s string) string {
	s = strings.ToValidUTF8(s, "?")
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f || r == 0xfeff || r >= 0x80 && r < 0xa0 || r == 0x2028 || r == 0x2029 || r >= 0xfffe && r <= 0xffff {
			return ' '
		}
		return r
	}, s)
	return "        " + strings.ReplaceAll(s, "\n", "\n        ")
}
