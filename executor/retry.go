package executor

import (
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/weft/dsl"
)

// runTimer names the timer of the workflow's own timeout, which begins again
// with each redrive.
func (r *Run) runTimer() TimerID {
	if r.redrives == 0 {
		return "run/timeout"
	}
	return TimerID("run/timeout/" + strconv.Itoa(r.redrives))
}

// retries reports whether a failure of that cause is tried again.
func (f *family) retries(t *task, cause Cause) bool {
	if cause == CauseExpression || cause == CauseObjectLost || int(t.retries) >= f.step.Retry.MaxRetries {
		return false
	}
	if len(f.step.Retry.On) == 0 {
		return cause == CauseError || cause == CauseTimeout || cause == CauseDiskFull
	}
	return slices.Contains(f.step.Retry.On, string(cause))
}

// retry has a failed task wait for its next attempt.
func (r *Run) retry(f *family, item int, at time.Time) {
	t := &f.tasks[item]
	t.retries++
	who := ref{int32(f.index), int32(item)}
	delay := retryDelay(f.step.Retry, int(t.retries), r.idempotencyKey(f, item))
	if delay <= 0 {
		r.turn(f, item, idle)
	} else {
		t.retryAt = momentOf(at.Add(delay))
		r.turn(f, item, retrying)
	}
	r.enqueue(who)
}

func (r *Run) idempotencyKey(f *family, item int) string {
	return AttemptID{Run: r.id, Task: f.name(item), Redriven: int(f.tasks[item].redriven)}.Key()
}

// retryDelay returns how long to wait before the n-th retry, from 1. Jitter is
// drawn from the name of the task and n, so that a replay draws the same.
func retryDelay(policy dsl.Retry, n int, key string) time.Duration {
	limit := float64(policy.MaxInterval)
	if limit <= 0 {
		limit = float64(100 * 365 * 24 * time.Hour)
	}
	delay := min(float64(policy.Interval), limit)
	for i := 1; i < n && delay < limit && policy.Backoff > 1; i++ {
		delay = min(delay*policy.Backoff, limit)
	}
	if policy.Jitter {
		h := fnv.New64a()
		h.Write([]byte(key + "/" + strconv.Itoa(n)))
		delay *= float64(h.Sum64()>>11) / (1 << 53)
	}
	return time.Duration(delay).Truncate(time.Microsecond)
}

func (r *Run) askTimer(f *family, item int) {
	t := &f.tasks[item]
	if t.asked == askTimer || r.ending != nil {
		return
	}
	r.ask(ref{int32(f.index), int32(item)}, askTimer, SetTimer{
		Timer: retryTimer(f.name(item), len(t.attempts)),
		At:    t.retryAt.time(),
	})
}

// retryTimer names the timer after attempt n of a task.
func retryTimer(id TaskID, n int) TimerID {
	return TimerID("retry/" + string(id) + "/" + strconv.Itoa(n))
}

func (r *Run) timerFired(at time.Time, x TimerFired) error {
	if x.Timer == r.runTimer() && r.prog.Timeout > 0 && r.stage == dsl.StageMain {
		return r.end(ending{
			status: StatusFailed,
			reason: "the workflow's timeout",
			err:    "the workflow's timeout of " + r.prog.Timeout.String() + " is over",
		})
	}
	if strings.HasPrefix(string(x.Timer), deadlinePrefix) {
		return r.deadlineOver(at, x.Timer)
	}
	if strings.HasPrefix(string(x.Timer), waitPrefix) {
		return r.waitOver(at, x.Timer)
	}
	if strings.HasPrefix(string(x.Timer), childPrefix) {
		return r.childTimeout(x.Timer)
	}
	name, isRetry := strings.CutPrefix(string(x.Timer), "retry/")
	slash := strings.LastIndexByte(name, '/')
	if !isRetry || slash < 0 {
		return ErrStale
	}
	f, item, err := r.find(TaskID(name[:slash]))
	if err != nil {
		return err
	}
	t := f.task(item)
	if t == nil || t.phase != retrying || name[slash+1:] != strconv.Itoa(len(t.attempts)) {
		return ErrStale
	}
	t.asked = askNothing
	r.turn(f, item, idle)
	r.enqueue(ref{int32(f.index), int32(item)})
	return nil
}
