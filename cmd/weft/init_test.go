package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Where there is no Python, the first workflow is a shell script.
func TestInitWithoutPython(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	if err := os.Symlink(bash, filepath.Join(dir, "bash")); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"init", dir},
		{"run", filepath.Join(dir, "workflow.yaml"), "--data", filepath.Join(dir, "data"), "--out", dir, "-i", "name=Ada"},
		{"test", filepath.Join(dir, "workflow.test.yaml")},
	} {
		cmd := weft(t.Context(), args...)
		cmd.Env = append(cmd.Env, "PATH="+dir)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("weft %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	made, err := filepath.Glob(filepath.Join(dir, "text*"))
	if err != nil || len(made) != 1 {
		t.Fatalf("the run left %v, %v", made, err)
	}
	if text, err := os.ReadFile(made[0]); err != nil || string(text) != "Hello, Ada!\n" {
		t.Errorf("it greets with %q, %v", text, err)
	}
}
