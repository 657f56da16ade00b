package spike

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/object"
)

// Inbox is the signal that brings a run facts from outside: Cancelled, Paused,
// Resumed, SignalReceived, NodeLost, Redriven.
const Inbox = "inbox"

// Input is what an execution begins with. The run must have been accepted in
// the journal.
type Input struct {
	Run     executor.RunID
	Source  []byte // of the workflow
	Inputs  map[string]object.Value
	Options executor.Options

	// HistoryLimit is how many events an execution may have before it
	// continues as new; 0: the server says.
	HistoryLimit int

	// Patience is how long a node may be silent about an attempt before that is
	// lost, and how long a command may wait for its node to take it.
	Patience time.Duration
}

// Run is the workflow: it drives the run to its end, and says how that was. It
// is started under the run's own id.
func Run(ctx workflow.Context, in Input) (executor.Finished, error) {
	d, err := open(ctx, in)
	if err != nil {
		return executor.Finished{}, err
	}
	for fresh := true; ; fresh = false {
		if err := d.settle(); err != nil {
			return executor.Finished{}, err
		}
		if d.run.Done() {
			s := d.run.Summary()
			return executor.Finished{Status: s.Status, Outputs: s.Outputs, Error: s.Error}, nil
		}
		if !fresh && d.historyIsLong() {
			return executor.Finished{}, workflow.NewContinueAsNewError(ctx, Run, in)
		}
		d.release()
		d.events.Select(d.ctx)
	}
}

// A driver is one execution at work on its run. All of it belongs to the main
// coroutine; others send to answers.
type driver struct {
	ctx     workflow.Context
	in      Input
	program *dsl.Program
	run     *executor.Run
	placed  map[executor.TaskID]executor.NodeID // where each task was placed last
	made    map[object.ID]origin

	answers workflow.Channel // of []Fact, from activities and timers
	events  workflow.Selector
	failure error // of a step that an event led to

	records  []Record           // that the journal does not have yet
	outgoing []executor.Command // that leave when it has
}

// An origin is where an object was made.
type origin struct {
	task executor.TaskID
	node executor.NodeID
}

// open rebuilds the run from its records, or begins it.
func open(ctx workflow.Context, in Input) (*driver, error) {
	program, _, err := dsl.Compile("workflow.yaml", in.Source)
	if err != nil {
		return nil, err
	}
	d := &driver{
		// Whoever cancels the execution cancels the run, which then goes on to
		// its end: nothing here may be cut off.
		ctx: disconnected(ctx), in: in, program: program,
		run:    executor.New(in.Run, program),
		placed: map[executor.TaskID]executor.NodeID{}, made: map[object.ID]origin{},
		answers: workflow.NewChannel(ctx), events: workflow.NewSelector(ctx),
	}
	if err := d.rebuild(); err != nil {
		return nil, err
	}
	d.events.AddReceive(d.answers, func(c workflow.ReceiveChannel, _ bool) {
		var facts []Fact
		c.Receive(d.ctx, &facts)
		d.take(facts...)
	})
	d.events.AddReceive(workflow.GetSignalChannel(ctx, Inbox), func(c workflow.ReceiveChannel, _ bool) {
		var fact Fact
		c.Receive(d.ctx, &fact)
		d.take(fact)
	})
	workflow.Go(d.ctx, func(own workflow.Context) {
		ctx.Done().Receive(own, nil)
		d.answers.Send(own, []Fact{{executor.Cancelled{Reason: "cancelled in Temporal"}}})
	})
	return d, nil
}

func disconnected(ctx workflow.Context) workflow.Context {
	own, _ := workflow.NewDisconnectedContext(ctx)
	return own
}

// rebuild steps what the journal has of the run; if that is nothing the run
// begins.
func (d *driver) rebuild() error {
	for {
		var page []Record
		if err := d.local("Read", &page, d.in.Run, d.run.Seq()); err != nil {
			return err
		}
		for _, r := range page {
			rec := executor.Record{Seq: r.Seq, At: r.At, Fact: r.Fact.Fact}
			if err := d.run.Step(rec); err != nil {
				return fmt.Errorf("cannot rebuild %s: record %d: %w", d.in.Run, r.Seq, err)
			}
			d.note(r.Fact.Fact)
		}
		if len(page) == 0 {
			break
		}
	}
	if d.run.Seq() == 0 {
		d.take(Fact{executor.Started{
			Workflow: d.program.Name, Version: d.program.Version, Inputs: d.in.Inputs,
			Decisions: executor.Decisions, Options: d.in.Options,
		}})
	}
	return nil
}

// settle takes every event that is there, answers what can be answered at once,
// and returns when the journal has all of it.
func (d *driver) settle() error {
	for {
		for d.events.HasPending() {
			d.events.Select(d.ctx)
		}
		if err := d.advance(); err != nil {
			return err
		}
		if err := d.record(); err != nil {
			return err
		}
		if !d.events.HasPending() {
			return d.failure
		}
	}
}

// take steps facts. A stale one answers a question that is no longer open.
func (d *driver) take(facts ...Fact) {
	for _, f := range facts {
		if lost, ok := f.Fact.(executor.ObjectLost); ok && lost.Task == "" {
			lost.Task = d.made[lost.Object].task // a node knows the object alone
			f.Fact = lost
		}
		at := workflow.Now(d.ctx).UTC().Truncate(time.Microsecond)
		rec := executor.Record{Seq: d.run.Seq() + 1, At: at, Fact: f.Fact}
		switch err := d.run.Step(rec); {
		case errors.Is(err, executor.ErrStale), errors.Is(err, executor.ErrRedrive):
		case err != nil:
			d.failure = errors.Join(d.failure, err)
		default:
			d.note(f.Fact)
			d.records = append(d.records, Record{rec.Seq, rec.At, f})
		}
	}
}

// note remembers where objects are made.
func (d *driver) note(f executor.Fact) {
	switch f := f.(type) {
	case executor.Placed:
		d.placed[f.Task] = f.Node
	case executor.Succeeded:
		for ref := range (object.Value{Map: f.Outputs}).Refs {
			d.made[ref.ID] = origin{f.Task, d.placed[f.Task]}
		}
	default:
	}
}

// record has the journal take what was stepped.
func (d *driver) record() error {
	if len(d.records) == 0 {
		return nil
	}
	err := d.local("Record", nil, d.in.Run, d.records)
	d.records = nil
	return err
}

func (d *driver) historyIsLong() bool {
	info := workflow.GetInfo(d.ctx)
	if d.in.HistoryLimit > 0 {
		return info.GetCurrentHistoryLength() > d.in.HistoryLimit
	}
	return info.GetContinueAsNewSuggested()
}
