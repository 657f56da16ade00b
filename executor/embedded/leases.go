package embedded

import (
	"context"
	"slices"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// keepLeases renews the engine's leases, takes over runs that nobody drives,
// and brings messages to the loop, until ctx is done.
func (e *Engine) keepLeases(ctx context.Context) {
	stop := e.cfg.Watcher.Watch("", e.wake)
	defer stop()
	renew := time.NewTicker(e.cfg.LeaseTTL / 3)
	defer renew.Stop()

	e.acquire(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-renew.C:
			if e.renew(ctx) { // else it would take its own runs, whose leases are over
				e.acquire(ctx)
				e.openTurns(ctx)
			}
		case <-e.kick:
			e.readInbox(ctx)
			e.openTurns(ctx)
			pause(ctx, inboxPause)
		}
	}
}

// inboxPause bounds how often the inbox is read while runs are busy: each of
// their flushes wakes its watchers.
const inboxPause = 50 * time.Millisecond

// wake asks for a look at the inbox.
func (e *Engine) wake() {
	select {
	case e.kick <- struct{}{}:
	default:
	}
}

func (e *Engine) acquire(ctx context.Context) {
	const page = 100
	for {
		leases, err := e.cfg.Journal.Acquire(ctx, e.cfg.Owner, e.cfg.LeaseTTL, page)
		if err != nil {
			e.warn(ctx, "cannot acquire runs", err)
			return
		}
		for _, lease := range leases {
			if err := e.load(ctx, lease); err != nil {
				e.log.ErrorContext(ctx, "cannot load a run", "run", lease.Run, "err", err)
			}
		}
		if len(leases) < page {
			return
		}
	}
}

func (e *Engine) renew(ctx context.Context) bool {
	before := time.Now()
	kept, err := e.cfg.Journal.Renew(ctx, e.cfg.Owner, e.cfg.LeaseTTL)
	if err != nil {
		e.warn(ctx, "cannot renew leases", err)
		return false
	}
	slices.Sort(kept)
	e.events.put(renewed{kept: kept, before: before})
	return true
}

// renewed says which runs this engine still owned at a moment.
type renewed struct {
	kept   []executor.RunID // sorted
	before time.Time
}

func (e renewed) deliver(l *loop) {
	for _, a := range l.sortedRuns() {
		if _, ok := slices.BinarySearch(e.kept, a.lease.Run); !ok && a.since.Before(e.before) {
			l.log.Warn("the run has another owner", "run", a.lease.Run, "epoch", a.lease.Epoch)
			l.forget(a)
			continue
		}
		l.lookAtChildren(a)
	}
}

func (e *Engine) readInbox(ctx context.Context) {
	messages, err := e.cfg.Journal.Inbox(ctx, e.cfg.Owner)
	if err != nil {
		e.warn(ctx, "cannot read the inbox", err)
		return
	}
	if len(messages) > 0 {
		e.openCancelled(messages)
		e.events.put(delivered{messages})
	}
}

// delivered brings messages for runs of this engine.
type delivered struct{ messages []journal.Message }

func (e delivered) deliver(l *loop) {
	for _, m := range e.messages {
		a, ok := l.runs[m.Run]
		if !ok || l.stopping || m.ID <= a.lastMessage {
			continue
		}
		a.lastMessage = m.ID
		l.step(a, m.Fact)
		l.fold(a, m.ID)
	}
}

// warn logs what went wrong, unless it is that the journal cannot be written and
// that has been said.
func (e *Engine) warn(ctx context.Context, msg string, err error) {
	if ctx.Err() == nil && !(e.held.Load() && journal.IsUnavailable(err)) {
		e.log.Warn(msg, "err", err) //nolint:sloglint // the messages are constants of the callers
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
