package dsl_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"example.org/weft/dsl"
)

// TestEvaluation runs the scripts under testdata/eval: what each expression
// reads, and what it gives or waits for while the run goes on.
func TestEvaluation(t *testing.T) {
	t.Parallel()
	golden(t, "testdata/eval/*.txtar", "script", func(t *testing.T, script string, ar *txtar.Archive) string {
		t.Helper()
		p, _, err := dsl.Compile("w.yaml", []byte(sectionOf(ar, "w.yaml")))
		if err != nil {
			t.Fatalf("cannot compile:\n%v", err)
		}
		w := newWorld(p)
		var out strings.Builder
		for line := range strings.Lines(script) {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") || w.set(line) {
				continue
			}
			fmt.Fprintf(&out, "%s\n\t%s\n", line, strings.ReplaceAll(w.ask(t, line), "\n", "\n\t"))
		}
		return out.String()
	})
}

// ask carries out:
//
//	edges STEP       its data edges
//	eval STEP.INPUT  a binding, or .if, .in; or an output of the workflow
//	len STEP         of its foreach
func (w *world) ask(t *testing.T, line string) string {
	t.Helper()
	command, arg, _ := strings.Cut(line, " ")
	switch command {
	case "edges":
		return w.edges(w.program.Steps[w.step(arg)].Reads)
	case "len":
		n, r := w.program.Steps[w.step(arg)].Foreach.Len(w, w.loaded)
		return fmt.Sprintf("%d: %s", n, w.showResult(r))
	case "eval":
		return w.showResult(w.eval(w.expr(t, arg)))
	}
	t.Fatalf("unknown command %q", line)
	return ""
}

func (w *world) expr(t *testing.T, name string) *dsl.Expr {
	t.Helper()
	step, input, ok := strings.Cut(name, ".")
	if !ok {
		for _, o := range w.program.Outputs {
			if o.Name == name {
				return o.Expr
			}
		}
		t.Fatalf("no output %s", name)
	}
	s := w.program.Steps[w.step(step)]
	switch input {
	case "if":
		return s.If
	case "in":
		return s.Foreach.In
	}
	for _, b := range s.With {
		if b.Input == input {
			return b.Expr
		}
	}
	t.Fatalf("no input %s of %s", input, step)
	return nil
}

func (w *world) edges(reads []dsl.Read) string {
	var lines []string
	for _, r := range reads {
		from := "inputs"
		if r.Step != dsl.InputStep {
			from = w.program.Steps[r.Step].Name
		}
		items := [...]string{"", " all items", fmt.Sprintf(" item i%+d", r.Offset), " some items", " length"}[r.Items]
		if r.Each {
			items += " element i"
		}
		if r.Batch > 0 {
			items += fmt.Sprintf(" in batches of %d", r.Batch)
		}
		to := r.Binding
		if to == "" {
			to = "(control)"
		}
		lines = append(lines, fmt.Sprintf("%s.%s%s -> %s", from, r.Field, items, to))
	}
	if lines == nil {
		return "none"
	}
	return strings.Join(lines, "\n")
}
