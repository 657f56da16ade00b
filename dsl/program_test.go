package dsl

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func mustCompile(t *testing.T, src string) *Program {
	t.Helper()
	p, _, err := Compile("w.yaml", []byte(src))
	if err != nil {
		t.Fatalf("%v", err)
	}
	return p
}

// replace is strings.ReplaceAll of something that is there.
func replace(s, old, with string) string {
	if !strings.Contains(s, old) {
		panic(fmt.Sprintf("no %q in the source", old))
	}
	return strings.ReplaceAll(s, old, with)
}

const versionSource = `
version: 1
name: w
inputs: { n: { type: int, default: 3 }, f: file }
functions:
  f:
    exec: [cp, "${{ inputs.f }}", "${{ outputs.o }}"]
    inputs: { f: file }
    outputs: { o: file }
steps:
  a: { uses: f, with: { f: "${{ inputs.f }}" }, timeout: 5m }
  b: { run: 'cat ${{ steps.a.outputs.o }} ${{ inputs.n }}' }
`

// TestTheVersionIsOfWhatAFileSays: style, comments and the order of keys do
// not change it, anything else does.
func TestTheVersionIsOfWhatAFileSays(t *testing.T) {
	t.Parallel()
	version := mustCompile(t, versionSource).Version
	same := []string{
		replace(versionSource, "name: w\n", "name: \"w\" # a comment\n\n"),
		replace(versionSource, "{ uses: f, with: { f: \"${{ inputs.f }}\" }, timeout: 5m }", "\n    timeout: 5m\n    uses: f\n    with:\n      f: '${{ inputs.f }}'"),
		replace(versionSource, "version: 1\nname: w\n", "name: w\nversion: 1\n"),
		replace(versionSource, "default: 3", "default: 0x3"),
	}
	for _, src := range same {
		if got := mustCompile(t, src).Version; got != version {
			t.Errorf("another version of the same:\n%s", src)
		}
	}
	other := []string{
		replace(versionSource, "5m", "6m"),
		replace(versionSource, "default: 3", "default: 4"),
		replace(versionSource, "cat ", "cat  "),
		replace(versionSource, "name: w\n", "name: v\n"),
	}
	for _, src := range other {
		if got := mustCompile(t, src).Version; got == version {
			t.Errorf("the same version of another:\n%s", src)
		}
	}
}

// TestTheDigestOfAFunctionIsOfWhatItComputes: the planner learns by it, so it
// must not change with what a function is allowed or where it stands.
func TestTheDigestOfAFunctionIsOfWhatItComputes(t *testing.T) {
	t.Parallel()
	digest := func(src string) string { return mustCompile(t, src).Functions[0].Digest }
	want := digest(versionSource)
	if want == "" {
		t.Fatal("no digest")
	}
	for _, src := range []string{
		replace(versionSource, "    inputs: { f: file }", "    inputs: { f: file }\n    timeout: 3s\n    pure: true\n    resources: { cpu: 2 }"),
		replace(versionSource, "  b: {", "  c: {"),
		replace(versionSource, "${{ inputs.f }}\", \"", "${{inputs.f}}\", \""),
	} {
		if digest(src) != want {
			t.Errorf("another digest of the same function:\n%s", src)
		}
	}
	for _, src := range []string{
		replace(versionSource, "[cp,", "[mv,"),
		replace(versionSource, "    inputs: { f: file }", "    inputs: { f: file }\n    env: { A: b }"),
		replace(versionSource, "    outputs: { o: file }", "    outputs: { o: dir }"),
	} {
		if digest(src) == want {
			t.Errorf("the same digest of another function:\n%s", src)
		}
	}
}

func TestAnInlineFunctionIsTheSameWhereverItsInputsComeFrom(t *testing.T) {
	t.Parallel()
	a := mustCompile(t, versionSource)
	b := mustCompile(t, replace(replace(versionSource, "steps.a.outputs.o", "inputs.o"), "f: file }\nfunctions", "f: file, o: file }\nfunctions"))
	if a.Functions[1].Digest != b.Functions[1].Digest {
		t.Error("the digest depends on where an input comes from")
	}
}

