package workflows_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor/rehearsal"
)

// The tests of the examples are what `weft test` plays: without ffmpeg, and in
// no time.
func TestEveryWorkflowPassesItsOwnTests(t *testing.T) {
	t.Parallel()
	workflows, err := filepath.Glob("*/workflow.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, workflow := range workflows {
		dir := filepath.Dir(workflow)
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(dir, "workflow.test.yaml")
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			tests, err := dsl.CompileTests(file, src, func(path string) (*dsl.Program, error) {
				program, _, err := dsl.Compile(path, []byte(read(t, filepath.Join(dir, path))))
				return program, err
			})
			if err != nil {
				t.Fatal(err)
			}
			for i := range tests.Tests {
				found, err := rehearsal.Play(tests.Program, &tests.Tests[i])
				if err != nil || len(found) > 0 {
					t.Errorf("%s: %v %+v", tests.Tests[i].Name, err, found)
				}
			}
		})
	}
}

// All of them at once is one command; what it takes is printed.
func TestOneCommandPlaysTheTestsOfAllWorkflows(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*/workflow.test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cmd := weft(t, append([]string{"test"}, files...)...)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(began)
	if err != nil || bytes.Contains(out, []byte("FAIL")) {
		t.Fatalf("weft test: %v\n%s", err, out)
	}
	last := out[bytes.LastIndexByte(bytes.TrimSpace(out), '\n')+1:]
	t.Logf("%d workflows, %s: %s, %s of processor time", len(files), bytes.TrimSpace(last),
		took.Round(time.Millisecond), (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Round(time.Millisecond))
}
