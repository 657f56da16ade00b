package spike

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/node"
	"example.org/weft/object"
)

// A Node does what the workflow asks of one node: the activities of its task
// queue.
type Node struct {
	Local   *node.Node
	Journal journal.Journal
	Catalog journal.Catalog

	mu       sync.Mutex // guards the following field
	attempts map[executor.AttemptID]*attempt
}

// An attempt is one that the node was asked to run or to abort. It is kept when
// it has ended: it may be asked for again by an execution that continued as
// new.
type attempt struct {
	started chan struct{} // closed when the function is known to run
	ended   chan struct{} // closed when facts are complete
	facts   []Fact
}

// attempt returns the attempt of that name, and whether it is new.
func (n *Node) attempt(id executor.AttemptID) (a *attempt, isNew bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if a = n.attempts[id]; a != nil {
		return a, false
	}
	if n.attempts == nil {
		n.attempts = map[executor.AttemptID]*attempt{}
	}
	a = &attempt{started: make(chan struct{}), ended: make(chan struct{})}
	n.attempts[id] = a
	return a, true
}

// report takes what the node says of the attempt, in order, one after the other.
func (a *attempt) report(f executor.Fact) {
	switch f.(type) {
	case executor.AttemptStarted:
		close(a.started)
		return
	case executor.Succeeded, executor.Failed, executor.AttemptLost:
		defer close(a.ended)
	default:
	}
	a.facts = append(a.facts, Fact{f})
}

// Invoke runs an attempt and returns the facts that it ended with. Of an attempt
// that was asked for before it returns the same ones.
func (n *Node) Invoke(ctx context.Context, q Question[executor.Invoke]) ([]Fact, error) {
	a, isNew := n.attempt(q.Command.Attempt)
	if isNew {
		if err := n.invoke(ctx, q, a); err != nil {
			a.report(executor.AttemptLost{Task: q.Command.Attempt.Task, Attempt: q.Command.Attempt.N, Reason: err.Error(), Drained: true})
		}
	}
	return a.await(ctx)
}

func (n *Node) invoke(ctx context.Context, q Question[executor.Invoke], a *attempt) error {
	run, program, err := n.runAt(ctx, q.Run, q.Seq)
	if err != nil {
		return err
	}
	n.Local.Invoke(node.Invocation{
		Attempt:  q.Command.Attempt,
		Function: &program.Functions[program.Steps[q.Command.Step].Function],
		Inputs:   run.Expand(object.Value{Map: q.Command.Inputs}).Map,
		Timeout:  q.Command.Timeout,
	}, a.report)
	return nil
}

// Abort stops an attempt and returns the facts that it ended with. One that the
// node knows nothing of will never be run here.
func (n *Node) Abort(ctx context.Context, q Question[executor.Abort]) ([]Fact, error) {
	a, isNew := n.attempt(q.Command.Attempt)
	if isNew {
		a.report(executor.AttemptLost{Task: q.Command.Attempt.Task, Attempt: q.Command.Attempt.N, Reason: q.Command.Reason, Drained: true})
	} else {
		n.Local.Abort(q.Command.Attempt, q.Command.Reason)
	}
	return a.await(ctx)
}

// await returns the facts of an attempt when it has ended. Until then it beats:
// with details when the function runs. It does not stop the attempt when the
// execution that asked is gone: the next one asks again.
func (a *attempt) await(ctx context.Context) ([]Fact, error) {
	beat := time.NewTicker(activity.GetInfo(ctx).HeartbeatTimeout / 4)
	defer beat.Stop()
	started := a.started
	for {
		select {
		case <-a.ended:
			return a.facts, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-started:
			started = nil
		case <-beat.C:
		}
		if started == nil {
			activity.RecordHeartbeat(ctx, "started")
		} else {
			activity.RecordHeartbeat(ctx)
		}
	}
}

// Evaluate completes the fact of an expression with the contents of objects.
func (n *Node) Evaluate(ctx context.Context, q Question[executor.Evaluate]) ([]Fact, error) {
	run, _, err := n.runAt(ctx, q.Run, q.Seq)
	if err != nil {
		return nil, err
	}
	loaded := dsl.Loaded{}
	c := q.Command
	for len(c.Loads) > 0 {
		for _, l := range c.Loads {
			if loaded[l], err = n.load(l.Of.Ref.ID); err != nil {
				return nil, err
			}
		}
		c = run.EvaluateWith(c, loaded)
	}
	return []Fact{{c.Fact}}, nil
}

func (n *Node) load(id object.ID) ([]byte, error) {
	f, err := n.Local.Store().OpenFile(id)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// Keep puts objects on stable storage.
func (n *Node) Keep(ctx context.Context, ids []object.ID) error {
	return n.Local.Store().Sync(ctx, ids...)
}

// runAt returns a run as it was after a record, which the journal must have.
func (n *Node) runAt(ctx context.Context, id executor.RunID, seq uint64) (*executor.Run, *dsl.Program, error) {
	records, err := n.Journal.Read(ctx, id, 0, int(seq))
	if err != nil {
		return nil, nil, err
	}
	if uint64(len(records)) < seq {
		return nil, nil, fmt.Errorf("the journal has %d records of %s, want %d", len(records), id, seq)
	}
	version := records[0].Fact.(executor.Started).Version
	w, err := n.Catalog.Workflow(ctx, "", version)
	if err != nil {
		return nil, nil, err
	}
	program, _, err := dsl.Compile(w.Name, w.Source)
	if err != nil {
		return nil, nil, err
	}
	run := executor.New(id, program)
	for _, r := range records {
		if err := run.Step(r); err != nil {
			return nil, nil, err
		}
	}
	run.Ready() // works out what follows from them
	return run, program, nil
}
