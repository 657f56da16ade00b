package dsl_test

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"example.org/weft/dsl"
)

const expressionsPage = "../docs/expressions.md"

// An example is a row of a table of the page.
type example struct{ expr, gives string }

func examples(t *testing.T) (workflow string, rows []example) {
	t.Helper()
	page, err := os.ReadFile(expressionsPage)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	workflow, rest, _ = strings.Cut(rest, "```")
	for _, m := range regexp.MustCompile("(?m)^\\| `(.+?)` \\| `(.+?)` \\|").FindAllStringSubmatch(rest, -1) {
		rows = append(rows, example{m[1], m[2]})
	}
	return workflow, rows
}

// TestEveryExampleOfAnExpressionGivesWhatThePageSays evaluates the examples in
// the workflow of the page, as a step that reads all of them would.
func TestEveryExampleOfAnExpressionGivesWhatThePageSays(t *testing.T) {
	t.Parallel()
	workflow, rows := examples(t)
	var src strings.Builder
	src.WriteString(workflow)
	status := regexp.MustCompile(`^(succeeded|failed|always)\(\)$`)
	for i, e := range rows {
		if status.MatchString(e.expr) {
			fmt.Fprintf(&src, "  e%d: { builtin: noop, needs: [count], if: '${{ %s }}' }\n", i, e.expr)
			continue
		}
		fmt.Fprintf(&src, "  e%d:\n    builtin: identity\n    with:\n      value: |-\n        ${{ %s }}\n", i, e.expr)
	}
	p, _, err := dsl.Compile(expressionsPage, []byte(src.String()))
	if err != nil {
		t.Fatalf("%v\n%s", err, src.String())
	}
	w := newWorld(p)
	for _, in := range p.Inputs {
		if in.Name == "film" {
			w.set(`input film "file:clip.final.mp4:5000"`)
		} else if in.Default != nil {
			w.set("input " + in.Name + " " + string(in.Default))
		}
	}
	for _, fact := range []string{"items count 3", "output count[0] value 3", "output count[1] value 1", "output count[2] value 2", "absent skipped"} {
		w.set(fact)
	}
	for i, e := range rows {
		t.Run(e.expr, func(t *testing.T) {
			t.Parallel()
			input := "value"
			if status.MatchString(e.expr) {
				input = "if"
			}
			got := w.showResult(w.eval(w.expr(t, fmt.Sprintf("e%d.%s", i, input))))
			if !sameJSON(strings.TrimSuffix(got, " (computed)"), e.gives) {
				t.Errorf("gives %s, the page says %s", got, e.gives)
			}
		})
	}
}

func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

func TestEveryFunctionHasAnExample(t *testing.T) {
	t.Parallel()
	_, rows := examples(t)
	var all strings.Builder
	for _, e := range rows {
		fmt.Fprintln(&all, e.expr)
	}
	names, err := dsl.FunctionNames()
	if err != nil || len(names) < 50 {
		t.Fatalf("%d functions: %v", len(names), err)
	}
	for _, name := range names {
		if !regexp.MustCompile(`(^|[^\w])` + regexp.QuoteMeta(name) + `\(`).MatchString(all.String()) {
			t.Errorf("%s has no example in %s", name, expressionsPage)
		}
	}
}
