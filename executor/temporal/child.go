package temporal

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
)

// A Child asks that a run of another workflow be as it is wanted.
type Child struct {
	Run     executor.RunID      `json:"run"`
	Head    Head                `json:"head"`
	Options executor.Options    `json:"options"`
	Command executor.StartChild `json:"command"`
}

// startChild has a child be as its run wants it, and hears of an end that is
// known already. Others come as messages.
func (d *driver) startChild(c executor.StartChild) {
	ctx := workflow.WithActivityOptions(d.ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Minute,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, MaximumInterval: 5 * time.Second, MaximumAttempts: 10},
	})
	q := Child{Run: d.in.Run, Head: d.head(), Command: c, Options: executor.Options{Placement: d.run.Summary().Options.Placement}}
	answer := workflow.ExecuteActivity(ctx, "StartChild", q)
	workflow.Go(d.ctx, func(ctx workflow.Context) {
		var ended []Fact
		err := answer.Get(ctx, &ended)
		d.answers.Send(ctx, func(d *driver) {
			if err != nil {
				ended = []Fact{{executor.ChildEnded{
					Task: c.Attempt.Task, Run: c.Run, Seq: c.After + 1,
					Status: executor.StatusFailed, Cause: executor.CauseError, Error: cause(err),
				}}}
			}
			for _, f := range ended {
				d.take(f.Fact)
			}
		})
	})
}

// tellParent has the run of which this one is a child know that it ended.
func (d *driver) tellParent() error {
	parent, end, ok := d.run.ChildEnded()
	if !ok {
		return nil
	}
	return d.local("TellParent", nil, parent, Fact{end})
}

// children are what an engine does for runs of workflows that run others.
type children struct{ engine *Engine }

// TellParent posts the end of a child.
func (c *children) TellParent(ctx context.Context, parent executor.RunID, f Fact) error {
	end, ok := f.Fact.(executor.ChildEnded)
	if !ok {
		return temporal.NewNonRetryableApplicationError("not the end of a child", "fact", nil)
	}
	key := "child/" + string(end.Run) + "/" + strconv.FormatUint(end.Seq, 10)
	err := c.engine.cfg.Database.Post(ctx, parent, key, end)
	if errors.Is(err, journal.ErrNotFound) {
		return nil
	}
	return err
}

// StartChild has a child be as it is wanted, however often that is asked for. It
// returns how the child ended, if that is what its run wants to know.
func (c *children) StartChild(ctx context.Context, q Child) ([]Fact, error) {
	end, err := c.asWanted(ctx, q)
	switch {
	case errors.Is(err, journal.ErrBusy), errors.Is(err, journal.ErrNotFound):
		return nil, temporal.NewNonRetryableApplicationError(err.Error(), "child", nil)
	case err != nil || end == nil:
		return nil, err
	}
	return []Fact{{*end}}, nil
}

func (c *children) asWanted(ctx context.Context, q Child) (*executor.ChildEnded, error) {
	e, want := c.engine, q.Command
	rows, err := e.cfg.Database.Runs(ctx, journal.Filter{ID: want.Run, Limit: 1})
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0:
		if err := c.accept(ctx, q); err != nil {
			return nil, err
		}
	case rows[0].Status.Done():
		return c.afterEnd(ctx, want)
	}
	if want.Since == 0 {
		return nil, nil //nolint:nilnil // it has not ended
	}
	return nil, e.cfg.Database.Post(ctx, want.Run, "parent/"+strconv.FormatUint(want.Since, 10), wanted(want))
}

func (c *children) accept(ctx context.Context, q Child) error {
	want := q.Command
	var child *dsl.Program
	inputs := make(map[string]object.Value, len(want.Inputs))
	err := c.engine.follow.look(ctx, q.Run, q.Head, func(run *executor.Run, p *dsl.Program) error {
		child = p.FunctionOf(want.Step).Workflow.Program
		for name, v := range want.Inputs {
			inputs[name] = run.Expand(v)
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, _, err = c.engine.Submit(ctx, journal.NewRun{
		ID: want.Run, Workflow: child.Name, Version: child.Version, Inputs: inputs,
		Options: q.Options, IdempotencyKey: "child/" + string(want.Run), Created: time.Now().UTC(),
	})
	return err
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
func (c *children) afterEnd(ctx context.Context, want executor.StartChild) (*executor.ChildEnded, error) {
	run, _, err := c.engine.replay(ctx, want.Run)
	if err != nil {
		return nil, err
	}
	_, end, ok := run.ChildEnded()
	switch {
	case !ok:
		return nil, fmt.Errorf("%w: run %s goes on again", executor.ErrRedrive, want.Run)
	case end.Seq > want.After, want.Want == executor.StatusCancelled:
		return &end, nil
	case want.Want == executor.StatusPaused:
		return nil, nil //nolint:nilnil // when it is resumed it is asked for again
	}
	_, err = c.engine.Redrive(ctx, want.Run, executor.Redriven{}, false)
	return nil, err
}
