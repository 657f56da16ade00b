package dsl_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.org/weft/dsl"
)

const parent = `
version: 1
name: parent
steps: { a: { workflow: ./child.yaml, with: { n: 1 } }, b: { workflow: child@prod, with: { n: 2 } } }
outputs: { sum: "${{ steps.a.outputs.twice + steps.b.outputs.twice }}" }
`

const child = `
version: 1
name: child
inputs: { n: int, add: { type: int, default: 0 } }
steps: { a: { builtin: identity, with: { value: "${{ inputs.n }}" } } }
outputs: { twice: "${{ inputs.n * 2 + inputs.add }}" }
`

// compileParent compiles the parent beside that child.
func compileParent(t *testing.T, src string) *dsl.Program {
	t.Helper()
	named, _, err := dsl.Compile("child.yaml", []byte(child))
	if err != nil {
		t.Fatal(err)
	}
	sources := dsl.Sources{
		Read:  func(string) ([]byte, error) { return []byte(src), nil },
		Named: func(string) (dsl.Child, error) { return dsl.Child{Program: named}, nil },
	}
	p, _, err := sources.Compile("parent.yaml", []byte(parent))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAVersionPinsTheWorkflowsThatItRuns(t *testing.T) {
	t.Parallel()
	now, same, later := compileParent(t, child), compileParent(t, "# a comment\n"+child), compileParent(t, strings.Replace(child, "* 2", "* 3", 1))
	if now.Version != same.Version {
		t.Error("a comment in the child makes another version of the parent")
	}
	if now.Version == later.Version {
		t.Error("another child does not make another version of the parent")
	}
	if a, b := now.Functions[0].Digest, later.Functions[0].Digest; a == b {
		t.Error("another child does not make another function")
	}
	pins := now.Pins()
	if len(pins) != 2 || pins["./child.yaml"] != now.Children[0].Program.Version || pins["child@prod"] != now.Children[1].Program.Version {
		t.Errorf("the pins are %v", pins)
	}
	if !now.Children[0].IsPath() || now.Children[1].IsPath() {
		t.Error("a path is taken for a name, or a name for a path")
	}
}

func TestADiffTellsOfWorkflowsThatChanged(t *testing.T) {
	t.Parallel()
	now, later := compileParent(t, child), compileParent(t, strings.Replace(child, "* 2", "* 3", 1))
	if changes := dsl.Diff(now, []byte(parent), now, []byte(parent)); len(changes) > 0 {
		t.Errorf("the same differs: %+v", changes)
	}
	changes := dsl.Diff(now, []byte(parent), later, []byte(parent))
	if len(changes) != 1 || changes[0].Kind != "workflow" || changes[0].Name != "./child.yaml" || len(changes[0].Details) != 1 {
		t.Errorf("the changes are %+v", changes)
	}
}

func TestASubWorkflowTakesAndGivesWhatItDeclares(t *testing.T) {
	t.Parallel()
	f := compileParent(t, child).Functions[0]
	var got []string
	for _, field := range slices.Concat(f.Inputs, f.Outputs) {
		got = append(got, fmt.Sprint(field.Name, " ", field.Type, " ", string(field.Default)))
	}
	if want := "[n int  add int 0 twice int ]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if f.Resources != (dsl.Resources{}) {
		t.Errorf("a sub-workflow occupies %v", f.Resources)
	}
}
