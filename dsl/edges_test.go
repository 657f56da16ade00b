package dsl_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"example.org/weft/dsl"
)

// TestTheEdgesOfEachExpression compiles the expressions of testdata/edges.txtar
// one by one, each as what step e is given.
func TestTheEdgesOfEachExpression(t *testing.T) {
	t.Parallel()
	golden(t, "testdata/edges.txtar", "expressions", func(t *testing.T, lines string, ar *txtar.Archive) string {
		t.Helper()
		var out strings.Builder
		for line := range strings.Lines(lines) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "#") {
				fmt.Fprintf(&out, "\n%s\n", line)
				continue
			}
			fmt.Fprintf(&out, "%s\n\t%s\n", line, strings.ReplaceAll(edgesOf(t, sectionOf(ar, "w.yaml"), line), "\n", "\n\t"))
		}
		return out.String()
	})
}

func edgesOf(t *testing.T, workflow, expr string) string {
	t.Helper()
	p, _, err := dsl.Compile("w.yaml", []byte(strings.Replace(workflow, "EXPR", expr, 1)))
	if err != nil {
		var mistakes dsl.Errors
		if !errors.As(err, &mistakes) {
			t.Fatal(err)
		}
		_, msg, _ := strings.Cut(mistakes[0].Error(), ": ")
		return "mistake: " + msg
	}
	w := newWorld(p)
	for _, fact := range []string{
		"items many 5", "items some 5", "items e 5", "loop 2", "input n 1", `input s "s"`, `input words ["a","b","c","d","e"]`,
		`input j {"a":{"b":[1,2,3]},"a key":1}`, `input nested [[1],[2]]`, `input video "file:video:100"`,
		`input list ["file:f0:1","file:f1:1","file:f2:1"]`,
	} {
		w.set(fact)
	}
	step := p.Steps[w.step("e")]
	e := w.expr(t, "e.v")
	how := "computed"
	if e.Symbolic() {
		how = "symbolic"
	}
	return fmt.Sprintf("%s\n%s, %s\nitem 2: %s", w.edges(readsOf(step.Reads, "v")), how, e.Type(), w.showResult(w.eval(e)))
}

// readsOf are the reads of one binding.
func readsOf(reads []dsl.Read, binding string) []dsl.Read {
	var found []dsl.Read
	for _, r := range reads {
		if r.Binding == binding {
			found = append(found, r)
		}
	}
	return found
}
