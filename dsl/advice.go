package dsl

import (
	"fmt"
	"slices"
)

// heavyHint is the size_hint, in bytes, from which on a lost output is dear.
const heavyHint = 1_000_000

// advice warns of what is legal but probably not meant.
func (c *compiler) advice() {
	used := make([]bool, len(c.program.Functions))
	reads := slices.Clone(c.early)
	for _, s := range c.steps {
		if s.step.Function >= 0 {
			used[s.step.Function] = true
		}
		reads = append(reads, s.reads...)
	}
	for _, o := range c.program.Outputs {
		reads = append(reads, o.Reads...)
	}
	for _, in := range c.program.Inputs {
		if !slices.ContainsFunc(reads, func(r Read) bool { return r.Step == InputStep && r.Field == in.Name }) {
			c.warn(in.Pos, in.Name, fmt.Sprintf("input %s is never read", in.Name), "leave it out")
		}
	}
	for i, f := range c.program.Functions {
		if !used[i] && !c.derived(i) {
			c.warn(f.Pos, f.Name, fmt.Sprintf("function %s is never used", f.Name), "leave it out")
		}
	}
	for _, s := range c.steps {
		c.adviseLoss(s)
	}
}

// derived reports whether a step runs a variant of function i.
func (c *compiler) derived(i int) bool {
	return slices.ContainsFunc(c.program.Functions[i+1:], func(f Function) bool { return f.Name == c.program.Functions[i].Name })
}

// adviseLoss warns of big intermediates that cannot be made again when they
// are lost, and so have to be on stable storage before anybody reads them.
func (c *compiler) adviseLoss(s *stepDecl) {
	if s.step.Function < 0 || c.program.Functions[s.step.Function].Pure {
		return
	}
	for _, o := range s.info.outputs {
		read := slices.ContainsFunc(c.steps, func(r *stepDecl) bool {
			return slices.ContainsFunc(r.reads, func(x Read) bool { return x.Field == o.Name }) && slices.Contains(r.from, s.info)
		})
		if o.SizeHint >= heavyHint && read {
			c.warn(o.Pos, o.Name, fmt.Sprintf("output %s is big, and its function is not pure", o.Name),
				"say pure: true if it has no effect but its outputs: it may then be made again when it is lost, and need not be synced first")
		}
	}
}
