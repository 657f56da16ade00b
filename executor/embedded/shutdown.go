package embedded

import (
	"context"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// shutdown gives back what runs and makes durable what is known. The runs stay
// open: whoever serves next goes on with them.
func (l *loop) shutdown() error {
	ctx, cancel := context.WithTimeout(l.background, patience)
	defer cancel()

	l.stopping = true
	close(l.stopped)
	l.awaitFlush(ctx)
	for _, a := range l.sortedRuns() {
		l.giveBack(a)
	}
	err := l.appendRest(ctx)
	if err == nil && len(l.results) > 0 {
		err = l.putResults(ctx, l.results)
	}
	l.cancel()
	close(l.flights)
	l.tasks.Wait()
	return err
}

// awaitFlush waits for the flush that is on its way, and for results that are.
func (l *loop) awaitFlush(ctx context.Context) {
	for l.flushing || l.writing {
		select {
		case <-ctx.Done():
			return
		case <-l.events.ready:
			for _, e := range l.events.take(nil) {
				e.deliver(l)
			}
		}
	}
}

// giveBack stops a run's attempts, and says so in its journal: an attempt that
// was given back in good order counts for nothing.
func (l *loop) giveBack(a *active) {
	for _, c := range a.claims() {
		c.node.Abort(c.attempt, reasonStop)
		l.step(a, executor.AttemptLost{Task: c.attempt.Task, Attempt: c.attempt.N, Reason: reasonStop, Drained: true})
	}
}

const reasonStop = "the server stops"

// appendRest makes the records durable that no flush has carried. Nothing
// follows from them any more.
func (l *loop) appendRest(ctx context.Context) error {
	var batches []journal.Batch
	for _, a := range l.out {
		if !a.gone && len(a.records) > 0 {
			batches = append(batches, journal.Batch{
				Run: a.lease.Run, Epoch: a.lease.Epoch, Records: a.records, Done: a.folded,
			})
		}
	}
	if len(batches) == 0 {
		return nil
	}
	_, err := l.cfg.Journal.Append(ctx, batches)
	return err
}
