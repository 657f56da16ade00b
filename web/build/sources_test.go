package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
)

const webDir = ".."

// need skips a test where npm has not been or cannot be had.
func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("there is no %s: scripts/need node installs it", program)
	}
	if _, err := os.Stat(filepath.Join(webDir, "node_modules", "typescript")); err != nil {
		t.Skip("the packages of package-lock.json are not installed: make web")
	}
}

func TestTypesAreRight(t *testing.T) {
	t.Parallel()
	need(t, "npm")
	cmd := exec.CommandContext(t.Context(), "npm", "run", "--silent", "check")
	cmd.Dir = webDir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestUnits runs web/src/*.test.ts by Node's own test runner.
func TestUnits(t *testing.T) {
	t.Parallel()
	need(t, "node")
	files, err := filepath.Glob(filepath.Join(webDir, "src", "*.test.ts"))
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d files: %v", len(files), err)
	}
	dir := t.TempDir()
	built := api.Build(api.BuildOptions{
		EntryPoints: files, Outdir: dir, OutExtension: map[string]string{".js": ".mjs"},
		Bundle: true, Write: true, Platform: api.PlatformNode, Format: api.FormatESModule, LogLevel: api.LogLevelWarning,
	})
	if len(built.Errors) > 0 {
		t.Fatal("the tests cannot be built")
	}
	args := []string{"--test", "--test-reporter=tap"}
	for _, file := range built.OutputFiles {
		args = append(args, file.Path)
	}
	if out, err := exec.CommandContext(t.Context(), "node", args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
