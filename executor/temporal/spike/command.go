package spike

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"example.org/weft/executor"
	"example.org/weft/object"
	"example.org/weft/placement"
)

// forever bounds what only a node's silence ends: Temporal wants a bound.
const forever = 10 * 365 * 24 * time.Hour

// A Question is a command for a node, with the number of the record that it
// follows from: the journal has the run up to there.
type Question[C any] struct {
	Run     executor.RunID
	Seq     uint64
	Command C
}

// An Ask is what is to be placed, with what placement decides by.
type Ask struct {
	Command executor.Place // without its inputs
	Task    placement.Task
	Holders map[object.ID]string // nodes where inputs were made
	Turn    uint64
}

// advance asks the run what it needs until it needs nothing more that can be
// answered at once. A Plan stays unanswered, which the run permits.
func (d *driver) advance() error {
	for commands := d.run.Ready(); len(commands) > 0; commands = d.run.Ready() {
		var batch []Ask
		for _, c := range commands {
			switch c := c.(type) {
			case executor.Plan:
			case executor.Place:
				batch = append(batch, d.ask(c))
			case executor.Begin:
				d.take(Fact{c.Fact})
			case executor.Conclude:
				d.take(Fact{executor.Concluded(c)})
			case executor.StartChild:
				d.take(Fact{executor.ChildEnded{
					Task: c.Attempt.Task, Run: c.Run, Seq: c.After + 1, Status: executor.StatusFailed,
					Cause: executor.CauseError, Error: "this engine runs no workflow inside another yet",
				}})
			case executor.Evaluate:
				if len(c.Loads) == 0 {
					d.take(Fact{c.Fact})
				} else {
					d.outgoing = append(d.outgoing, c)
				}
			case executor.Invoke, executor.Abort, executor.SetTimer, executor.Finish:
				d.outgoing = append(d.outgoing, c)
			}
		}
		if len(batch) == 0 {
			continue
		}
		var placed []Fact
		if err := d.local("Place", &placed, batch, d.in.Options.Placement, d.program.MaxSlowdown); err != nil {
			return err
		}
		d.take(placed...)
	}
	return nil
}

func (d *driver) ask(c executor.Place) Ask {
	fn := &d.program.Functions[d.program.Steps[c.Step].Function]
	a := Ask{
		Task:    placement.Task{CPU: fn.Resources.CPU, Memory: fn.Resources.Memory, Requires: fn.Requires},
		Holders: map[object.ID]string{},
		Turn:    d.run.Seq(),
	}
	for _, n := range c.Avoid {
		a.Task.Avoid = append(a.Task.Avoid, string(n))
	}
	for ref := range d.run.Expand(object.Value{Map: c.Inputs}).Refs {
		a.Task.Inputs = append(a.Task.Inputs, ref)
		a.Holders[ref.ID] = string(d.made[ref.ID].node)
	}
	c.Inputs = nil
	a.Command = c
	return a
}

// release lets the commands leave whose records the journal has.
func (d *driver) release() {
	out := d.outgoing
	d.outgoing = nil
	for _, c := range out {
		switch c := c.(type) {
		case executor.Invoke:
			d.start(d.beating(c.Node), "Invoke", question(d, c), lost(c.Attempt))
		case executor.Abort:
			d.start(d.beating(c.Node), "Abort", question(d, c), lost(c.Attempt))
		case executor.Evaluate:
			d.start(d.onNode(d.made[c.Loads[0].Of.Ref.ID].node), "Evaluate", question(d, c), func(err error) []Fact {
				c.Fact.Err = err.Error()
				return []Fact{{c.Fact}}
			})
		case executor.SetTimer:
			workflow.Go(d.ctx, func(ctx workflow.Context) {
				_ = workflow.Sleep(ctx, c.At.Sub(workflow.Now(ctx))) // only a cancel could end it, and there is none
				d.answers.Send(ctx, []Fact{{executor.TimerFired{Timer: c.Timer}}})
			})
		case executor.Finish:
			d.finish(c)
		case executor.Plan, executor.Place, executor.Begin, executor.StartChild, executor.Conclude:
			panic("spike: a command that is answered at once was held back")
		}
	}
}

func question[C executor.Command](d *driver, c C) Question[C] {
	return Question[C]{d.in.Run, d.run.Seq(), c}
}

// finish has each node put on stable storage what it made of the run's outputs,
// and ends the run.
func (d *driver) finish(c executor.Finish) {
	var nodes []executor.NodeID
	made := map[executor.NodeID][]object.ID{}
	outputs := d.run.Expand(object.Value{Map: c.Outputs})
	for ref := range outputs.Refs {
		if n := d.made[ref.ID].node; n != "" {
			if made[n] == nil {
				nodes = append(nodes, n)
			}
			made[n] = append(made[n], ref.ID)
		}
	}
	workflow.Go(d.ctx, func(ctx workflow.Context) {
		f := executor.Finished{Status: c.Status, Outputs: outputs.Map, Error: c.Error}
		for _, n := range nodes {
			if err := workflow.ExecuteActivity(d.onNode(n), "Keep", made[n]).Get(ctx, nil); err != nil {
				f = executor.Finished{Status: executor.StatusFailed, Error: fmt.Sprintf("cannot keep the outputs: %v", err)}
			}
		}
		d.answers.Send(ctx, []Fact{{f}})
	})
}

// start runs an activity of a node. What it returns, or what follows from its
// failure, are the facts that answer the command.
func (d *driver) start(on workflow.Context, activity string, question any, failed func(error) []Fact) {
	answer := workflow.ExecuteActivity(on, activity, question)
	workflow.Go(d.ctx, func(ctx workflow.Context) {
		var facts []Fact
		if err := answer.Get(ctx, &facts); err != nil {
			facts = failed(err)
		}
		d.answers.Send(ctx, facts)
	})
}

// lost says what follows when the activity of an attempt fails: nobody answers
// for the attempt. That it had begun is known from the node's last heartbeat.
func lost(a executor.AttemptID) func(error) []Fact {
	return func(err error) []Fact {
		var facts []Fact
		var timeout *temporal.TimeoutError
		if errors.As(err, &timeout) && timeout.HasLastHeartbeatDetails() {
			facts = append(facts, Fact{executor.AttemptStarted{Task: a.Task, Attempt: a.N}})
		}
		return append(facts, Fact{executor.AttemptLost{Task: a.Task, Attempt: a.N, Reason: err.Error()}})
	}
}

// Queue is the task queue of a node: placement is a task queue's name.
func Queue(node executor.NodeID) string { return "node/" + string(node) }

func (d *driver) onNode(node executor.NodeID) workflow.Context {
	return workflow.WithActivityOptions(d.ctx, workflow.ActivityOptions{
		TaskQueue:              Queue(node),
		ScheduleToStartTimeout: d.in.Patience,
		StartToCloseTimeout:    10 * time.Minute,
		RetryPolicy:            &temporal.RetryPolicy{MaximumAttempts: 1},
	})
}

// beating is for an activity that takes as long as an attempt does.
func (d *driver) beating(node executor.NodeID) workflow.Context {
	ctx := workflow.WithHeartbeatTimeout(d.onNode(node), d.in.Patience)
	return workflow.WithStartToCloseTimeout(ctx, forever)
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
