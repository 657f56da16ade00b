package temporal

import (
	"errors"
	"slices"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"example.org/weft/executor"
)

// assignments are what nodes are to be asked, in the order in which they came up.
type assignments []*nodeAssignment

type nodeAssignment struct {
	Assignment
	node executor.NodeID
}

// of returns the assignment of a node.
func (w *assignments) of(d *driver, node executor.NodeID) *nodeAssignment {
	for _, a := range *w {
		if a.node == node {
			return a
		}
	}
	a := &nodeAssignment{node: node, Assignment: Assignment{
		Run: d.in.Run, Version: d.in.Head.Version, Seq: d.run.Seq(), ViaStore: d.mode.UsesStore(),
	}}
	*w = append(*w, a)
	return a
}

// assign asks the nodes, and with what is new also for what they still owe.
func (d *driver) assign(work assignments) {
	for _, node := range d.owing {
		if len(d.owed[node]) == 0 {
			continue // it is lost
		}
		a := work.of(d, node)
		a.Await = append(a.Await, d.owed[node]...)
		delete(d.owed, node)
	}
	d.owing = nil
	for _, a := range work {
		d.ask(a)
	}
}

// ask has a node work, as one activity, however many attempts it is about.
func (d *driver) ask(a *nodeAssignment) {
	asked := a.attempts()
	answer := workflow.ExecuteActivity(d.beating(a.node), "Work", a.Assignment)
	workflow.Go(d.ctx, func(ctx workflow.Context) {
		var answers []Answer
		err := answer.Get(ctx, &answers)
		d.answers.Send(ctx, func(d *driver) {
			if err != nil {
				d.silent(a.node, asked, err)
				return
			}
			d.answered(a.node, asked, answers)
		})
	})
}

// answered takes what became of attempts. The node is asked again for the rest.
func (d *driver) answered(node executor.NodeID, asked []executor.AttemptID, answers []Answer) {
	done := make(map[executor.AttemptID]bool, len(answers))
	for _, a := range answers {
		done[a.Attempt] = true
		d.takeAll(a)
	}
	d.owe(node, slices.DeleteFunc(asked, func(id executor.AttemptID) bool { return done[id] }))
}

// owe has a node be asked about attempts again.
func (d *driver) owe(node executor.NodeID, ids []executor.AttemptID) {
	if len(ids) == 0 {
		return
	}
	if len(d.owed[node]) == 0 {
		d.owing = append(d.owing, node)
	}
	d.owed[node] = append(d.owed[node], ids...)
}

// takeAll takes the facts of an attempt. One that was given back because inputs
// were lost counts as begun: what no repetition brings back is not asked for
// without end. An object that no task made is lost for good.
func (d *driver) takeAll(a Answer) {
	missed, orphan := false, false
	for _, f := range a.Facts {
		fact := f.Fact
		switch f := fact.(type) {
		case executor.ObjectLost:
			missed = true
			orphan = d.objects.makerOf(f.Object) == "" || orphan
			d.lost([]Fact{{f}})
			continue
		case executor.AttemptLost:
			if orphan {
				fact = executor.Failed{
					Task: f.Task, Attempt: f.Attempt, Cause: executor.CauseObjectLost, Message: f.Reason,
					Where: executor.Where{Node: d.objects.where[f.Task]},
				}
			} else if missed {
				d.take(executor.AttemptStarted{Task: f.Task, Attempt: f.Attempt})
			}
		default:
		}
		d.take(fact)
	}
}

// lost tells the run what objects are lost, and reports whether that changed
// anything.
func (d *driver) lost(facts []Fact) (changed bool) {
	for _, f := range facts {
		lost, ok := f.Fact.(executor.ObjectLost)
		if !ok {
			continue
		}
		if lost.Task = d.objects.makerOf(lost.Object); lost.Task != "" {
			changed = d.take(lost) || changed
		}
	}
	return changed
}

