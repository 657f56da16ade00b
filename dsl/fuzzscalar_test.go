package dsl_test

import (
	"strings"
	"testing"
	"time"

	"example.org/weft/dsl"
)

// FuzzDuration: what is read is a duration that can be written and read again.
func FuzzDuration(f *testing.F) {
	for _, s := range []string{"5m", "1h30m", "2d", "1d12h", "500ms", "1.5h", "-1s", "30", "", "d", "9999999h", "1e3d", "0x1p2d", "NaNd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkDuration(t, s) })
}

func checkDuration(t *testing.T, s string) {
	t.Helper()
	src := "version: 1\nname: w\nsteps: { a: { run: ls } }\ntimeout: " + quote(s) + "\n"
	p, err := compile(t, src)
	if err != nil {
		return
	}
	if p.Timeout < 0 {
		t.Fatalf("%q is %v", s, p.Timeout)
	}
	if d, err := time.ParseDuration(s); err == nil && d != p.Timeout {
		t.Fatalf("%q is %v, want %v", s, p.Timeout, d)
	}
	again, _, err := dsl.Compile("w.yaml", []byte(strings.Replace(src, quote(s), p.Timeout.String(), 1)))
	if err != nil || again.Timeout != p.Timeout {
		t.Fatalf("%v is read as %v: %v", p.Timeout, again, err)
	}
}

// FuzzSize: what is read is a number of bytes, and the same with its unit in
// other letters.
func FuzzSize(f *testing.F) {
	for _, s := range []string{"5", "300KB", "1.5GiB", "4 GiB", "-5MB", "9e99", "9999999999TB", ".", "1..5", "5 bananas", "NaN", "0x10"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkSize(t, s) })
}

func checkSize(t *testing.T, s string) {
	t.Helper()
	size := func(s string) (int64, error) {
		src := "version: 1\nname: w\nsteps: { a: { run: ls, resources: { memory: " + quote(s) + " } } }\n"
		p, err := compile(t, src)
		if err != nil {
			checkMistakes(t, src, err)
			return 0, err
		}
		return p.Functions[0].Resources.Memory, nil
	}
	n, err := size(s)
	if err != nil {
		return
	}
	if n < 0 {
		t.Fatalf("%q is %d bytes", s, n)
	}
	if again, err := size(strings.ToLower(s)); err != nil || again != n {
		t.Fatalf("%q is %d bytes, and %d in small letters: %v", s, n, again, err)
	}
}

// FuzzScript: whatever the script, it is refused or its expressions become
// variables, the values of which bash never takes for code.
func FuzzScript(f *testing.F) {
	for _, s := range []string{
		"echo ${{ inputs.s }}", `echo "a ${{ inputs.s }} b"`, "echo '${{ inputs.s }}'", "x=${{ inputs.s }}; eval $x", "eval ${{ inputs.s }}",
		"cat <<E\n${{ inputs.s }}\nE\n", "cat <<'E'\n${{ inputs.s }}\nE\n", "echo $(( ${{ inputs.n }} + 1 ))", "bash -c \"${{ inputs.s }}\"",
		"if true; then", "for f in ${{ inputs.xs }}; do echo \"$f\"; done", "case ${{ inputs.s }} in a) ;; esac", "echo ${x:-${{ inputs.s }}}", "$${{ x }}",
		"f() { echo ${{ inputs.s }}; }; trap f EXIT", "[[ ${{ inputs.s }} =~ a ]]", "echo `echo ${{ inputs.s }}`", "a[${{ inputs.n }}]=1", "echo {a,${{ inputs.s }}}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, script string) { checkScript(t, script) })
}

func checkScript(t *testing.T, script string) {
	t.Helper()
	src := "version: 1\nname: w\nsteps:\n  a:\n    uses: f\n    with: { s: x, n: 1, xs: [a, b] }\n" +
		"functions:\n  f:\n    inputs: { s: string, n: int, xs: \"string[]\" }\n    run: |-\n" + indent(script) + "\n"
	p, err := compile(t, src)
	if err != nil {
		checkMistakes(t, src, err)
		return
	}
	const evil = "$(touch evil)"
	text, _, err := p.Functions[0].Run.Script(dsl.FuncScope{Inputs: map[string]any{"s": evil, "n": 1, "xs": []any{evil, evil}}})
	if err == nil && strings.Contains(text, evil) && !strings.Contains(script, evil) {
		t.Fatalf("the script has the value itself:\n%s", text)
	}
}

func quote(s string) string {
	return "'" + strings.ReplaceAll(strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, s), "'", "''") + "'"
}
