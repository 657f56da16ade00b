package dsl_test

import (
	"testing"

	"example.org/weft/dsl"
)

func TestWhatChangedOfAFunctionIsNamed(t *testing.T) {
	t.Parallel()
	before := `exec: [ffmpeg, -i, "${{ inputs.v }}", -crf, "30"], inputs: { v: { type: file } }`
	for _, c := range []struct{ name, was, is, want string }{
		{"nothing", before, before, ""},
		{"resources", before, before + ", resources: { cpu: 2 }, timeout: 1h", ""},
		{"argument", before, `exec: [ffmpeg, -i, "${{ inputs.v }}", -crf, "28"], inputs: { v: { type: file } }`, `exec[4] was "30", is "28"`},
		{"fewer", before, `exec: [ffmpeg, -i, "${{ inputs.v }}", -crf], inputs: { v: { type: file } }`, `exec[4] was "30", is not there`},
		{"expression", before, `exec: [ffmpeg, -i, "x${{ inputs.v }}", -crf, "30"], inputs: { v: { type: file } }`, `exec[2] was "${{ inputs.v }}", is "x${{ inputs.v }}"`},
		{"input", before, `exec: [ffmpeg, -i, "${{ inputs.v }}", -crf, "30"], inputs: { v: { type: "file?" } }`, "its declared inputs"},
		{"line", `run: "set -e\ntrue"`, `run: "set -e\nfalse"`, `run: line 2 was "true", is "false"`},
		{"env", `exec: [a], env: { A: b }`, `exec: [a], env: { A: c }`, `env[0] was "A=b", is "A=c"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			was, is := onlyFunction(t, c.was), onlyFunction(t, c.is)
			if got := is.ChangeOf(was.Canonical()); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if same := was.Digest == is.Digest; same != (c.want == "") {
				t.Errorf("the digests are the same: %v", same)
			}
		})
	}
}

func onlyFunction(t *testing.T, body string) *dsl.Function {
	t.Helper()
	p, _, err := dsl.Compile("w.yaml", []byte("version: 1\nname: w\nfunctions:\n  f: { "+body+" }\nsteps:\n  a: { builtin: noop }\n"))
	if err != nil {
		t.Fatal(err)
	}
	return &p.Functions[0]
}