// silent deals with a node that does not answer for attempts. If it had the
// question, that or the answer may have been lost on the way: it is asked again,
// and says so when it knows nothing of them. If it did not take the question, it
// is gone. Which of them had begun is known from its last heartbeat.
func (d *driver) silent(node executor.NodeID, asked []executor.AttemptID, err error) {
	var begun []executor.AttemptID
	var timeout *temporal.TimeoutError
	if errors.As(err, &timeout) && timeout.HasLastHeartbeatDetails() {
		_ = timeout.LastHeartbeatDetails(&begun) // none of them, then
	}
	for _, id := range begun {
		d.take(executor.AttemptStarted{Task: id.Task, Attempt: id.N})
	}
	if timeout != nil && timeout.TimeoutType() == enums.TIMEOUT_TYPE_HEARTBEAT {
		d.owe(node, asked)
		return
	}
	for _, id := range asked {
		d.take(executor.AttemptLost{Task: id.Task, Attempt: id.N, Reason: "its node is silent: " + cause(err)})
	}
}

// cause is what went wrong, without Temporal's words around it.
func cause(err error) string {
	if app, ok := errors.AsType[*temporal.ApplicationError](err); ok {
		return app.Message()
	}
	return err.Error()
}

// evaluate asks a node that holds what an expression reads.
func (d *driver) evaluate(c executor.Evaluate) {
	var node executor.NodeID
	for _, l := range c.Loads {
		if holders := d.objects.holders(l.Of.Ref.ID); len(holders) > 0 {
			node = holders[0]
			break
		}
	}
	ctx := d.onNode(node)
	if node == "" {
		ctx = workflow.WithTaskQueue(ctx, Queue) // what users gave is with the server
	}
	q := Question{Run: d.in.Run, Version: d.in.Head.Version, Seq: d.run.Seq(), Command: c}
	answer := workflow.ExecuteActivity(ctx, "Evaluate", q)
	workflow.Go(d.ctx, func(ctx workflow.Context) {
		var e Evaluation
		err := answer.Get(ctx, &e)
		d.answers.Send(ctx, func(d *driver) {
			switch {
			case err != nil && unavailable(err):
				d.objects.lose(node)
				d.outgoing = append(d.outgoing, c) // of another holder
			case err != nil:
				c.Fact.Err = cause(err)
				d.take(c.Fact)
			case d.lost(e.Lost):
				d.answer(d.run.EvaluateWith(c, nil)) // it waits for what is made again
			case len(e.Lost) > 0:
				c.Fact.Err, c.Fact.Cause = "object "+string(e.Lost[0].Fact.(executor.ObjectLost).Object)+" is lost", executor.CauseObjectLost
				d.take(c.Fact)
			default:
				d.take(e.Fact.Fact)
			}
		})
	})
}

// unavailable reports whether nobody was there to answer.
func unavailable(err error) bool {
	var timeout *temporal.TimeoutError
	return errors.As(err, &timeout)
}

// Queue is the task queue of runs; those of nodes have the node's name.
const Queue = "weft"

// NodeQueue is the task queue of a node: placement is a task queue's name.
func NodeQueue(node executor.NodeID) string { return "weft/node/" + string(node) }

func (d *driver) onNode(node executor.NodeID) workflow.Context {
	return workflow.WithActivityOptions(d.ctx, workflow.ActivityOptions{
		TaskQueue:              NodeQueue(node),
		ScheduleToStartTimeout: d.in.Patience,
		StartToCloseTimeout:    10 * time.Minute,
		RetryPolicy:            &temporal.RetryPolicy{MaximumAttempts: 1},
	})
}

// beating is for an activity that takes as long as attempts do.
func (d *driver) beating(node executor.NodeID) workflow.Context {
	ctx := workflow.WithHeartbeatTimeout(d.onNode(node), d.in.Patience)
	return workflow.WithStartToCloseTimeout(ctx, forever)
}
