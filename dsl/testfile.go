package dsl

import (
	"encoding/json"
	"maps"
	"time"

	"example.org/weft/object"
)

// A TestFile says how runs of one workflow go when its functions answer what
// the file says: what `weft test` reads.
type TestFile struct {
	Program *Program
	Tests   []Test
}

// A Test is one run: what it is given, what its functions answer, and what
// must come of it. A file stands in it by its name alone: two files are the
// same when their names are.
type Test struct {
	Name   string
	Inputs map[string]object.Value
	Files  map[string]string // contents by name, for expressions that read them
	Stubs  map[string]*Stub  // by task, step or function: the first that there is
	Expect Expectation
	Pos    Pos
}

// A Stub answers in place of a function.
type Stub struct {
	Answers []Answer // by attempt; the last one stands for all that follow
}

// An Answer is how one attempt goes.
type Answer struct {
	Takes time.Duration
	Fail  *StubFailure // nil: it succeeds

	outputs []stubOutput
}

// A StubFailure is how a stub fails.
type StubFailure struct {
	Cause    string // as in retry.on
	Message  string
	ExitCode int
}

// An Expectation is what must come of a run. What it leaves out may be
// anything.
type Expectation struct {
	Status  string                     // succeeded, unless the file says otherwise
	Outputs map[string]json.RawMessage // of the workflow; a file is its name
	Error   string                     // text that the run's error must contain
	Took    *time.Duration
	Tasks   []ExpectedTask // in the order of the file
}

// An ExpectedTask is what must have become of a task, or of a step as a whole.
type ExpectedTask struct {
	Task     string
	State    string                     // empty: any
	Attempts *int                       // nil: any number
	Inputs   map[string]json.RawMessage // of its function; a file is its name
	Pos      Pos
}

// CompileTests reads a test file. The workflow that it names is asked for by
// its path as written. The error is an Errors with every mistake of the file.
func CompileTests(file string, src []byte, workflow func(path string) (*Program, error)) (*TestFile, error) {
	c := &testCompiler{compiler: &compiler{problems: &problems{file: file}, source: newSource(src)}, envs: map[*Function]*stepEnv{}}
	c.root = parseTree(src, c.problems)
	if c.root != nil {
		c.compileTests(workflow)
	}
	if len(c.errs) > 0 {
		return nil, sorted(c.errs)
	}
	return &TestFile{Program: c.program, Tests: c.tests}, nil
}

// A testCompiler makes tests of one file. It is a compiler of expressions that
// have a function's inputs alone.
type testCompiler struct {
	*compiler
	tests []Test
	stubs map[string]*Stub // of every test
	envs  map[*Function]*stepEnv
}

func (c *testCompiler) compileTests(workflow func(path string) (*Program, error)) {
	c.check(c.root, keyed(testFileKeys()), "the test file")
	path := c.scalar(c.root, "workflow")
	if path == nil || path.tag != "!!str" {
		return
	}
	program, err := workflow(path.text)
	if err != nil {
		c.add(path.pos, path.text, err.Error(), "a path relative to this file")
		return
	}
	c.program = program
	tests := c.root.get("tests")
	if tests == nil || tests.kind != listNode {
		return
	}
	if len(tests.items) == 0 {
		c.add(tests.pos, "", "the file has no tests", "add one: - name: what it shows")
	}
	c.stubs = c.stubsIn(c.root)
	names := map[string]bool{}
	for _, n := range tests.items {
		t := c.test(n)
		if t.Name != "" && names[t.Name] {
			c.add(n.get("name").pos, t.Name, "a second test of this name", "give each a name of its own")
		}
		names[t.Name] = true
		c.tests = append(c.tests, t)
	}
}

func (c *testCompiler) test(n *node) Test {
	t := Test{Name: c.text(n, "name"), Pos: n.pos, Files: map[string]string{}, Stubs: maps.Clone(c.stubs)}
	for _, pr := range pairsOf(n.get("files")) {
		t.Files[pr.key.text] = pr.value.text
	}
	t.Inputs = c.testInputs(n, t.Files)
	maps.Copy(t.Stubs, c.stubsIn(n))
	t.Expect = c.expectation(n.get("expect"))
	return t
}

// testInputs reads what a test gives to its run, or says what is missing.
func (c *testCompiler) testInputs(n *node, files map[string]string) map[string]object.Value {
	given := n.get("inputs")
	c.refuseUnknown(given, c.program.Inputs, "the workflow has no input")
	values := map[string]object.Value{}
	for _, f := range c.program.Inputs {
		v := given.get(f.Name)
		switch {
		case v == nil && f.Default == nil:
			c.add(n.pos, "", "the test does not give input "+f.Name, "add it under inputs: "+f.Type.String())
		case v == nil:
			values[f.Name] = object.FromJSON(f.Default)
		case hasExpressions(v):
			c.add(v.pos, v.text, "an input of a run is a value, not an expression", "")
		case c.constant(v, byName(f.Type)):
			values[f.Name] = withFiles(literalValue(v, byName(f.Type)).term.(*constTerm).value, f, files)
		}
	}
	return values
}

// refuseUnknown reports names that none of the fields has.
func (c *testCompiler) refuseUnknown(n *node, fields []Field, msg string) {
	for _, pr := range pairsOf(n) {
		if _, ok := fieldNamed(fields, pr.key.text); !ok {
			c.add(pr.key.pos, pr.key.text, msg+" "+pr.key.text, suggest(pr.key.text, fieldNames(fields)))
		}
	}
}

// pairsOf returns what a mapping has; nothing of anything else.
func pairsOf(n *node) []pair {
	if n == nil || n.kind != mapNode {
		return nil
	}
	return n.pairs
}
