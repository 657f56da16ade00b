package embedded

import (
	"context"
	"log/slog"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// carry appends a flight, however long that takes: a journal that cannot be
// written now holds its runs, and nothing follows from records that are not
// durable. What their functions come to meanwhile gathers for the next flight.
func (l *loop) carry(ctx context.Context, batches []journal.Batch) (fenced []executor.RunID, err error) {
	const first, most = 100 * time.Millisecond, 5 * time.Second
	since := time.Now()
	for wait := first; ; wait = min(2*wait, most) {
		fenced, err = l.cfg.Journal.Append(ctx, batches)
		if !journal.IsUnavailable(err) {
			break
		}
		if l.isDurable(ctx, batches) {
			err = nil
			break
		}
		if wait == first {
			l.held.Store(true)
			l.log.ErrorContext(ctx, "the journal cannot be written: runs are held until it can", "runs", len(batches), "err", err)
		}
		if isOver(l.stopped) {
			return nil, err
		}
		pauseUntil(l.stopped, wait)
	}
	if l.held.Swap(false) && err == nil {
		l.log.WarnContext(ctx, "the journal can be written again: runs go on", slog.Duration("held", time.Since(since)))
	}
	return fenced, err
}

// isDurable reports whether an append that failed has been made all the same:
// the answer alone may have been lost. It is all of an append or nothing, and
// after a run's records there are others only of its next owner.
func (l *loop) isDurable(ctx context.Context, batches []journal.Batch) bool {
	for _, b := range batches {
		if len(b.Records) == 0 {
			continue
		}
		want := b.Records[0]
		got, err := l.cfg.Journal.Read(ctx, b.Run, want.Seq-1, 1)
		return err == nil && len(got) == 1 && got[0].At.Equal(want.At) &&
			executor.KindOf(got[0].Fact) == executor.KindOf(want.Fact)
	}
	return false
}

func isOver(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// pauseUntil waits for a time, or until c is closed.
func pauseUntil(c <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-c:
	case <-t.C:
	}
}
