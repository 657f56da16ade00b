package dsl_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"example.org/weft/dsl"
)

// functionOf compiles a workflow with the one function f and returns it.
func functionOf(t *testing.T, body string) *dsl.Function {
	t.Helper()
	src := "version: 1\nname: w\nfunctions:\n  f:\n" + body + "steps: { s: { run: ls } }\n"
	p, _, err := dsl.Compile("w.yaml", []byte(src))
	if err != nil {
		t.Fatalf("%s\n%v", src, err)
	}
	return &p.Functions[0]
}

const templateInputs = `
    inputs: { f: file, fs: "file[]", s: string, n: int, x: float, j: json, maybe: "string?", ss: "string[]" }
    outputs: { o: file }
`

func templateScope() dsl.FuncScope {
	return dsl.FuncScope{
		Inputs: map[string]any{
			"f": "/in/f.mp4", "fs": []any{"/in/a b", "/in/c"}, "s": `it's "$(date)" $HOME \`, "n": json.Number("3"),
			"x": json.Number("2.50"), "j": map[string]any{"a": []any{json.Number("1"), nil}}, "maybe": nil, "ss": []any{},
		},
		Outputs: map[string]any{"o": "/out/o"},
	}
}

func TestArgumentsAreRendered(t *testing.T) {
	t.Parallel()
	f := functionOf(t, `
    exec: [cp, "${{ inputs.f }}", "${{ inputs.fs }}", "${{ inputs.ss }}", "-n${{ inputs.n }}x${{ inputs.x }}", "${{ inputs.j }}", "${{ inputs.maybe }}",
      "${{ outputs.o }}.tmp", "${{ inputs.n * 2 }}", "${{ basename(inputs.f) }}", "$${{ x }}", "${{ inputs.fs.map(p, p + '.bak') }}", "${{ inputs.j.a[0] }}", 5]
`+templateInputs)
	var got []string
	for _, e := range f.Exec {
		args, err := e.Args(templateScope())
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, args...)
	}
	want := []string{
		"cp", "/in/f.mp4", "/in/a b", "/in/c", "-n3x2.50", `{"a":[1,null]}`, "", "/out/o.tmp", "6", "f.mp4", "${{ x }}",
		"/in/a b.bak", "/in/c.bak", "1", "5",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestScriptsTakeValuesForData runs a script whose inputs are full of what a
// shell would run, and finds them unchanged in its output.
func TestScriptsTakeValuesForData(t *testing.T) {
	t.Parallel()
	f := functionOf(t, `
    run: |
      # a comment with ${{ inputs.s }}
      show() { for a in "$@"; do echo "<$a>"; done; }
      show ${{ inputs.s }} "${{ inputs.s }}!" a${{ inputs.s }}z
      show ${{ inputs.fs }} ${{ inputs.ss }} ${{ inputs.maybe }}
      x=${{ inputs.s }}; show "$x" "$(echo "${{ inputs.s }}")"
      show $(( ${{ inputs.n }} + 1 ))
      [[ ${{ inputs.s }} == "$x" ]] && show same
      show "${unset:-${{ inputs.s }}}"
      cat <<END
      <${{ inputs.s }}>
      END
      show '$${{ n }}' ${{ outputs.o }}
`+templateInputs)
	text, env, err := f.Run.Script(templateScope())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", text)
	cmd.Env = append(env, "PATH=/usr/bin:/bin")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, stderr.String(), text)
	}
	s := templateScope().Inputs["s"].(string)
	want := []string{
		s, s + "!", "a" + s + "z", "/in/a b", "/in/c", "", s, s, "4", "same", s, s, "${{ n }}", "/out/o",
	}
	got := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i := range got {
		got[i] = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(got[i]), "<"), ">")
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q\nof\n%s", got, want, text)
	}
}

func TestWhatLinuxWouldRefuseIsAnErrorWithAdvice(t *testing.T) {
	t.Parallel()
	f := functionOf(t, `
    run: echo ${{ inputs.s }}
    env: { A: "${{ inputs.s }}" }
`+strings.Replace(templateInputs, "outputs: { o: file }", "", 1))
	g := functionOf(t, `
    exec: [echo, "${{ inputs.s }}", "${{ inputs.fs }}"]
`+strings.Replace(templateInputs, "outputs: { o: file }", "", 1))
	scope := dsl.FuncScope{Inputs: map[string]any{"s": strings.Repeat("x", 128<<10), "fs": []any{}}}
	_, _, script := f.Run.Script(scope)
	_, text := f.Env[0].Value.Text(scope)
	_, argument := g.Exec[1].Args(scope)
	_, argv := g.Argv(dsl.FuncScope{Inputs: map[string]any{"s": strings.Repeat("x", 100<<10), "fs": []any{strings.Repeat("y", 50<<10)}}})
	for _, err := range []error{script, text, argument, argv} {
		if err == nil || !strings.Contains(err.Error(), "$WEFT_INPUT") {
			t.Errorf("got %v, want advice to read $WEFT_INPUT", err)
		}
	}
}

func TestAnInlineFunctionGetsWhatItReadsAsInputs(t *testing.T) {
	t.Parallel()
	src := `
version: 1
name: w
inputs: { video: file, n: int }
steps:
  a:
    run: cp ${{ inputs.video }} ${{ outputs.o }}; echo ${{ inputs.n + 1 }} "${{ inputs.video }}"
    env: { N: "${{ inputs.n }}" }
    outputs: { o: file }
  b:
    foreach: { in: "${{ steps.a.outputs.o.name == '' ? [] : [1, 2] }}", as: k, index: i }
    exec: [cat, "${{ steps.a.outputs.o }}", "${{ inputs.video }}", "${{ k }}", "${{ i }}", "${{ outputs.o + '.tmp' }}", "${{ outputs.o }}"]
    outputs: { o: file }
    with: { extra: [1, "${{ k }}"] }
`
	p, _, err := dsl.Compile("w.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	describe := func(i int) string {
		var out []string
		s := p.Steps[i]
		for j, b := range s.With {
			out = append(out, b.Input+" "+p.Functions[s.Function].Inputs[j].Type.String()+" = "+b.Expr.String())
		}
		return strings.Join(out, "; ")
	}
	if got, want := describe(0), "video file = ${{ inputs.video }}; value int = ${{ inputs.n + 1 }}; n int = ${{ inputs.n }}"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got, want := describe(1), `extra list<int> = [1,"${{ k }}"]; o file = ${{ steps.a.outputs.o }}; video file = ${{ inputs.video }}; k int = ${{ k }}; i int = ${{ i }}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
