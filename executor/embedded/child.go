package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
)

// A tended is a child of a run, with what is wanted of it. One goroutine at a
// time sees to it, so that what was asked for later is done later.
type tended struct {
	command executor.StartChild
	busy    bool
}

// startChild has a child be as its run wants it.
func (l *loop) startChild(a *active, c executor.StartChild) {
	inputs := make(map[string]object.Value, len(c.Inputs))
	for name, v := range c.Inputs {
		inputs[name] = a.run.Expand(v)
	}
	c.Inputs = inputs
	if a.children == nil {
		a.children = map[executor.RunID]*tended{}
	}
	t := a.children[c.Run]
	if t == nil {
		t = &tended{}
		a.children[c.Run] = t
	}
	t.command = c
	l.tend(a, t)
}

// tend sees to a child, unless somebody does: then it comes again.
func (l *loop) tend(a *active, t *tended) {
	if t.busy || l.stopping {
		return
	}
	t.busy = true
	c := t.command
	program := a.program.FunctionOf(c.Step).Workflow.Program
	options := executor.Options{Placement: a.run.Summary().Options.Placement}
	l.tasks.Go(func() {
		end := l.seeTo(l.background, c, program, options)
		l.events.put(seen{run: a, command: c, end: end})
	})
}

// seen says that a child is as it was wanted, or how it ended.
type seen struct {
	run     *active
	command executor.StartChild
	end     *executor.ChildEnded
}

func (e seen) deliver(l *loop) {
	a := e.run
	t := a.children[e.command.Run]
	if a.gone || t == nil {
		return
	}
	t.busy = false
	if e.end != nil {
		l.step(a, *e.end)
	}
	if now := t.command; a.children[now.Run] != nil && (now.Since != e.command.Since || now.Attempt != e.command.Attempt) {
		l.tend(a, t)
	}
}

// lookAtChildren sees again to the children that other servers drive: the news
// of their ends may have been lost.
func (l *loop) lookAtChildren(a *active) {
	for _, id := range slices.Sorted(maps.Keys(a.children)) {
		if l.runs[id] == nil {
			l.tend(a, a.children[id])
		}
	}
}

// childEnded lets go of a child, and remembers who made what it gave.
func (a *active) childEnded(x executor.ChildEnded) {
	delete(a.children, x.Run)
	t, ok := a.run.Task(x.Task)
	if !ok || a.makers == nil || x.Status != executor.StatusSucceeded {
		return
	}
	a.note(t.Step, x.Task, executor.AttemptID{Run: a.lease.Run, Task: x.Task, N: len(t.Attempts)}, x.Outputs)
}

// tellParent has the run of which one is a child know that it ended.
func (l *loop) tellParent(child *executor.Run) {
	parent, end, ok := child.ChildEnded()
	if !ok {
		return
	}
	if a := l.runs[parent]; a != nil {
		l.step(a, end)
		return
	}
	l.tasks.Go(func() {
		key := "child/" + string(end.Run) + "/" + strconv.FormatUint(end.Seq, 10)
		if err := l.cfg.Mailbox.Post(l.background, parent, key, end); err != nil {
			l.warn(l.background, "cannot tell a run how its child ended", err) // it looks by itself
		}
	})
}

// seeTo has a child be as it is wanted, however often that is asked for. It
// returns how the child ended, if that is what its run wants to know.
func (e *Engine) seeTo(ctx context.Context, c executor.StartChild, program *dsl.Program, options executor.Options) *executor.ChildEnded {
	const first, most, tries = 100 * time.Millisecond, 5 * time.Second, 10
	wait := first
	for try := 1; ; try++ {
		end, err := e.childAsWanted(ctx, c, program, options)
		if err == nil || ctx.Err() != nil {
			return end
		}
		e.log.WarnContext(ctx, "cannot see to a child run", slog.String("run", string(c.Run)), slog.Any("err", err))
		if errors.Is(err, journal.ErrBusy) || errors.Is(err, journal.ErrNotFound) || try == tries {
			return &executor.ChildEnded{
				Task: c.Attempt.Task, Run: c.Run, Seq: c.After + 1,
				Status: executor.StatusFailed, Cause: executor.CauseError, Error: err.Error(),
			}
		}
		pause(ctx, wait)
		wait = min(2*wait, most)
	}
}

func (e *Engine) childAsWanted(ctx context.Context, c executor.StartChild, program *dsl.Program, options executor.Options) (*executor.ChildEnded, error) {
	rows, err := e.cfg.Catalog.Runs(ctx, journal.Filter{ID: c.Run, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		_, _, err := e.Submit(ctx, journal.NewRun{
			ID: c.Run, Workflow: program.Name, Version: program.Version, Inputs: c.Inputs,
			Options: options, IdempotencyKey: "child/" + string(c.Run), Created: time.Now().UTC(),
		})
		if err != nil {
			return nil, err
		}
	} else if rows[0].Status.Done() {
		return e.afterEnd(ctx, c)
	}
	if c.Since == 0 {
		return nil, nil //nolint:nilnil // it has not ended
	}
	return nil, e.cfg.Mailbox.Post(ctx, c.Run, "parent/"+strconv.FormatUint(c.Since, 10), wanted(c))
}

// wanted returns the fact that makes a run what is wanted of it. What it is
// already that fact does not change.
func wanted(c executor.StartChild) executor.Fact {
	reason := "run " + string(c.Attempt.Run)
	switch c.Want {
	case executor.StatusCancelled:
		return executor.Cancelled{Reason: reason + " does not want it any more"}
	case executor.StatusPaused:
		return executor.Paused{Reason: reason + " is paused"}
	default:
		return executor.Resumed{}
	}
}

// afterEnd returns how a child ended, or redrives one whose end is known.
func (e *Engine) afterEnd(ctx context.Context, c executor.StartChild) (*executor.ChildEnded, error) {
	run, _, err := e.replay(ctx, c.Run)
	if err != nil {
		return nil, err
	}
	_, end, ok := run.ChildEnded()
	switch {
	case !ok:
		return nil, fmt.Errorf("%w: run %s goes on again", executor.ErrRedrive, c.Run)
	case end.Seq > c.After, c.Want == executor.StatusCancelled:
		return &end, nil
	case c.Want == executor.StatusPaused:
		return nil, nil //nolint:nilnil // when it is resumed it is asked for again
	}
	_, err = e.Redrive(ctx, c.Run, executor.Redriven{}, false)
	return nil, err
}
