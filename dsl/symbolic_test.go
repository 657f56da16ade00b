package dsl

import (
	"slices"
	"testing"

	"example.org/weft/object"
)

const symbolicSource = `
version: 1
name: w
inputs: { list: "file[]", n: int, j: json }
functions:
  make: { run: ls, outputs: { n: int, f: { type: file, path: o } } }
steps:
  one: { uses: make }
  many: { uses: make, foreach: { in: "${{ range(inputs.n) }}" } }
  e:
    builtin: noop
    foreach: { in: "${{ zip(steps.many.outputs, inputs.list) }}", as: x, index: i }
    if: "${{ i > 0 && steps.one.outputs.n != 3 }}"
    with:
      path: "${{ steps.one.outputs.f }}"
      item: "${{ steps.many.outputs[2].f }}"
      before: "${{ i == 0 ? null : steps.e.outputs }}"
      optional: "${{ steps.many.outputs[?i - 1].f }}"
      gather: "${{ steps.many.outputs.map(r, r.f) }}"
      all: "${{ steps.many.outputs }}"
      alias: "${{ x[0].f }}"
      element: "${{ x[1] }}"
      field: "${{ inputs.j.a.b[3] }}"
      size: "${{ x[1].size }}"
      put_together: { a: ["${{ steps.one.outputs.f }}", 1], b: "n ${{ i }}" }
      length: "${{ size(steps.many.outputs) }}"
      literal: "${{ [1, 'a', {'b': true}] }}"
      chosen: "${{ inputs.n == 1 ? steps.one.outputs.f : inputs.list[0] }}"
`

// computes reports whether CEL takes part in evaluating a term.
func computes(t term) bool {
	some := func(terms ...term) bool { return slices.ContainsFunc(terms, computes) }
	switch t := t.(type) {
	case *celTerm:
		return true
	case *condTerm:
		return some(t.cond, t.yes, t.no)
	case *compareTerm:
		return some(t.a, t.b)
	case *logicTerm:
		return some(t.a, t.b)
	case *listTerm:
		return some(t.items...)
	case *mapTerm:
		return some(t.values...)
	case *textTerm:
		return some(t.parts...)
	case *elemTerm:
		return some(t.list)
	case *fieldTerm:
		return some(t.of)
	case *loopTerm:
		return some(t.of)
	case *rangeTerm:
		return some(t.n)
	case *sizeTerm:
		return some(t.list)
	}
	return false
}

func TestPathsAndWhatIsMadeOfThemCostNoCEL(t *testing.T) {
	t.Parallel()
	// A step that reads the list of its own outputs is a mistake: only its
	// binding is left out here.
	src := []byte(symbolicSource)
	_, _, err := Compile("w.yaml", src)
	if err == nil {
		t.Fatal("a step may read the list of its own outputs")
	}
	p := mustCompile(t, replace(symbolicSource, "steps.e.outputs }}", "steps.e.outputs[i - 1] }}"))
	for _, s := range p.Steps {
		if s.If != nil && computes(s.If.term) {
			t.Errorf("%s is computed", s.If)
		}
		if s.Foreach != nil && computes(s.Foreach.In.term) {
			t.Errorf("%s is computed", s.Foreach.In)
		}
		for _, b := range s.With {
			if computes(b.Expr.term) {
				t.Errorf("%s is computed", b.Expr)
			}
		}
	}
}

// longScope is a run in which every task has succeeded.
type longScope struct {
	items int
	reads int // calls, which are all that an evaluation can cost
}

func (s *longScope) Input(string) object.Value { s.reads++; return object.FromJSON([]byte("1")) }

func (s *longScope) Output(int, int, string) (object.Value, Presence) {
	s.reads++
	return object.Value{File: &object.Ref{ID: "x"}}, Present
}

func (s *longScope) Items(int) (int, Presence) { s.reads++; return s.items, Present }

func (s *longScope) Loop() (int, object.Value) { s.reads++; return 1, object.Null() }

func (s *longScope) About() About { return About{} }

func TestAListOfAMillionItemsCostsNoMoreThanOneOfTen(t *testing.T) {
	p := mustCompile(t, replace(symbolicSource, "steps.e.outputs }}", "steps.e.outputs[i - 1] }}"))
	step := p.Steps[len(p.Steps)-1]
	for _, b := range step.With {
		if b.Input == "field" || b.Input == "element" || b.Input == "size" || b.Input == "chosen" {
			continue // their values are no lists here
		}
		small, large := &longScope{items: 10}, &longScope{items: 1_000_000}
		if r := b.Expr.Eval(small, nil); !r.known() {
			t.Fatalf("%s: %+v", b.Expr, r)
		}
		b.Expr.Eval(large, nil)
		if small.reads != large.reads {
			t.Errorf("%s costs %d reads of 10 items and %d of a million", b.Expr, small.reads, large.reads)
		}
		few := testing.AllocsPerRun(5, func() { b.Expr.Eval(small, nil) })
		many := testing.AllocsPerRun(5, func() { b.Expr.Eval(large, nil) })
		if many > 2*few { // the encoder of JSON pools what it allocates
			t.Errorf("%s allocates %v times of 10 items and %v of a million", b.Expr, few, many)
		}
	}
}
