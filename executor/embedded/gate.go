package embedded

import (
	"context"
	"log/slog"
	"sync"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// A gate holds runs of groups that have not had their turn. The journal says
// who has it, so that the order holds for all servers that share one.
type gate struct {
	mu      sync.Mutex // guards the following field
	waiting map[executor.RunID]opened
}

func (g *gate) hold(e opened) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.waiting == nil {
		g.waiting = make(map[executor.RunID]opened)
	}
	g.waiting[e.lease.Run] = e
}

// take returns a run that waits, once.
func (g *gate) take(run executor.RunID) (opened, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	e, ok := g.waiting[run]
	delete(g.waiting, run)
	return e, ok
}

func (g *gate) empty() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting) == 0
}

// awaitTurn holds a run of a group until it has its turn. Where it is to take
// the place of others, they are asked to end.
func (e *Engine) awaitTurn(ctx context.Context, run opened) {
	e.gate.hold(run)
	if err := journal.CancelAhead(ctx, e.cfg.Groups, e.cfg.Mailbox, run.program, run.lease.Run); err != nil {
		e.warn(ctx, "cannot cancel the runs of a group", err)
	}
	e.wake()
}

// openTurns begins the runs that have had their turn.
func (e *Engine) openTurns(ctx context.Context) {
	if e.gate.empty() {
		return
	}
	turns, err := e.cfg.Groups.Turns(ctx, e.cfg.Owner)
	if err != nil {
		e.warn(ctx, "cannot tell which runs have their turn", err)
		return
	}
	for _, run := range turns {
		if ready, ok := e.gate.take(run); ok {
			e.log.DebugContext(ctx, "a run has its turn", slog.String("run", string(run)))
			e.events.put(ready)
		}
	}
}

// openCancelled begins the runs that were cancelled before their turn, only to
// end them.
func (e *Engine) openCancelled(messages []journal.Message) {
	for _, m := range messages {
		if _, ok := m.Fact.(executor.Cancelled); !ok {
			continue
		}
		if run, ok := e.gate.take(m.Run); ok {
			e.events.put(cancelledWaiting{run, m})
		}
	}
}

// cancelledWaiting is a run that begins and is cancelled at once: nothing of it
// runs.
type cancelledWaiting struct {
	run     opened
	message journal.Message
}

func (e cancelledWaiting) deliver(l *loop) {
	e.run.deliver(l)
	delivered{[]journal.Message{e.message}}.deliver(l)
}
