package embedded

import (
	"container/heap"
	"time"

	"example.org/weft/executor"
)

// A timer is one SetTimer that has not fired.
type timer struct {
	at  time.Time
	run executor.RunID
	id  executor.TimerID
}

// timers is a heap by time; one clock timer of the loop serves all of them.
type timers []timer

func (t timers) Len() int           { return len(t) }
func (t timers) Less(i, j int) bool { return t[i].at.Before(t[j].at) }
func (t timers) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *timers) Push(x any)        { *t = append(*t, x.(timer)) }

func (t *timers) Pop() any {
	last := (*t)[len(*t)-1]
	*t = (*t)[:len(*t)-1]
	return last
}

// due removes and returns the timers that have fired by now.
func (t *timers) due(now time.Time) []timer {
	var fired []timer
	for len(*t) > 0 && !(*t)[0].at.After(now) {
		fired = append(fired, heap.Pop(t).(timer))
	}
	return fired
}

// next returns how long after now the first timer fires; ok is false when there
// is none.
func (t *timers) next(now time.Time) (d time.Duration, ok bool) {
	if len(*t) == 0 {
		return 0, false
	}
	return max(0, (*t)[0].at.Sub(now)), true
}
