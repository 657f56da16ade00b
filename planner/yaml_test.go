package planner_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/planner"
)

// TestAPlanOfAWorkflowFile holds the planner to what the language says of a
// file: which reads are item by item, and which list a foreach goes over.
func TestAPlanOfAWorkflowFile(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("testdata/excamera.yaml")
	if err != nil {
		t.Fatal(err)
	}
	program, _, err := dsl.Compile("excamera.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	in := planner.Inputs{Bytes: map[string]int64{"video": 160 * mb}, StepItems: map[string]int{"encode": 32}}
	var prof planner.Profile
	for _, name := range []string{"before.txt", "after.txt"} {
		var b strings.Builder
		if err := planner.Make(program, in, prof, nodes(4, 2, 8*gb)).WriteText(&b); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.String())
		prof = afterARun(program, prof)
	}
}

// afterARun is what a run teaches: chunks of 10 MB, encoded to a hundredth.
func afterARun(p *dsl.Program, prof planner.Profile) planner.Profile {
	digest := map[string]string{}
	for _, s := range p.Steps {
		digest[s.Name] = p.Functions[s.Function].Digest
	}
	for _, o := range []planner.Observation{
		{Function: "split", Run: 2 * time.Second, InputBytes: 160 * mb, OutputBytes: map[string]int64{"chunks": 320 * mb}},
		{Function: "encode", Run: 4 * time.Second, InputBytes: 10 * mb, OutputBytes: map[string]int64{"ivf": 100 * kb}},
		{Function: "rebase", Run: time.Second, InputBytes: 11 * mb, OutputBytes: map[string]int64{"ivf": 100 * kb, "state": 1 * mb}},
		{Function: "stitch", Run: time.Second / 10, InputBytes: 3 * mb, OutputBytes: map[string]int64{"webm": 3 * mb}},
	} {
		o.Function = digest[o.Function]
		prof = planner.Learn(prof, o)
	}
	return prof
}
