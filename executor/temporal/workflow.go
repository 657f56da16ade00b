package temporal

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/object"
	"example.org/weft/placement"
	"example.org/weft/planner"
)

// Inbox is the signal that brings a Message.
const Inbox = "inbox"

// Input is what an execution begins with. The run must have been accepted in
// the journal.
type Input struct {
	Run executor.RunID `json:"run"`

	// Fence is the least number that the execution writes to the journal under;
	// it rises with its history, and the next execution begins above that.
	Fence uint64 `json:"fence"`

	// Head is how far the journal is.
	Head Head `json:"head"`

	// Seen are the messages that came last: a second server may send them again.
	Seen []int64 `json:"seen,omitempty"`

	// HistoryLimit is how many events an execution may have before it continues
	// as new; 0: the Temporal server says.
	HistoryLimit int `json:"history_limit,omitempty"`

	// Patience is how long a node may be silent about what it was given, unless
	// the run hears before that it is lost.
	Patience time.Duration `json:"patience"`
}

// A Head is a place in the journal of a run.
type Head struct {
	Version string `json:"version"` // of the workflow
	Seq     uint64 `json:"seq"`
}

// A Past is a run as the journal has it up to a Head. It never changes, so a
// workflow may read it at any time and finds the same.
type Past struct {
	Program *dsl.Program
	Plan    *planner.Plan // that the run was accepted with; nil: none
	Begun   executor.Started
	Records []executor.Record
}

// A Workflow is what runs are driven by. Its method Run is what Temporal calls.
type Workflow struct {
	// Past reads what the journal has up to a head.
	Past func(executor.RunID, Head) (Past, error)
}

