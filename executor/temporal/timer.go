package temporal

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"example.org/weft/executor"
)

// timers are the run's, in the order of their times. Temporal has one for all of
// them, so that ten thousand tasks that wait cost a history nothing.
type timers struct {
	due   []executor.SetTimer
	armed time.Time // of Temporal's; zero: there is none
	stop  workflow.CancelFunc
}

// set adds a timer of the run.
func (d *driver) set(c executor.SetTimer) {
	at, _ := slices.BinarySearchFunc(d.timers.due, c, func(a, b executor.SetTimer) int {
		if n := a.At.Compare(b.At); n != 0 {
			return n
		}
		return -1 // after those of the same time
	})
	d.timers.due = slices.Insert(d.timers.due, at, c)
}

// arm has Temporal wake the driver for the first timer.
func (d *driver) arm() {
	t := &d.timers
	if len(t.due) == 0 || !t.armed.IsZero() && !t.due[0].At.Before(t.armed) {
		return
	}
	if t.stop != nil {
		t.stop()
	}
	var ctx workflow.Context
	ctx, t.stop = workflow.WithCancel(d.ctx)
	at := t.due[0].At
	t.armed = at
	workflow.Go(ctx, func(ctx workflow.Context) {
		if workflow.Sleep(ctx, at.Sub(workflow.Now(ctx))) == nil {
			d.answers.Send(d.ctx, func(d *driver) { d.fire(at) })
		}
	})
}

// fire takes the timers that are due.
func (d *driver) fire(now time.Time) {
	t := &d.timers
	if t.armed.Equal(now) {
		t.armed, t.stop = time.Time{}, nil
	}
	for len(t.due) > 0 && !t.due[0].At.After(now) {
		id := t.due[0].Timer
		t.due = t.due[1:]
		d.take(executor.TimerFired{Timer: id})
	}
}
