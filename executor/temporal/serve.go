package temporal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/node"
	"example.org/weft/executor/planning"
)

// Serve drives runs until ctx is done: it is a worker of their workflows, starts
// those that were accepted and have none, brings them messages, and looks after
// the nodes.
func (e *Engine) Serve(ctx context.Context) error {
	if err := e.memory.Load(ctx); err != nil {
		return err
	}
	w := worker.New(e.cfg.Client, Queue, worker.Options{
		DeadlockDetectionTimeout: time.Minute, // Past reads the journal
		WorkerStopTimeout:        time.Second,
	})
	e.register(w)
	if err := w.Start(); err != nil {
		return fmt.Errorf("cannot work for Temporal: %w", err)
	}
	defer w.Stop()
	stop := e.cfg.Database.Watch("", e.wake)
	defer stop()
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			e.attend(ctx)
			e.sweep(ctx)
			e.forward(ctx)
		case <-e.kick:
			e.sweep(ctx)
			e.forward(ctx)
			wait(ctx, 20*time.Millisecond) // each record of a busy run wakes its watchers
		}
	}
}

// register says what the worker can do.
func (e *Engine) register(w worker.Registry) {
	e.RegisterForReplay(w)
	w.RegisterActivity(&control{mirror: e.cfg.Database, cluster: e.cluster, secret: e.cfg.Key, bandwidth: e.cfg.Bandwidth})
	w.RegisterActivity(&keeper{local: e.cfg.Local, follow: e.follow, holders: e.holders, memory: e.memory, log: e.log})
	w.RegisterActivity(&evaluator{local: e.cfg.Local, follow: e.follow})
	w.RegisterActivity(&children{engine: e})
}

// past reads what the journal has of a run up to a head.
func (e *Engine) past(run executor.RunID, head Head) (Past, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second) //nolint:forbidigo // a workflow has no other
	defer cancel()
	p := Past{}
	var err error
	if p.Program, err = e.cfg.Programs.Get(ctx, head.Version); err != nil {
		return p, err
	}
	if p.Plan, err = planning.LoadPlan(ctx, e.cfg.Database, run); err != nil && !errors.Is(err, journal.ErrNotFound) {
		return p, err
	}
	rows, err := e.cfg.Database.Runs(ctx, journal.Filter{ID: run, Limit: 1})
	if err != nil {
		return p, err
	}
	if len(rows) == 0 {
		return p, fmt.Errorf("cannot find run %s: %w", run, journal.ErrNotFound)
	}
	p.Begun = executor.Started{
		Workflow: p.Program.Name, Version: head.Version, Inputs: rows[0].Inputs,
		Decisions: executor.Decisions, Options: rows[0].Options,
	}
	p.Records, err = e.read(ctx, run, head.Seq)
	return p, err
}

// read returns the records of a run up to a number.
func (e *Engine) read(ctx context.Context, run executor.RunID, last uint64) ([]executor.Record, error) {
	const page = 1000
	var all []executor.Record
	for n := uint64(0); n < last; n = uint64(len(all)) {
		records, err := e.cfg.Database.Read(ctx, run, n, int(min(page, last-n)))
		if err != nil {
			return nil, err
		}
		if len(records) == 0 {
			return nil, fmt.Errorf("the journal has %d records of %s, want %d", n, run, last)
		}
		all = append(all, records...)
	}
	return all, nil
}

// wake asks for a look at what has come.
func (e *Engine) wake() {
	select {
	case e.kick <- struct{}{}:
	default:
	}
}

// attend looks after the nodes.
func (e *Engine) attend(ctx context.Context) {
	own := node.Report{Status: e.cfg.Local.Status(), Addr: e.cfg.Local.Addr(), Boot: "server", Storage: true}
	if _, err := e.cluster.join(ctx, own); err != nil {
		e.warn(ctx, "cannot report", err)
		return
	}
	if err := e.cluster.look(ctx); err != nil {
		e.warn(ctx, "cannot read the nodes' reports", err)
		return
	}
	e.cfg.Peers.set(e.cluster.welcome(own.ID).Peers)
	for _, r := range e.cluster.silent(time.Now()) {
		if !r.Storage {
			e.nodeLost(ctx, r)
		}
		if err := e.cluster.leave(ctx, r.ID, r.Boot); err != nil {
			e.warn(ctx, "cannot forget a node", err)
		}
	}
}

