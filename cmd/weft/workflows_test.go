package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A run is started by the alias of a version that the server has: no file is
// needed.
func TestSubmitByAlias(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, c := serve(t, filepath.Join(dir, "data"))
	t.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt)
		_ = server.Wait()
	})
	file := filepath.Join(dir, "w.yaml")
	source := "version: 1\nname: w\ninputs: { n: int }\nsteps:\n  a: { builtin: identity, with: { value: \"${{ inputs.n }}\" } }\noutputs: { n: \"${{ steps.a.outputs.value }}\" }\n"
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	var out []byte
	for _, args := range [][]string{
		{"submit", file, "-i", "n=1", "--wait"},
		{"workflows", "alias", "w", "prod"},
		{"submit", "w@prod", "-i", "n=7", "--wait", "-o", "json"},
	} {
		var err error
		if out, err = weft(t.Context(), append(args, "--server", c.base)...).Output(); err != nil {
			t.Fatalf("weft %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	if !strings.Contains(string(out), `"n": 7`) {
		t.Errorf("the run gave %s", out)
	}
}
