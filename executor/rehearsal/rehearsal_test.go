package rehearsal_test

import (
	"fmt"
	"strings"
	"testing"

	"example.org/weft/dsl"
	"example.org/weft/executor/rehearsal"
)

const workflow = `
version: 1
name: w
timeout: 1h
functions:
  load: { exec: [load], outputs: { rows: "json" }, timeout: 10s, retry: { max_retries: 1, interval: 1m } }
  save: { exec: [save, "${{ inputs.rows }}"], inputs: { rows: json }, pure: true }
steps:
  load: { uses: load }
  save: { uses: save, with: { rows: "${{ steps.load.outputs.rows }}" } }
  nap: { builtin: sleep, with: { seconds: 2.5 } }
  copy: { builtin: identity, with: { value: "${{ steps.load.outputs.rows }}" } }
outputs:
  rows: "${{ steps.copy.outputs.value }}"
`

func TestPlay(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, test, want string }{
		{
			"builtins do what they do, and what gives nothing needs no stub",
			`{ stubs: { load: { outputs: { rows: [{ a: 1 }, x] } } }, expect: { outputs: { rows: [{ a: 1 }, x] }, took: 2500ms, tasks: { save: succeeded } } }`,
			"",
		},
		{
			"a stub that takes too long runs into the function's timeout",
			`{ stubs: { load: { takes: 11s, outputs: { rows: 1 } } }, expect: { status: failed, error: longer than 10s, took: 80s, tasks: { load: { attempts: 2 } } } }`,
			"",
		},
		{
			"a run that takes too long runs into the workflow's timeout",
			`{ stubs: { load: { outputs: { rows: 1 } }, save: { takes: 2h } }, expect: { status: failed, error: "the workflow's timeout", took: 1h } }`,
			"",
		},
		{
			"a function of outputs without a stub is named",
			`{ expect: {} }`,
			"task load runs, and there is no stub for it: add load under stubs",
		},
		{
			"a failure that nobody expected says what it was",
			`{ stubs: { load: { fail: output } }, expect: { tasks: { load: { attempts: 1 } } } }`,
			`[{status succeeded failed} {error none "load failed (output): the stub fails"}]`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			src := "version: 1\nworkflow: w.yaml\ntests:\n  - " + strings.Replace(tt.test, "{", "{ name: x,", 1)
			got := play(t, workflow, src)
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// Waits take virtual time; the stub of a step that waits is what is sent.
func TestPlayOfWaits(t *testing.T) {
	t.Parallel()
	src := `
version: 1
name: w
steps:
  day: { wait: { for: 1d } }
  go: { needs: [day], wait: { approval: "Go?", timeout: 3d } }
  ask: { run: ls, wait: { callback: true }, outputs: { n: int } }
  stop: { wait: { signal: stop, timeout: 5d }, outputs: { n: int } }
outputs: { by: "${{ steps.go.outputs.by + '!' }}", n: "${{ steps.stop.outputs.n }}" }
`
	for _, tt := range []struct{ name, stubs, expect, want string }{
		{
			"they come", `{ go: { takes: 2d, outputs: { approved: true } }, stop: { outputs: { n: 7 } }, ask: { takes: 4d, outputs: { n: 1 } } }`,
			`{ outputs: { by: "!", n: 7 }, took: 4d }`, "",
		},
		{
			"one does not come", `{ go: { outputs: { approved: true, by: ann } }, ask: { outputs: { n: 1 } } }`,
			`{ status: failed, error: no signal stop within, took: 5d }`, "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := play(t, src, "version: 1\nworkflow: w.yaml\ntests:\n  - { name: x, stubs: "+tt.stubs+", expect: "+tt.expect+" }\n")
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// play plays the first test of a file and says what came of it.
func play(t *testing.T, workflow, tests string) string {
	t.Helper()
	file, err := dsl.CompileTests("w.test.yaml", []byte(tests), func(path string) (*dsl.Program, error) {
		p, _, err := dsl.Compile(path, []byte(workflow))
		return p, err
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err := rehearsal.Play(file.Program, &file.Tests[0])
	switch {
	case err != nil:
		return err.Error()
	case len(found) > 0:
		return fmt.Sprint(found)
	}
	return ""
}