func TestStepsStandAfterWhatTheyReadAndOtherwiseAsWritten(t *testing.T) {
	t.Parallel()
	p := mustCompile(t, `
version: 1
name: w
steps:
  z: { run: 'echo ${{ steps.m.outputs.value }}' }
  y: { run: ls }
  m: { builtin: identity, with: { value: 2 } }
  x: { run: ls, needs: [z] }
  b: { run: ls }
`)
	var got []string
	for _, s := range p.Steps {
		got = append(got, s.Name)
	}
	if strings.Join(got, " ") != "y m z x b" {
		t.Errorf("the order is %v", got)
	}
	if x := p.Steps[3]; len(x.Needs) != 1 || p.Steps[x.Needs[0]].Name != "z" {
		t.Errorf("x needs %v", x.Needs)
	}
	if r := p.Steps[2].Reads; len(r) != 1 || r[0].Step != 1 {
		t.Errorf("z reads %v", r)
	}
}

func TestDefaultsAndUnits(t *testing.T) {
	t.Parallel()
	p := mustCompile(t, `
version: 1
name: w
timeout: 1d12h
max_slowdown: 10%
functions:
  f:
    run: ls
    resources: { cpu: 0.5, memory: 1.5GiB }
    retry: { max_retries: 3, max_interval: 30s, jitter: full }
    timeout: 90s
    outputs: { o: { type: "file[]", path: "*.x", size_hint: 300KB, media_type: text/plain } }
steps:
  a: { uses: f }
  b: { uses: f, retry: { max_retries: 1, interval: 1h }, timeout: 1m, resources: { cpu: 4 } }
  c: { run: ls }
`)
	f, b := p.Functions[0], p.Steps[1]
	own := p.Functions[b.Function]
	for _, check := range []struct {
		name      string
		got, want any
	}{
		{"timeout", p.Timeout, 36 * time.Hour},
		{"slowdown", p.MaxSlowdown, 0.1},
		{"optimize", p.Optimize, "balanced"},
		{"cpu", f.Resources.CPU, 0.5},
		{"memory", f.Resources.Memory, int64(3 << 29)},
		{"size_hint", f.Outputs[0].SizeHint, int64(300_000)},
		{"retry of the function", fmt.Sprint(p.Steps[0].Retry), "{3 1s 2 30s true []}"},
		{"retry of the step", fmt.Sprint(b.Retry), "{1 1h0m0s 2 1h0m0s false []}"},
		{"timeout of the function", p.Steps[0].Timeout, 90 * time.Second},
		{"timeout of the step", b.Timeout, time.Minute},
		{"cpu of the step", own.Resources, Resources{4, 3 << 29}},
		{"digest of the step", own.Digest, f.Digest},
		{"cpu when nobody says", p.Functions[p.Steps[2].Function].Resources.CPU, 1.0},
		{"retries when nobody says", p.Steps[2].Retry, Retry{}},
	} {
		if fmt.Sprint(check.got) != fmt.Sprint(check.want) {
			t.Errorf("%s: %v, want %v", check.name, check.got, check.want)
		}
	}
}

func TestAThousandStepsCompileInSeconds(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("version: 1\nname: w\nsteps:\n  s0: { builtin: identity, with: { value: 1 } }\n")
	for i := 1; i < 1000; i++ {
		fmt.Fprintf(&b, "  s%d: { builtin: identity, with: { value: \"${{ steps.s%d.outputs.value }}\" } }\n", i, i-1)
	}
	start := time.Now()
	p := mustCompile(t, b.String())
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("compiling took %v", took)
	}
	if len(p.Steps) != 1000 {
		t.Errorf("%d steps", len(p.Steps))
	}
}
