package temporal

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"example.org/weft/executor"
)

// forever bounds what only a node's silence ends: Temporal wants a bound.
const forever = 10 * 365 * 24 * time.Hour

// epoch is the fencing number in attempts' names: a history has one writer, so
// it never rises.
const epoch = 1

// advance asks the run what it needs until it needs nothing more that can be
// answered at once.
func (d *driver) advance() error {
	for {
		for commands := d.run.Ready(); len(commands) > 0; commands = d.run.Ready() {
			for _, c := range commands {
				d.answer(c)
			}
		}
		if len(d.waiting) == 0 || d.blocked {
			return nil
		}
		if err := d.place(); err != nil {
			return err
		}
	}
}

// answer answers a command at once, or keeps it until it may leave.
func (d *driver) answer(c executor.Command) {
	switch c := c.(type) {
	case executor.Plan:
		d.answerPlan(c)
	case executor.Reuse:
		d.take(executor.NotReused{Task: c.Task, Attempt: c.Attempt, Why: "this engine keeps no earlier results"})
	case executor.Place:
		d.waiting = append(d.waiting, c)
	case executor.Begin:
		d.take(c.Fact)
	case executor.Conclude:
		d.take(executor.Concluded(c))
	case executor.Evaluate:
		if len(c.Loads) == 0 {
			d.take(c.Fact)
		} else {
			d.outgoing = append(d.outgoing, c)
		}
	case executor.Invoke, executor.Abort, executor.StartChild, executor.SetTimer, executor.Finish:
		d.outgoing = append(d.outgoing, c)
	}
}

// answerPlan says what the plan has of a step that was expanded.
func (d *driver) answerPlan(c executor.Plan) {
	if d.plan == nil {
		return
	}
	if s := d.plan.Step(c.Step); s != nil {
		d.take(executor.Planned{Step: s.Step, Group: s.Group, Rank: s.Rank.Microseconds()})
	}
}

// release lets the commands leave whose records the journal has.
func (d *driver) release() {
	out := d.outgoing
	d.outgoing = nil
	var work assignments
	for _, c := range out {
		switch c := c.(type) {
		case executor.Invoke:
			a := work.of(d, c.Node)
			a.Invoke = append(a.Invoke, c)
			for _, ref := range refs(d.run, c.Inputs) {
				d.objects.keeps(c.Node, ref.ID)
			}
		case executor.Abort:
			a := work.of(d, c.Node)
			a.Stop = append(a.Stop, c)
		case executor.Evaluate:
			d.evaluate(c)
		case executor.StartChild:
			d.startChild(c)
		case executor.SetTimer:
			d.set(c)
		case executor.Finish:
			d.finish(c)
		case executor.Plan, executor.Reuse, executor.Place, executor.Begin, executor.Conclude:
			panic("temporal: a command that is answered at once was held back")
		}
	}
	d.assign(work)
	d.arm()
	d.askAgain()
}

// finish has the run's outputs put on stable storage, and ends the run.
func (d *driver) finish(c executor.Finish) {
	ctx := workflow.WithActivityOptions(d.ctx, workflow.ActivityOptions{
		StartToCloseTimeout: forever,
		HeartbeatTimeout:    time.Minute,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, MaximumInterval: 10 * time.Second},
	})
	q := Keep{Run: d.in.Run, Head: d.head(), Command: c}
	answer := workflow.ExecuteActivity(ctx, "Keep", q)
	workflow.Go(d.ctx, func(ctx workflow.Context) {
		var kept Kept
		err := answer.Get(ctx, &kept)
		d.answers.Send(ctx, func(d *driver) {
			if err != nil {
				kept = Kept{Fact: Fact{executor.Finished{Status: executor.StatusFailed, Error: "cannot keep the outputs: " + cause(err)}}}
			}
			if !d.lost(kept.Lost) {
				d.take(kept.Fact.Fact)
			} // outputs that are made again come here again
		})
	})
}

// head is the place in the journal that the run has come to.
func (d *driver) head() Head {
	h := d.in.Head
	h.Seq = d.run.Seq()
	return h
}

// local runs a local activity of Control until it succeeds.
func (d *driver) local(activity string, result any, args ...any) error {
	ctx := workflow.WithLocalActivityOptions(d.ctx, workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: forever,
		StartToCloseTimeout:    time.Minute,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, MaximumInterval: 5 * time.Second},
	})
	return workflow.ExecuteLocalActivity(ctx, activity, args...).Get(ctx, result)
}
