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
			file, err := dsl.CompileTests("w.test.yaml", []byte(src), func(path string) (*dsl.Program, error) {
				p, _, err := dsl.Compile(path, []byte(workflow))
				return p, err
			})
			if err != nil {
				t.Fatal(err)
			}
			found, err := rehearsal.Play(file.Program, &file.Tests[0])
			got := ""
			switch {
			case err != nil:
				got = err.Error()
			case len(found) > 0:
				got = fmt.Sprint(found)
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
