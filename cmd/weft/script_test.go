package main

import (
	"flag"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what is got into the scripts")

// TestScripts types the commands of testdata/script, one folder and one data
// folder each.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("WEFT_DATA", env.WorkDir+"/.data")
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
	})
}
