package embedded

import (
	"errors"
	"strconv"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/object"
)

// A lostError says that no node has some objects.
type lostError struct{ ids []object.ID }

func (e *lostError) Error() string {
	if len(e.ids) == 1 {
		return "object " + string(e.ids[0]) + " is lost"
	}
	return strconv.Itoa(len(e.ids)) + " objects are lost, such as " + string(e.ids[0])
}

// gone reports whether err of a store says that it has the object no more.
func gone(err error) bool {
	return errors.Is(err, object.ErrNotFound) || errors.Is(err, object.ErrChanged)
}

// lose tells the run that an object is lost, and reports whether that changed
// anything: what a pure function made is then made again for whoever needs it.
func (l *loop) lose(a *active, id object.ID) bool {
	maker := a.maker(id)
	if maker == "" || !l.step(a, executor.ObjectLost{Task: maker, Object: id}) {
		return false
	}
	clear(a.sought) // of inputs that are made again nobody knows the digests
	return true
}

// loseAll is lose of what err says is lost.
func (l *loop) loseAll(a *active, err error) (changed bool) {
	var lost *lostError
	if !errors.As(err, &lost) {
		return false
	}
	for _, id := range lost.ids {
		changed = l.lose(a, id) || changed
	}
	return changed
}

// missed takes what a node found missing of the inputs of an attempt, which it
// gives back next. An object that no task made is lost for good.
func (l *loop) missed(a *active, c *claim, id object.ID) {
	c.missed = true
	if a.maker(id) == "" {
		c.orphan = id
	}
	l.lose(a, id)
}

// giveUp returns the fact that an attempt comes to which was given back because
// inputs were lost. It counts as begun: what no repetition brings back is not
// asked for without end.
func (l *loop) giveUp(a *active, c *claim, f executor.AttemptLost) executor.Fact {
	if c.orphan != "" {
		return executor.Failed{
			Task: f.Task, Attempt: f.Attempt, Cause: executor.CauseObjectLost,
			Message: f.Reason, Where: executor.Where{Node: c.node.Status().ID},
		}
	}
	l.step(a, executor.AttemptStarted{Task: f.Task, Attempt: f.Attempt})
	return f
}

// maker returns the task that made an object, empty when none did. The first
// loss costs a look at all that the run has made.
func (a *active) maker(id object.ID) executor.TaskID {
	if a.makers == nil {
		a.makers = make(map[object.ID]executor.TaskID)
		for step := range a.program.Steps {
			for t := range a.run.Tasks(step, 0) {
				if t.State == executor.TaskSucceeded && len(t.Attempts) > 0 { // a switch has none
					last := t.Attempts[len(t.Attempts)-1]
					maker := executor.AttemptID{Run: a.lease.Run, Task: t.Task, N: last.N, Epoch: last.Epoch}
					if last.Reused != nil {
						maker = last.Reused.ID()
					}
					a.note(step, t.Task, maker, t.Outputs)
				}
			}
		}
	}
	return a.makers[id]
}

// note remembers which task the objects of outputs come from. Builtin functions
// hand on what others made. The files of a long list are not spelled out, but
// their names follow from that of the attempt that made them.
func (a *active) note(step int, task executor.TaskID, attempt executor.AttemptID, outputs map[string]object.Value) {
	fn := a.program.FunctionOf(step)
	if fn.Builtin != "" && !fn.Lists() {
		return
	}
	for _, field := range fn.Outputs {
		v := outputs[field.Name]
		for ref := range v.Refs {
			if _, known := a.makers[ref.ID]; !known || fn.Workflow == nil { // a workflow may give what it was given
				a.makers[ref.ID] = task
			}
		}
		if v.Large == nil || !listsFiles(field.Type) {
			continue
		}
		for i := range v.Large.Length {
			a.makers[object.Mint(attempt.String(), field.Name+"/"+strconv.Itoa(i))] = task
		}
	}
}

func listsFiles(t dsl.Type) bool {
	return t.Kind == dsl.KindList && t.Elem != nil && (t.Elem.Kind == dsl.KindFile || t.Elem.Kind == dsl.KindDir)
}
