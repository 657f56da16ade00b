package dsl

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// DefaultCPU is the cores that one attempt occupies when its function does not
// say.
const DefaultCPU = 1

// declareFunctions reads what stands under functions.
func (c *compiler) declareFunctions() {
	functions := c.root.get("functions")
	if functions == nil {
		return
	}
	for _, pr := range functions.pairs {
		if pr.value.kind != mapNode {
			continue
		}
		f := c.function(pr.key, pr.value)
		c.functions[pr.key.text] = len(c.program.Functions)
		switch n := pr.value.get("inputs"); {
		case !f.given():
			f.Inputs = c.fields(n)
			c.body(&f, pr.value, &templateScope{c: c, function: &f})
			c.checkProduced(f)
		case n == nil || f.Workflow != nil:
		case f.Builtin == "noop":
			f.Inputs = c.fields(n)
		default:
			c.add(n.pos, "inputs", fmt.Sprintf("the inputs of %s are given", f.Builtin), "leave them out")
		}
		f.Digest = f.digest()
		c.program.Functions = append(c.program.Functions, f)
	}
}

// bodiesIn lists the keys that say what a function runs.
func (c *compiler) bodiesIn(n *node) []*node {
	var keys []*node
	for _, pr := range n.pairs {
		if slices.Contains([]string{"run", "exec", "builtin", "workflow"}, pr.key.text) {
			keys = append(keys, pr.key)
		}
	}
	return keys
}

// function reads a function, its body and its inputs left out: those of an
// inline function are found in its body.
func (c *compiler) function(key, n *node) Function {
	f := Function{Name: key.text, Pos: key.pos, Resources: Resources{CPU: DefaultCPU}}
	bodies := c.bodiesIn(n)
	switch {
	case len(bodies) == 0 && !hasOtherKey(n, functionKeys()):
		c.add(key.pos, key.text, fmt.Sprintf("function %s does nothing", key.text), "give it run, exec, builtin or workflow")
	case len(bodies) > 1:
		c.add(bodies[1].pos, bodies[1].text, fmt.Sprintf("function %s has %s and %s", key.text, bodies[0].text, bodies[1].text), "keep one of them")
	}
	if b, ok := builtinNamed(c.text(n, "builtin")); ok {
		f.Builtin, f.Inputs, f.Outputs, f.Pure, f.Resources = b.Builtin, b.Inputs, b.Outputs, b.Pure, b.Resources
		if o := n.get("outputs"); o != nil {
			c.add(o.pos, "outputs", fmt.Sprintf("the outputs of %s are given", f.Builtin), "leave them out")
		}
	} else {
		f.Outputs = c.fields(n.get("outputs"))
	}
	c.commonKeys(&f, n)
	if len(keysOf(n, "workflow")) > 0 {
		c.runsWorkflow(&f, n)
		return f
	}
	if shell := n.get("shell"); shell != nil && n.get("run") == nil {
		c.add(shell.pos, "shell", "shell without run", "it says what runs the script of run")
	}
	return f
}

// override returns f with what the step n says in its place.
func (c *compiler) override(f Function, n *node) Function {
	c.commonKeys(&f, n)
	if env := n.get("env"); env != nil {
		f.Env = slices.Clone(f.Env)
		c.environment(&f, env, &templateScope{c: c, function: &f})
	}
	f.Digest = f.digest()
	return f
}

func (c *compiler) commonKeys(f *Function, n *node) {
	if r := n.get("resources"); r != nil {
		if v := c.scalar(r, "cpu"); v != nil {
			f.Resources.CPU = c.cores(v)
		}
		if r.get("memory") != nil {
			f.Resources.Memory = c.size(r, "memory")
		}
	}
	if n.get("timeout") != nil {
		f.Timeout = c.duration(n, "timeout")
	}
	if r := n.get("retry"); r != nil {
		f.Retry = c.retry(r)
	}
	if v := c.scalar(n, "pure"); v != nil {
		f.Pure = strings.EqualFold(v.text, "true")
	}
	c.cache(f, n)
	if r := n.get("requires"); r != nil {
		f.Requires = nil
		for _, item := range r.items {
			f.Requires = append(f.Requires, item.text)
		}
	}
	if s := n.get("shell"); s != nil {
		for _, item := range s.items {
			f.Shell = append(f.Shell, item.text)
		}
	}
}

