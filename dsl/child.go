package dsl

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Child is a workflow that a function of another one runs. It is part of the
// other one's version: what its file says later changes no run.
type Child struct {
	Name    string // as written: a path, such as ./convert.yaml, or a workflow's name
	Program *Program
	Source  []byte // of the file; nil when the workflow is known by its name
}

// A Resolver finds the workflow of a name as it stands after `workflow`. Of one
// that has mistakes it returns Errors, with their positions in its own file.
type Resolver func(name string) (Child, error)

// maxNested is how many workflows may run inside each other.
const maxNested = 10

// IsPath reports whether a workflow is named by the path of its file.
func (c *Child) IsPath() bool { return isPath(c.Name) }

func isPath(name string) bool {
	return strings.Contains(name, "/") || strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

// Pins returns the versions of the workflows that the program's functions run,
// by their names as written.
func (p *Program) Pins() map[string]string {
	pins := make(map[string]string, len(p.Children))
	for _, child := range p.Children {
		pins[child.Name] = child.Program.Version
	}
	return pins
}

// runsWorkflow reads a function that runs another workflow, which says what it
// takes and gives.
func (c *compiler) runsWorkflow(f *Function, n *node) {
	name := c.scalar(n, "workflow")
	if name == nil {
		c.unresolved = true
		return
	}
	c.refuseOwn("function "+f.Name, n)
	f.Resources, f.Outputs = Resources{}, nil
	child := c.child(name)
	if child == nil {
		c.unresolved = true
		return
	}
	f.Workflow = child
	f.Inputs = child.Program.Inputs
	for _, out := range child.Program.Outputs {
		f.Outputs = append(f.Outputs, Field{Name: out.Name, Type: out.Type, Pos: name.pos})
	}
	for _, k := range keysOf(n, "inputs", "outputs") {
		c.add(k.pos, k.text, fmt.Sprintf("the %s of %s are those of %s", k.text, f.Name, name.text), "leave them out")
	}
}

// refuseOwn reports what a function or step says of the process that it runs,
// when what it runs is a workflow.
func (c *compiler) refuseOwn(name string, n *node) {
	for _, k := range keysOf(n, "shell", "env", "resources", "requires", "pure", "cache", "wait", "heartbeat") {
		c.add(k.pos, k.text, fmt.Sprintf("%s runs a workflow, and has %s", name, k.text), "take it out: the functions of that workflow have their own")
	}
}

// given reports whether what the function runs says what it takes and gives.
func (f Function) given() bool { return f.Builtin != "" || f.Workflow != nil }

// title names what takes the function's inputs.
func (f Function) title() string {
	if f.Workflow != nil {
		return "workflow " + f.Workflow.Name
	}
	return "function " + f.Name
}

// child returns the workflow that a function names; nil when there is none.
func (c *compiler) child(name *node) *Child {
	if i := slices.IndexFunc(c.program.Children, func(k *Child) bool { return k.Name == name.text }); i >= 0 {
		return c.program.Children[i]
	}
	if hasExpr(name.text) {
		c.add(name.pos, name.text, "a workflow has a name, not an expression", "to choose between workflows, write a step for each, and a switch")
		return nil
	}
	if c.resolve == nil {
		c.add(name.pos, name.text, fmt.Sprintf("workflow %s is not to be had here", name.text), "only a workflow by itself can stand here")
		return nil
	}
	child, err := c.resolve(name.text)
	if err != nil {
		c.noChild(name, err)
		return nil
	}
	if depth := child.Program.depth() + 1; depth > maxNested {
		c.add(name.pos, name.text, fmt.Sprintf("workflows stand %d deep in each other", depth), fmt.Sprintf("at most %d", maxNested))
		return nil
	}
	child.Name = name.text
	c.program.Children = append(c.program.Children, &child)
	slices.SortFunc(c.program.Children, func(a, b *Child) int { return strings.Compare(a.Name, b.Name) })
	return &child
}

// noChild reports a workflow that cannot be run, with all that is wrong with it.
func (c *compiler) noChild(name *node, err error) {
	var theirs Errors
	if !errors.As(err, &theirs) {
		hint := childHint(name.text)
		if errors.Is(err, errItself) {
			hint = "what is done again and again is a foreach, or a step with repeat"
		}
		c.add(name.pos, name.text, err.Error(), hint)
		return
	}
	c.add(name.pos, name.text, fmt.Sprintf("workflow %s has mistakes", name.text), "see there")
	for _, e := range theirs {
		if !slices.ContainsFunc(c.foreign, func(f *Error) bool { return *f == *e }) {
			c.foreign = append(c.foreign, e)
		}
	}
}

func childHint(name string) string {
	if isPath(name) {
		return "a path relative to this file, such as ./convert.yaml"
	}
	return "NAME, NAME@VERSION or NAME@ALIAS of a workflow that the server has; a file begins with ./"
}

// depth is how many workflows stand inside each other below the program.
func (p *Program) depth() int {
	deepest := 0
	for _, child := range p.Children {
		deepest = max(deepest, 1+child.Program.depth())
	}
	return deepest
}

// version names what the program says, and what the workflows that it runs say.
func (c *compiler) version() string {
	text := canonical(c.root)
	if len(c.program.Children) > 0 {
		text = append(text, encodeJSON(c.program.Pins())...)
	}
	return digest(text)
}
