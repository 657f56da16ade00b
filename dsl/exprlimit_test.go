package dsl_test

import (
	"fmt"
	"strings"
	"testing"

	"example.org/weft/dsl"
)

// TestNoExpressionCanHoldARunUp evaluates what would take for ever, or all
// memory, if calls were looked at only when they have been made.
func TestNoExpressionCanHoldARunUp(t *testing.T) {
	t.Parallel()
	doubled := "[[1]]" + strings.Repeat(".map(x, x + x)", 40)
	shared := "[[1]]" + strings.Repeat(".map(x, [x, x])", 40)
	text := "['x']" + strings.Repeat(".map(x, x + x)", 19)
	tests := []struct{ expr, want string }{
		{doubled + ".size()", "takes too long"},
		{"sum(" + doubled + "[0])", "takes too long"},
		{shared, "more than 32768 bytes"},
		{shared + ".map(x, x == x)", "bigger than 1048576 bytes"},
		{shared + ".map(x, x != x)", "bigger than 1048576 bytes"},
		{shared + ".map(x, x in [x])", "bigger than 1048576 bytes"},
		{"size(to_json(" + shared + "))", "bigger than 1048576 bytes"},
		{"size(to_json(" + shared + ".map(x, dyn(x))))", "bigger than 1048576 bytes"},
		{"'%s'.format([" + shared + "])", "bigger than 1048576 bytes"},
		{text + "[0].replace('', inputs.s + inputs.s).size()", "the text may get"},
		{text + ".map(x, x.replace('x', x)).size()", "the text may get"},
		{"regex.replace(" + text + "[0], 'x', inputs.s + inputs.s).size()", "the text may get"},
		{"range(20000).map(i, 'x').join(inputs.s + inputs.s).size()", "the text may get"},
		{text + ".map(x, [x, x, x].join()).size()", "bigger than 1048576 bytes"},
		{"range(2001).distinct().size()", "distinct of 2001 items"},
		{"range(100000).map(i, range(100000).size()).size()", "takes too long"},
		{"range(100000).map(i, zip(range(1000), range(1000)).size()).size()", "takes too long"},
		{"range(100001)", "want 0 to 100000"},
		{"size(range(1000000000))", "want 0 to 100000"},
		{"range(1000).map(i, json('[' + '1,' + '1]')).size()", ""},
		{"range(10000).map(i, i % 7).sort()[9999]", ""},
		{"range(2000).distinct().size()", ""},
		{"range(10000).sortBy(i, -i)[0]", ""},
	}
	var src strings.Builder
	src.WriteString("version: 1\nname: w\ninputs: { s: string }\nsteps:\n")
	for i, tt := range tests {
		fmt.Fprintf(&src, "  e%d:\n    builtin: identity\n    with:\n      value: |-\n        ${{ %s }}\n", i, tt.expr)
	}
	p, _, err := dsl.Compile("w.yaml", []byte(src.String()))
	if err != nil {
		t.Fatal(err)
	}
	for i, tt := range tests {
		t.Run(tt.expr[:min(len(tt.expr), 60)], func(t *testing.T) {
			t.Parallel()
			w := newWorld(p)
			w.set(`input s "` + strings.Repeat("y", 1000) + `"`)
			r := w.eval(w.expr(t, fmt.Sprintf("e%d.value", i)))
			if tt.want == "" && r.Err != nil || tt.want != "" && (r.Err == nil || !strings.Contains(r.Err.Error(), tt.want)) {
				t.Errorf("gives %s, want %q", w.showResult(r), tt.want)
			}
		})
	}
}