func (c *compiler) cores(n *node) float64 {
	cpu, err := strconv.ParseFloat(n.text, 64)
	if err != nil {
		return DefaultCPU
	}
	if math.IsNaN(cpu) || cpu > 1e6 {
		c.add(n.pos, n.text, "cpu is not a number of cores", "such as 1 or 0.5")
		return DefaultCPU
	}
	return cpu
}

// body reads what a function runs and its environment.
func (c *compiler) body(f *Function, n *node, scope *templateScope) {
	if v := c.scalar(n, "run"); v != nil && v.tag == "!!str" {
		t := scope.script(v)
		f.Run = &t
		if strings.TrimSpace(v.text) == "" {
			c.add(v.pos, "", "run is empty", "write a script, or use builtin: noop")
		}
	}
	if exec := n.get("exec"); exec != nil {
		if len(exec.items) == 0 && exec.kind == listNode {
			c.add(exec.pos, "", "exec is empty", "[program, argument, ...]")
		}
		for _, item := range exec.items {
			f.Exec = append(f.Exec, scope.argument(item))
		}
	}
	if env := n.get("env"); env != nil {
		c.environment(f, env, scope)
	}
}

// environment reads environment variables; they replace those of the same name.
func (c *compiler) environment(f *Function, n *node, scope *templateScope) {
	for _, pr := range n.pairs {
		if strings.HasPrefix(pr.key.text, "WEFT_") {
			c.add(pr.key.pos, pr.key.text, fmt.Sprintf("%s is set by weft", pr.key.text), "choose a name without WEFT_ in front")
		}
		v := EnvVar{pr.key.text, scope.text(pr.value)}
		if i := slices.IndexFunc(f.Env, func(e EnvVar) bool { return e.Name == v.Name }); i >= 0 {
			f.Env[i] = v
		} else {
			f.Env = append(f.Env, v)
		}
	}
}

// checkPath checks where an output is collected from.
func (c *compiler) checkPath(n *node, f *Field) {
	parts := strings.Split(f.Path, "/")
	switch {
	case f.Type.Kind != KindFile && f.Type.Kind != KindDir && !(f.Type.Kind == KindList && f.Type.Elem.HasFiles()):
		c.add(n.pos, f.Path, fmt.Sprintf("output %s is %s and has no path", f.Name, article(f.Type.String())), "values are written as JSON to $WEFT_OUTPUT")
	case f.Path == "":
		c.add(n.pos, "", "path is empty", "say where the output lies, or leave path out")
		f.Path = "?" // it was meant to have one
	case strings.HasPrefix(f.Path, "/") || slices.Contains(parts, ".."):
		c.add(n.pos, f.Path, fmt.Sprintf("path %q leaves the working directory", f.Path), "a path in the working directory, such as out.mp4 or chunk-*.y4m")
	case hasExpr(f.Path):
		c.add(n.pos, f.Path, "a path has no expressions", "use * and ?")
	}
}

// checkProduced reports file outputs that nobody can find.
func (c *compiler) checkProduced(f Function) {
	for _, out := range f.Outputs {
		switch {
		case out.Path != "" || !out.Type.HasFiles():
		case out.Type.Kind == KindList:
			c.add(out.Pos, out.Name, fmt.Sprintf("output %s is never produced", out.Name), `a list of files has a path, such as path: "chunk-*.mp4"`)
		case !f.tells(out.Name):
			c.add(out.Pos, out.Name, fmt.Sprintf("output %s is never produced", out.Name),
				fmt.Sprintf("write to ${{ outputs.%s }} in the function, or say where it lies with path", out.Name))
		}
	}
}

// tells reports whether a template of the function hands it the path of an
// output.
func (f Function) tells(output string) bool {
	templates := slices.Clone(f.Exec)
	if f.Run != nil {
		templates = append(templates, *f.Run)
	}
	for _, v := range f.Env {
		templates = append(templates, v.Value)
	}
	return slices.ContainsFunc(templates, func(t Template) bool { return slices.Contains(t.outputs, output) })
}
