package embedded

import (
	"context"
	"slices"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// A flight is one flush on its way: what it carries of each run, and the
// commands that may leave once it is durable.
type flight struct {
	runs     []*active
	batches  []journal.Batch
	outgoing [][]executor.Command
}

// flush starts a flush of all records that no flush carries yet, unless one is
// on its way: then they gather, and leave together when it comes back.
func (l *loop) flush() {
	if l.flushing || len(l.out) == 0 {
		return
	}
	var f flight
	for _, a := range l.out {
		if a.gone {
			continue
		}
		f.runs = append(f.runs, a)
		f.batches = append(f.batches, journal.Batch{
			Run: a.lease.Run, Epoch: a.lease.Epoch, Records: a.records, Done: a.folded,
		})
		f.outgoing = append(f.outgoing, a.takeOutgoing())
		a.records, a.folded, a.flushing = nil, nil, true
	}
	l.out = nil
	l.flushing = true
	l.flights <- f
}

// fly carries flights to the journal until there come no more. It is one
// goroutine for all of them: what a database needs is deep, and a new one would
// grow its stack anew each time.
func (l *loop) fly() {
	for f := range l.flights {
		fenced, err := l.carry(l.background, f.batches)
		l.events.put(flushed{flight: f, fenced: fenced, err: err})
	}
}

// flushed says that a flush has come back.
type flushed struct {
	flight flight
	fenced []executor.RunID
	err    error
}

func (e flushed) deliver(l *loop) {
	l.flushing = false
	if e.err != nil {
		l.lostJournal(e.flight.runs, e.err)
		return
	}
	for i, a := range e.flight.runs {
		a.flushing = false
		switch {
		case a.gone:
		case slices.Contains(e.fenced, a.lease.Run):
			l.log.Warn("the run has another owner", "run", a.lease.Run, "epoch", a.lease.Epoch)
			l.forget(a)
		default:
			l.release(a, e.flight.outgoing[i])
			if len(a.records) == 0 {
				l.release(a, a.takeOutgoing())
			}
			if a.run.Status().Done() && len(a.records) == 0 {
				l.finished(a)
				l.tellParent(a.run)
			}
		}
	}
}

// lostJournal deals with a flush that the journal refused: it is unknown whether
// its records are durable. The runs are only caches of their journals, so they
// are forgotten and taken over anew, at a higher epoch.
func (l *loop) lostJournal(runs []*active, err error) {
	l.log.Error("cannot append to the journal", "runs", len(runs), "err", err)
	var lost []executor.RunID
	for _, a := range runs {
		if !a.gone {
			l.forget(a)
			lost = append(lost, a.lease.Run)
		}
	}
	if len(lost) > 0 && !l.stopping {
		l.tasks.Go(func() { l.takeAnew(l.background, lost) })
	}
}

// takeAnew releases runs until the journal answers, and acquires them again.
func (l *loop) takeAnew(ctx context.Context, runs []executor.RunID) {
	const first, most = 100 * time.Millisecond, 5 * time.Second
	for wait := first; ctx.Err() == nil; wait = min(2*wait, most) {
		err := l.cfg.Releaser.Release(ctx, l.cfg.Owner, runs...)
		if err == nil {
			l.acquire(ctx)
			return
		}
		l.warn(ctx, "cannot release runs", err)
		pause(ctx, wait)
	}
}
