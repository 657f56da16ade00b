package dsl

import (
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
)

// DefaultMaxSlowdown is how much later a task may finish to save bytes when the
// workflow does not say.
const DefaultMaxSlowdown = 0.05

// Compile reads a workflow file. The error is an Errors with every mistake of
// the file; warnings do not keep a workflow from running. The name of the file
// is used in messages only.
func Compile(file string, src []byte) (p *Program, warnings Errors, err error) {
	return CompileWith(file, src, nil)
}

// CompileWith is Compile for a file whose functions may run other workflows,
// which resolve finds. Their mistakes come after those of the file itself.
func CompileWith(file string, src []byte, resolve Resolver) (p *Program, warnings Errors, err error) {
	c := &compiler{problems: &problems{file: file}, functions: map[string]int{}, program: &Program{}, resolve: resolve}
	c.root = parseTree(src, c.problems)
	if c.root != nil {
		c.source = newSource(src)
		c.compile()
	}
	if len(c.errs) > 0 {
		return nil, sorted(c.warnings), append(sorted(c.errs), c.foreign...)
	}
	return c.program, sorted(c.warnings), nil
}

// A compiler makes a Program of one file. Mistakes do not stop it: what
// follows from one is left out, everything else is still checked.
type compiler struct {
	*problems
	source    *source
	root      *node
	program   *Program
	functions map[string]int // by name under functions:
	steps     []*stepDecl    // in the order of the file
	early     []Read         // of expressions that are evaluated before a run begins
	base      *cel.Env
	env       *stepEnv
	lateEnv   *stepEnv // of the steps after a failure and at the end

	resolve    Resolver // nil: there are no other workflows
	unresolved bool     // some function runs a workflow that is not known
	foreign    Errors   // mistakes of workflows that functions run
}

func (c *compiler) compile() {
	c.check(c.root, keyed(workflowKeys()), "the workflow")
	if c.root.kind != mapNode {
		return
	}
	p := c.program
	p.Name = c.text(c.root, "name")
	p.Description = c.text(c.root, "description")
	p.Optimize = c.text(c.root, "optimize")
	if p.Optimize == "" {
		p.Optimize = "balanced"
	}
	p.Timeout = c.duration(c.root, "timeout")
	p.MaxSlowdown = DefaultMaxSlowdown
	if n := c.scalar(c.root, "max_slowdown"); n != nil {
		p.MaxSlowdown, _ = parseFraction(n.text)
	}
	p.Inputs = c.fields(c.root.get("inputs"))
	c.triggers(c.root.get("on"))
	p.Concurrency = c.concurrency(c.root.get("concurrency"))
	c.declareFunctions()
	c.declareSteps()
	if c.unresolved || !c.enterScope() { // what such a function takes and gives, nobody knows
		return
	}
	for _, s := range c.steps {
		c.compileStep(s)
	}
	c.compileOutputs()
	c.checkCaught()
	c.arrange()
	if len(c.errs) == 0 {
		c.advice()
		p.Version = c.version()
	}
}

// baseEnv returns what all expressions of the file have in common.
func (c *compiler) baseEnv() (*cel.Env, error) {
	if c.base != nil {
		return c.base, nil
	}
	base, err := cel.NewEnv(slices.Concat(baseOptions(), extensions(), library())...)
	c.base = base
	return base, err
}

// enterScope makes the names known that expressions read.
func (c *compiler) enterScope() bool {
	infos := make([]*stepInfo, len(c.steps))
	for i, s := range c.steps {
		infos[i] = s.info
	}
	base, err := c.baseEnv()
	if err == nil {
		c.env, err = newStepEnv(base, c.program.Inputs, infos)
	}
	if err == nil {
		c.lateEnv, err = c.env.withError("error")
	}
	if err == nil {
		c.lateEnv.late = true
	}
	if err != nil {
		c.add(Pos{1, 1}, "", "cannot prepare expressions: "+err.Error(), "")
		return false
	}
	return true
}

// scalar returns the value of a key when it is a scalar that says something.
func (c *compiler) scalar(n *node, key string) *node {
	v := n.get(key)
	if v == nil || v.kind != scalarNode || v.isNull() {
		return nil
	}
	return v
}

func (c *compiler) text(n *node, key string) string {
	if v := c.scalar(n, key); v != nil {
		return v.text
	}
	return ""
}

// duration reads a duration that has been checked; a bad one is 0.
func (c *compiler) duration(n *node, key string) time.Duration {
	if v := c.scalar(n, key); v != nil {
		d, _ := parseDuration(v.text)
		return d
	}
	return 0
}

// size reads a size that has been checked; a bad one is 0.
func (c *compiler) size(n *node, key string) int64 {
	if v := c.scalar(n, key); v != nil {
		s, _ := parseSize(v.text)
		return s
	}
	return 0
}

// fields reads declared inputs or outputs.
func (c *compiler) fields(n *node) []Field {
	if n == nil {
		return nil
	}
	var fields []Field
	for _, pr := range n.pairs {
		f := Field{Name: pr.key.text, Pos: pr.key.pos}
		if pr.value.kind == scalarNode {
			f.Type, _ = parseType(pr.value.text)
		} else {
			c.fieldKeys(&f, pr.value)
		}
		if f.Type.Nullable && f.Default == nil {
			f.Default = []byte("null")
		}
		fields = append(fields, f)
	}
	return fields
}

func (c *compiler) fieldKeys(f *Field, n *node) {
	f.Type, _ = parseType(c.text(n, "type"))
	f.Description = c.text(n, "description")
	f.Path = c.text(n, "path")
	f.MediaType = c.text(n, "media_type")
	f.SizeHint = c.size(n, "size_hint")
	if d := n.get("default"); d != nil {
		f.Default = c.defaultOf(d, f.Type)
	}
	if p := n.get("path"); p != nil {
		c.checkPath(p, f)
	}
}

func (c *compiler) defaultOf(n *node, t Type) []byte {
	if strings.Contains(n.text, "${{") {
		c.add(n.pos, n.text, "a default is a value, not an expression", "write the value; what is computed is an input of a step")
		return []byte("null")
	}
	if t.HasFiles() && !n.isNull() {
		c.add(n.pos, n.text, "a "+t.String()+" has no default", "leave it out, or declare the type as \""+t.String()+"?\" with the default null")
		return []byte("null")
	}
	if !c.constant(n, t) {
		return []byte("null")
	}
	return encodeJSON(literalOf(n, t))
}
