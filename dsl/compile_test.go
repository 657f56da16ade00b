package dsl_test

import (
	"os"
	"testing"

	"example.org/weft/dsl"
)

func TestDesignExampleCompilesInOrder(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("testdata/excamera.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, warnings, err := dsl.Compile("excamera.yaml", src)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("errors:\n%v\nwarnings:\n%v", err, warnings)
	}
	for i, want := range []string{"split", "encode", "rebase", "stitch"} {
		if got := p.Steps[i].Name; got != want {
			t.Errorf("step %d is %s, want %s", i, got, want)
		}
	}
}
