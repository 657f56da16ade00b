// Package workflows_test checks the workflows that users copy.
package workflows_test

import (
	"os"
	"path/filepath"
	"testing"

	"example.org/weft/dsl"
)

func TestEveryWorkflowCompilesWithoutAWarning(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*/workflow.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no workflows found: %v", err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			program, warnings, err := dsl.Compile(file, src)
			if err != nil || len(warnings) > 0 {
				t.Fatalf("errors:\n%v\nwarnings:\n%v", err, warnings)
			}
			if folder := filepath.Base(filepath.Dir(file)); program.Name != folder {
				t.Errorf("workflow %s is in folder %s", program.Name, folder)
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), "README.md")); err != nil {
				t.Errorf("the folder explains nothing: %v", err)
			}
		})
	}
}