// sweep starts what was accepted, or opened again, and has no execution.
func (e *Engine) sweep(ctx context.Context) {
	rows, err := e.cfg.Database.Runs(ctx, journal.Filter{Status: executor.StatusPending, Limit: 1000})
	if err != nil {
		e.warn(ctx, "cannot look for accepted runs", err)
		return
	}
	var turns map[executor.RunID]bool
	for _, row := range rows {
		if row.Owner != e.owner {
			continue
		}
		program, err := e.cfg.Programs.Get(ctx, row.Version)
		if err != nil {
			e.warn(ctx, "cannot start a run", err)
			continue
		}
		if program.Concurrency != nil && row.Started.IsZero() {
			if turns == nil {
				turns = e.turns(ctx)
			}
			if !turns[row.ID] {
				continue
			}
		}
		if err := e.startRow(ctx, row); err != nil {
			e.warn(ctx, "cannot start a run", err)
		}
	}
}

// startRow starts an execution for a run as its row has it.
func (e *Engine) startRow(ctx context.Context, row journal.RunRow) error {
	head := Head{Version: row.Version}
	if !row.Started.IsZero() {
		records, err := e.readAll(ctx, row.ID)
		if err != nil {
			return err
		}
		head.Seq = uint64(len(records))
	}
	return e.start(ctx, row.ID, row.Epoch, head)
}

// workflowName is what histories call the workflow.
const workflowName = "weft"

// start starts an execution. That there is one already, or was for a run that
// begins, is no mistake.
func (e *Engine) start(ctx context.Context, run executor.RunID, fence uint64, head Head) error {
	reuse := enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE
	if head.Seq > 0 {
		reuse = enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
	}
	options := client.StartWorkflowOptions{
		ID: string(run), TaskQueue: Queue, WorkflowIDReusePolicy: reuse, WorkflowExecutionErrorWhenAlreadyStarted: true,
	}
	in := Input{Run: run, Fence: fence, Head: head, Patience: silence, HistoryLimit: e.cfg.HistoryLimit}
	_, err := e.cfg.Client.ExecuteWorkflow(ctx, options, workflowName, in)
	if _, already := errors.AsType[*serviceerror.WorkflowExecutionAlreadyStarted](err); already {
		return nil
	}
	return err
}

// again is after how long a message is sent once more that no record has folded
// in.
const again = 10 * time.Second

// forward brings messages of the inbox to their runs.
func (e *Engine) forward(ctx context.Context) {
	messages, err := e.cfg.Database.Inbox(ctx, e.owner)
	if err != nil {
		e.warn(ctx, "cannot read the inbox", err)
		return
	}
	waiting := make(map[int64]time.Time, len(messages))
	for _, m := range messages {
		if at, ok := e.sent[m.ID]; ok && time.Since(at) < again {
			waiting[m.ID] = at
			continue
		}
		if e.send(ctx, m) {
			waiting[m.ID] = time.Now()
		}
	}
	e.sent = waiting
}

// send signals a run. One that was cancelled before its turn is started for that.
func (e *Engine) send(ctx context.Context, m journal.Message) bool {
	err := e.cfg.Client.SignalWorkflow(ctx, string(m.Run), "", Inbox, Message{ID: m.ID, Fact: Fact{m.Fact}})
	if _, missing := errors.AsType[*serviceerror.NotFound](err); !missing {
		if err != nil {
			e.warn(ctx, "cannot signal a run", err)
		}
		return err == nil
	}
	if _, cancelled := m.Fact.(executor.Cancelled); !cancelled {
		return false
	}
	rows, err := e.cfg.Database.Runs(ctx, journal.Filter{ID: m.Run, Limit: 1})
	if err != nil || len(rows) != 1 || !rows[0].Started.IsZero() {
		return false
	}
	head := Head{Version: rows[0].Version}
	options := client.StartWorkflowOptions{ID: string(m.Run), TaskQueue: Queue, WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE}
	in := Input{Run: m.Run, Fence: rows[0].Epoch, Head: head, Patience: silence, HistoryLimit: e.cfg.HistoryLimit}
	_, err = e.cfg.Client.SignalWithStartWorkflow(ctx, string(m.Run), Inbox, Message{ID: m.ID, Fact: Fact{m.Fact}}, options, workflowName, in)
	return err == nil
}

func (e *Engine) warn(ctx context.Context, msg string, err error) {
	if ctx.Err() == nil {
		e.log.Warn(msg, "err", err) //nolint:sloglint // the messages are constants of the callers
	}
}

// RegisterForReplay registers the workflow with what replays histories.
func (e *Engine) RegisterForReplay(r worker.WorkflowRegistry) {
	r.RegisterWorkflowWithOptions((&Workflow{Past: e.past}).Run, workflow.RegisterOptions{Name: workflowName})
}