// Run drives a run to its end, and says how that was.
func (w *Workflow) Run(ctx workflow.Context, in Input) (executor.Status, error) {
	d, err := w.open(ctx, in)
	if err != nil {
		return "", err
	}
	for fresh := true; ; fresh = false {
		if err := d.settle(); err != nil {
			return "", err
		}
		if d.run.Done() {
			return d.run.Status(), d.tellParent()
		}
		if !fresh && d.historyIsLong() {
			return "", workflow.NewContinueAsNewError(ctx, workflowName, d.next())
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
	plan    *planner.Plan
	run     *executor.Run
	mode    placement.Mode
	homes   *placement.Homes
	objects *objects
	timers  timers
	turn    uint64 // placements so far

	answers workflow.Channel // of func(*driver), from whoever waits for something
	events  workflow.Selector
	failure error // of a step that an event led to

	waiting  []executor.Place // ready tasks that no node was found for yet
	blocked  bool             // the nodes have no room for them now
	pause    time.Duration    // until they are asked again
	dozing   bool             // the pause goes on
	records  []executor.Record
	folded   []int64                                  // messages that the records fold in
	outgoing []executor.Command                       // that leave when the journal has the records
	owed     map[executor.NodeID][]executor.AttemptID // that a node is to be asked about again
	owing    []executor.NodeID                        // the keys of owed, in order
	seen     []int64                                  // messages
}

// open rebuilds the run from its records, or begins it.
func (w *Workflow) open(ctx workflow.Context, in Input) (*driver, error) {
	d := &driver{
		// Whoever cancels the execution cancels the run, which then goes on to
		// its end: nothing here may be cut off.
		ctx: disconnected(ctx), in: in, objects: newObjects(), seen: in.Seen,
		answers: workflow.NewChannel(ctx), events: workflow.NewSelector(ctx),
		owed: map[executor.NodeID][]executor.AttemptID{},
	}
	past, err := w.Past(in.Run, d.in.Head)
	if err != nil {
		panic(err) // Temporal tries the workflow task again
	}
	d.program, d.plan = past.Program, past.Plan
	d.run, d.homes = executor.New(in.Run, d.program), placement.NewHomes(d.plan)
	if d.mode, err = placement.ParseMode(past.Begun.Options.Placement); err != nil {
		return nil, err
	}
	for _, r := range past.Records {
		if err := d.run.Step(r); err != nil {
			return nil, fmt.Errorf("cannot rebuild %s: record %d: %w", in.Run, r.Seq, err)
		}
		d.note(r.Fact)
	}
	d.listen(ctx)
	if d.run.Seq() == 0 {
		d.take(past.Begun)
	}
	return d, nil
}

func disconnected(ctx workflow.Context) workflow.Context {
	own, _ := workflow.NewDisconnectedContext(ctx)
	return own
}

// listen has what comes from outside wake the driver.
func (d *driver) listen(ctx workflow.Context) {
	d.events.AddReceive(d.answers, func(c workflow.ReceiveChannel, _ bool) {
		var deliver func(*driver)
		c.Receive(d.ctx, &deliver)
		deliver(d)
	})
	d.events.AddReceive(workflow.GetSignalChannel(ctx, Inbox), func(c workflow.ReceiveChannel, _ bool) {
		var m Message
		c.Receive(d.ctx, &m)
		d.deliver(m)
	})
	workflow.Go(d.ctx, func(own workflow.Context) {
		ctx.Done().Receive(own, nil)
		d.answers.Send(own, func(d *driver) { d.take(executor.Cancelled{Reason: "cancelled in Temporal"}) })
	})
}

// maxSeen is how many messages are remembered: more than servers have on their
// way for one run.
const maxSeen = 256

// deliver takes a message, once.
func (d *driver) deliver(m Message) {
	if slices.Contains(d.seen, m.ID) {
		return
	}
	d.seen = append(d.seen, m.ID)
	if len(d.seen) > maxSeen {
		d.seen = d.seen[1:]
	}
	d.take(m.Fact.Fact)
	d.folded = append(d.folded, m.ID)
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

// take steps a fact. A stale one answers a question that is no longer open.
func (d *driver) take(f executor.Fact) bool {
	at := workflow.Now(d.ctx).UTC().Truncate(time.Microsecond)
	rec := executor.Record{Seq: d.run.Seq() + 1, At: at, Fact: f}
	switch err := d.run.Step(rec); {
	case errors.Is(err, executor.ErrStale), errors.Is(err, executor.ErrRedrive):
		return false
	case err != nil:
		d.failure = errors.Join(d.failure, err)
		return false
	}
	d.note(f)
	d.records = append(d.records, rec)
	d.blocked = false // it may have made room on a node
	return true
}

// note remembers what facts say of nodes and objects.
func (d *driver) note(f executor.Fact) {
	switch f := f.(type) {
	case executor.Placed:
		d.objects.placed(f)
		if t, ok := d.run.Task(f.Task); ok && f.Node != "" {
			d.homes.Settle(d.program.Steps[t.Step].Name, t.Item, string(f.Node))
		}
	case executor.NodeLost:
		d.homes.Lose(string(f.Node))
		d.objects.lose(f.Node)
		delete(d.owed, f.Node)
	case executor.Succeeded:
		if t, ok := d.run.Task(f.Task); ok {
			d.objects.made(d.in.Run, d.program.FunctionOf(t.Step), f)
		}
	case executor.ChildEnded:
		d.objects.given(f)
	default: // says nothing of them
	}
}

// record has the journal take what was stepped.
func (d *driver) record() error {
	if len(d.records) == 0 && len(d.folded) == 0 {
		return nil
	}
	c := Copy{Run: d.in.Run, Fence: d.fence(), Done: d.folded}
	for _, r := range d.records {
		c.Records = append(c.Records, Record{r.Seq, r.At, Fact{r.Fact}})
	}
	d.records, d.folded = nil, nil
	return d.local("Record", nil, c)
}

// fence is the number that the execution writes under now: an attempt at this
// step of the history that comes to nothing has a lower one than those after.
func (d *driver) fence() uint64 {
	return d.in.Fence + uint64(workflow.GetInfo(d.ctx).GetCurrentHistoryLength())
}

func (d *driver) historyIsLong() bool {
	info := workflow.GetInfo(d.ctx)
	if d.in.HistoryLimit > 0 {
		return info.GetCurrentHistoryLength() > d.in.HistoryLimit
	}
	return info.GetContinueAsNewSuggested()
}

// next is what the execution continues as.
func (d *driver) next() Input {
	in := d.in
	in.Fence, in.Seen = d.fence()+1, d.seen
	in.Head.Seq = d.run.Seq()
	return in
}

// refs returns the objects that inputs refer to, each once and in order.
func refs(run *executor.Run, inputs map[string]object.Value) []object.Ref {
	seen := map[object.ID]bool{}
	var all []object.Ref
	for ref := range run.Expand(object.Value{Map: inputs}).Refs {
		if !seen[ref.ID] {
			seen[ref.ID] = true
			all = append(all, ref)
		}
	}
	return all
}
