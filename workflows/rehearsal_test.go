package workflows_test

import (
	"os"
	"path/filepath"
	"testing"

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
