package embedded

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
	"example.org/weft/placement"
	"example.org/weft/planner"
)

// An event is something that reaches the loop.
type event interface{ deliver(*loop) }

// A loop owns all runs of the engine. Everything here belongs to its goroutine.
type loop struct {
	*Engine

	log    *slog.Logger
	runs   map[executor.RunID]*active
	dirty  []*active // runs to advance before the loop waits again
	timers timers
	nodes  *capacity

	out      []*active // runs with records that no flush carries yet, in order
	flushing bool
	flights  chan flight   // has room for one: there is one at a time
	results  []made        // that are to be kept for others
	writing  bool          // some are being written
	looks    chan struct{} // has a place for each look at earlier results that goes on at a time

	stopping bool          // nothing new begins
	stopped  chan struct{} // closed when stopping begins

	// background is the context of work that the loop started; it outlives
	// Serve's own, so that what is known when Serve ends becomes durable.
	background context.Context //nolint:containedctx // the loop is one call of Serve: it ends with it
	cancel     context.CancelFunc
	tasks      sync.WaitGroup
}

// An active is a run in memory. It is only a cache of its journal.
type active struct {
	lease    journal.Lease
	run      *executor.Run
	program  *dsl.Program
	plan     *planner.Plan // nil: none
	mode     placement.Mode
	homes    *placement.Homes // where the groups of the plan work
	known    known            // what turned out since
	turn     uint64           // placements so far
	dirty    bool
	planning bool // a new plan is being made
	gone     bool // forgotten: answers to what it had started are dropped
	since    time.Time

	children    map[executor.RunID]*tended             // that have not ended
	live        map[executor.TaskID]*claim             // attempts that hold a node's capacity
	lastMessage int64                                  // of the inbox that was stepped
	makers      map[object.ID]executor.TaskID          // who made what; nil before the first loss
	sought      map[executor.TaskID]executor.NotReused // what there is no earlier result for, until there is one
	learned     map[string]bool                        // digests of functions that the run taught something of

	// What the next flush carries, and what may leave when it has come back.
	records  []executor.Record
	folded   []int64
	outgoing []executor.Command
	flushing bool // an earlier flush is on its way
}

func (a *active) takeOutgoing() []executor.Command {
	out := a.outgoing
	a.outgoing = nil
	return out
}

// looksAtATime bounds how many inputs are read at a time for their digests.
const looksAtATime = 8

func newLoop(e *Engine) *loop {
	return &loop{
		Engine: e,
		log:    e.log,
		runs:   make(map[executor.RunID]*active),
		nodes:  newCapacity(e.cfg.Nodes),

		flights: make(chan flight, 1),
		stopped: make(chan struct{}),
		looks:   make(chan struct{}, looksAtATime),
	}
}

// serve is the loop: events in, facts stepped, commands out.
func (l *loop) serve(ctx context.Context) error {
	l.background, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	defer l.cancel()
	l.tasks.Go(l.fly)

	clock := time.NewTimer(time.Hour)
	defer clock.Stop()
	var batch []event
	for {
		if d, ok := l.timers.next(time.Now()); ok {
			clock.Reset(d)
		}
		select {
		case <-ctx.Done():
			return l.shutdown()
		case <-clock.C:
			l.fireTimers()
		case <-l.events.ready:
			batch = l.events.take(batch)
			for _, e := range batch {
				e.deliver(l)
			}
			clear(batch)
		}
		l.settle()
	}
}

// settle advances every run that something happened to, and starts a flush.
func (l *loop) settle() {
	for len(l.dirty) > 0 {
		a := l.dirty[0]
		l.dirty = l.dirty[1:]
		a.dirty = false
		if !a.gone {
			l.advance(a)
		}
	}
	l.flush()
	l.writeResults()
}

// touch has a run advanced before the loop waits again.
func (l *loop) touch(a *active) {
	if !a.dirty {
		a.dirty = true
		l.dirty = append(l.dirty, a)
	}
}

// step gives a run a fact, which the next flush carries. A stale fact is
// dropped: it answers a question that is no longer open.
func (l *loop) step(a *active, f executor.Fact) bool {
	rec := executor.Record{Seq: a.run.Seq() + 1, At: time.Now().UTC().Truncate(time.Microsecond), Fact: f}
	err := a.run.Step(rec)
	if errors.Is(err, executor.ErrStale) {
		l.log.Debug("dropped a stale fact", "run", a.lease.Run, "kind", executor.KindOf(f))
		return false
	}
	if err != nil {
		// The fact contradicts the run: a defect of ours. The run stays as it
		// was, and is left for a newer version to drive.
		l.log.Error("cannot step a run", "run", a.lease.Run, "kind", executor.KindOf(f), "err", err)
		l.forget(a)
		return false
	}
	l.enlist(a)
	a.records = append(a.records, rec)
	if end, ok := f.(executor.ChildEnded); ok {
		a.childEnded(end)
	}
	l.touch(a)
	return true
}

// fold has the next flush take a message out of the inbox.
func (l *loop) fold(a *active, message int64) {
	l.enlist(a)
	a.folded = append(a.folded, message)
}

// enlist has the next flush carry the run.
func (l *loop) enlist(a *active) {
	if len(a.records) == 0 && len(a.folded) == 0 {
		l.out = append(l.out, a)
	}
}

// advance carries out what the run needs done. Commands that the loop can
// answer itself are answered on the spot, so that a success, the placement of
// what it makes ready and its attempt share one flush.
func (l *loop) advance(a *active) {
	for _, c := range a.run.Ready() {
		l.carryOut(a, c)
		if a.gone {
			return
		}
	}
	if len(a.records) == 0 && !a.flushing {
		// A rebuilt run asks again for what its journal already led to.
		l.release(a, a.takeOutgoing())
	}
}

// carryOut answers a command, or keeps it until the records before it are
// durable.
func (l *loop) carryOut(a *active, c executor.Command) {
	switch c := c.(type) {
	case executor.Evaluate:
		l.evaluate(a, c, nil)
	case executor.Reuse:
		l.reuse(a, c)
	case executor.Place:
		l.place(a, c)
	case executor.Plan:
		l.answerPlan(a, c)
	case executor.Begin:
		l.step(a, c.Fact)
	case executor.Conclude:
		l.step(a, executor.Concluded(c))
	case executor.Invoke, executor.StartChild, executor.Abort, executor.SetTimer, executor.Finish:
		a.outgoing = append(a.outgoing, c)
	}
}

func (l *loop) fireTimers() {
	for _, t := range l.timers.due(time.Now()) {
		if a, ok := l.runs[t.run]; ok {
			l.step(a, executor.TimerFired{Timer: t.id})
		}
	}
}

// forget drops a run from memory and stops what it has running. Its journal
// says everything; whoever opens it next goes on.
func (l *loop) forget(a *active) {
	a.gone = true
	delete(l.runs, a.lease.Run)
	for _, c := range a.claims() {
		c.node.Abort(c.attempt, "the run has another owner")
		l.nodes.free(c)
	}
}

// sortedRuns returns the runs in the order of their ids.
func (l *loop) sortedRuns() []*active {
	runs := make([]*active, 0, len(l.runs))
	for _, id := range slices.Sorted(maps.Keys(l.runs)) {
		runs = append(runs, l.runs[id])
	}
	return runs
}
