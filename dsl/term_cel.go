package dsl

import (
	"errors"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"example.org/weft/object"
)

// celTerm is an expression that is computed.
type celTerm struct {
	program cel.Program
	checked *ast.AST
	is      shape
}

func (t *celTerm) shape() shape { return t.is }

func (t *celTerm) eval(ev *evaluation) Result {
	out, _, err := t.program.Eval(&activation{ev: ev})
	var r Result
	switch {
	case err == nil && weigh(out, object.MaxInline) < 0:
		r = failed(tooBig("more than " + strconv.Itoa(object.MaxInline)))
	case err == nil:
		r = limited(ev.fromCEL(out))
	case errors.Is(err, errAbsent):
		r = Result{Absent: true}
	case strings.Contains(err.Error(), "cost limit"):
		r = failed(errors.New("the expression takes too long: do it in a function"))
	default:
		r = failed(errors.New(err.Error()))
	}
	if r.known() {
		r.Computed = true
	}
	return r
}

// An activation gives CEL the values of the names in an expression.
type activation struct{ ev *evaluation }

// Parent is nil: there is no scope around this one.
func (a *activation) Parent() cel.Activation { return nil }

// ResolveName returns the value of a name.
func (a *activation) ResolveName(name string) (any, bool) {
	ev := a.ev
	switch name {
	case "inputs":
		return &inputsRecord{recordBase{inputsType}, ev}, true
	case "steps":
		return &stepsRecord{recordBase{stepsType}, ev}, true
	case "run":
		return &runRecord{recordBase{runType}, ev}, true
	case succeededVar:
		return types.Bool(ev.scope.About().Succeeded), true
	case failedVar:
		return types.Bool(ev.scope.About().Failed), true
	case alwaysVar:
		return types.True, true
	}
	if name == ev.env.err {
		return &errorRecord{recordBase{errorType}, ev}, true
	}
	if name == visitVar && ev.env.repeats {
		return types.Int(ev.scope.About().Visit), true
	}
	if l := ev.env.loop; l != nil && name == l.as {
		return ev.loopItem(l), true
	} else if l != nil && name == l.index {
		i, _ := ev.scope.Loop()
		return types.Int(i), true
	}
	return nil, false
}

// loopItem is the item of the foreach, or its batch. When another foreach makes
// the list, it is read field by field.
func (ev *evaluation) loopItem(l *loop) ref.Val {
	if alias, ok := l.item.(*outputTerm); ok && alias.field.Name == "" && alias.item != nil {
		return newOutputs(ev, alias.step, alias.item.at(ev), alone)
	}
	if batch, ok := l.item.(*batchTerm); ok && batch.gathered() != nil && batch.gathered().field.Name == "" {
		return ev.batchList(batch)
	}
	r := l.item.eval(ev)
	if !r.known() {
		return ev.unknown(r)
	}
	return ev.toCEL(r.Value, l.item.shape().Type)
}
