package dsl

import (
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// A collector reads the references out of a checked expression.
type collector struct {
	*recogniser
	bound    map[string]*stepInfo // macro variables that stand for an item of a step's outputs
	reads    []Read
	steps    []*stepInfo // by place in reads; nil for the workflow's inputs
	inLoop   bool
	onStatus bool
}

// collect returns what an expression reads. Read.Step is an index into the
// steps as they stand in the file.
func collect(env *stepEnv, e ast.Expr) *collector {
	c := &collector{recogniser: newRecogniser(env), bound: map[string]*stepInfo{}}
	c.visit(e)
	return c
}

func (c *collector) add(r Read, step *stepInfo) {
	if step == nil {
		r.Step = InputStep
	} else {
		r.Step = step.index
	}
	if !slices.Contains(c.reads, r) {
		c.reads = append(c.reads, r)
		c.steps = append(c.steps, step)
	}
}

func (c *collector) visit(e ast.Expr) {
	if t := c.path(e); t != nil {
		c.term(t)
		return
	}
	if c.dynamic(e) {
		return
	}
	switch e.Kind() {
	case ast.IdentKind:
		c.name(e.AsIdent())
	case ast.ComprehensionKind:
		c.comprehension(e.AsComprehension())
		return
	}
	for _, child := range children(e) {
		c.visit(child)
	}
}

func (c *collector) name(name string) {
	if step := c.bound[name]; step != nil {
		c.add(Read{Items: ItemAll}, step)
		return
	}
	c.onStatus = c.onStatus || name == succeededVar || name == failedVar || name == alwaysVar
}

// term adds what a symbolic term reads.
func (c *collector) term(t term) {
	switch t := t.(type) {
	case *inputTerm:
		c.add(Read{Field: t.input.Name}, nil)
	case *outputTerm:
		c.output(t)
	case *gatherTerm:
		c.add(Read{Field: t.field.Name, Items: ItemAll}, t.step)
	case *fieldTerm:
		c.term(t.of)
	case *elemTerm:
		c.element(t)
	case *loopTerm:
		c.inLoop = true
		for i, r := range t.reads {
			c.add(r, t.steps[i])
		}
	case *listTerm:
		for _, item := range t.items {
			c.term(item)
		}
	case *batchTerm:
		c.inLoop = true
		c.batch(t.of, t.size)
	case indexTerm:
		c.inLoop = true
	}
}

func (c *collector) output(t *outputTerm) {
	r := Read{Field: t.field.Name}
	if t.item != nil {
		r.Items = ItemSome
		if t.item.own {
			r.Items, r.Offset = ItemAt, t.item.n
			c.inLoop = true
		}
	}
	c.add(r, t.step)
}

// batch adds what a task reads of the list whose batches a foreach takes.
func (c *collector) batch(list *checked, size int) {
	switch t := list.term.(type) {
	case *gatherTerm:
		c.add(Read{Field: t.field.Name, Items: ItemAt, Batch: size}, t.step)
	case *rangeTerm:
	case *zipTerm:
		for _, part := range t.lists {
			c.batch(part, size)
		}
	default:
		for i, r := range list.reads {
			r.Each, r.Batch = true, size
			c.add(r, list.steps[i])
		}
	}
}

// element adds what an item of a list reads: item by item when the index is
// the reader's own.
func (c *collector) element(t *elemTerm) {
	from := len(c.reads)
	c.term(t.list)
	if _, isBatch := t.list.(*batchTerm); t.item.own && !isBatch {
		c.inLoop = true
		for i := from; i < len(c.reads); i++ {
			c.reads[i].Each = t.item.n == 0
		}
	}
}

// dynamic adds steps.x.outputs[computed].f and size(steps.x.outputs).
func (c *collector) dynamic(e ast.Expr) bool {
	field := ""
	if operand, name, _, ok := selection(e); ok {
		if step := c.macroItem(operand); step != nil {
			c.add(Read{Field: name, Items: ItemAll}, step)
			return true
		}
		e, field = operand, name
	}
	if e.Kind() != ast.CallKind {
		return false
	}
	call := e.AsCall()
	args := call.Args()
	if call.IsMemberFunction() {
		args = append([]ast.Expr{call.Target()}, args...)
	}
	if len(args) == 0 {
		return false
	}
	list, ok := c.path(args[0]).(*gatherTerm)
	switch {
	case !ok:
		return false
	case call.FunctionName() == operators.Index, call.FunctionName() == operators.OptIndex:
		c.add(Read{Field: field, Items: ItemSome}, list.step)
		c.visit(args[1])
		return true
	case call.FunctionName() == "size" && field == "":
		c.add(Read{Items: ItemLength}, list.step)
		return true
	}
	return false
}

// macroItem returns the step of whose outputs a macro's variable is an item.
func (c *collector) macroItem(e ast.Expr) *stepInfo {
	if e.Kind() == ast.IdentKind {
		return c.bound[e.AsIdent()]
	}
	return nil
}

func (c *collector) comprehension(m ast.ComprehensionExpr) {
	names := []string{m.IterVar(), m.IterVar2(), m.AccuVar()}
	outer := make([]*stepInfo, len(names))
	list, isStep := c.path(m.IterRange()).(*gatherTerm)
	if isStep && list.field.Name == "" && !m.HasIterVar2() {
		before := len(c.reads)
		c.enter(names, outer, list.step)
		c.body(m)
		c.leave(names, outer)
		if len(c.reads) == before {
			c.add(Read{Items: ItemLength}, list.step)
		}
		return
	}
	c.visit(m.IterRange())
	c.enter(names, outer, nil)
	c.body(m)
	c.leave(names, outer)
}

func (c *collector) body(m ast.ComprehensionExpr) {
	for _, e := range []ast.Expr{m.AccuInit(), m.LoopCondition(), m.LoopStep(), m.Result()} {
		c.visit(e)
	}
}

func (c *collector) enter(names []string, outer []*stepInfo, item *stepInfo) {
	for i, name := range names {
		outer[i] = c.bound[name]
		c.bound[name] = nil
		c.shadow[name]++
	}
	c.bound[names[0]] = item
}

func (c *collector) leave(names []string, outer []*stepInfo) {
	for i, name := range names {
		c.bound[name] = outer[i]
		c.shadow[name]--
	}
}
