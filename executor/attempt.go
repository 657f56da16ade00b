package executor

import (
	"errors"
	"slices"
	"time"

	"example.org/weft/object"
)

// An attempt is one try of a task; the last of a live task has not ended. It is
// kept as long as its run, and a run may have a million: what is the same for
// many is shared, what few have is apart.
type attempt struct {
	*site
	*vigil  // of an attempt of a step that waits, else nil
	epoch   uint64
	visit   int32     // of the task, from 0
	child   *childRun // it is a run of another workflow
	outcome attemptOutcome
	placed  moment
	started moment
	ended   moment
	usage   Usage
	moved   []Transfer
	failure *Failed
	lookup  *lookup // what asking for an earlier result came to; nil: none was asked for
}

// A site is where attempts were placed, and why there. It is shared by all of
// which both are true.
type site struct {
	node   NodeID
	reason string
}

// A vigil is what an attempt has that waits.
type vigil struct {
	due    time.Time // when the wait is over; zero: never
	ask    string    // what people are asked
	token  string    // digest of what calls it back
	called *CalledBack
	heard  time.Time // last sign of life of what calls back
	beats  int       // heartbeats so far
}

// A moment is a time in microseconds, as records have it; 0 is not known.
type moment int64

func momentOf(t time.Time) moment {
	if t.IsZero() {
		return 0
	}
	return moment(t.UnixMicro())
}

func (m moment) time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(m)).UTC()
}

// maxSites bounds how many sites are looked up again; reasons may tell bytes.
const maxSites = 1024

// site returns the site that attempts share.
func (r *Run) site(node NodeID, reason string) *site {
	s := site{node, reason}
	shared := r.sites[s]
	if shared == nil {
		shared = &s
		if len(r.sites) < maxSites {
			r.sites[s] = shared
		}
	}
	return shared
}

// An attemptOutcome is how an attempt ended.
type attemptOutcome uint8

const (
	goesOn attemptOutcome = iota
	didSucceed
	didFail
	wasLost
	wasAborted
)

func (r *Run) attemptID(f *family, item int) AttemptID {
	t := &f.tasks[item]
	n := len(t.attempts)
	return AttemptID{Run: r.id, Task: f.name(item), N: n, Epoch: t.attempts[n-1].epoch, Redriven: int(t.redriven)}
}

// lostNodes returns the nodes where attempts of the task were lost.
func (t *task) lostNodes() []NodeID {
	var nodes []NodeID
	for i := range t.attempts {
		if a := &t.attempts[i]; a.outcome == wasLost && !slices.Contains(nodes, a.node) {
			nodes = append(nodes, a.node)
		}
	}
	return nodes
}

func (r *Run) placed(at time.Time, p Placed) error {
	f, item, err := r.find(p.Task)
	if err != nil {
		return err
	}
	t := f.task(item)
	if r.ending != nil || item == whole || f.calls() || p.Epoch < r.epoch || !t.awaits(p.Attempt) {
		return ErrStale
	}
	if r.paused || f.full() || p.Asked > 0 && p.Asked < r.lostAt[p.Node] {
		r.overtaken(f, item)
		return ErrStale
	}
	r.epoch = p.Epoch
	a := attempt{epoch: p.Epoch, site: r.site(p.Node, p.Reason), placed: momentOf(at)}
	if f.step.Wait != nil {
		a.vigil = &vigil{token: p.Token}
	}
	r.addAttempt(f, item, a)
	r.enterLive(f, item)
	return nil
}

// enterLive puts a task among those that somebody has: leaveLive is the reverse.
func (r *Run) enterLive(f *family, item int) {
	f.tasks[item].liveAt = int32(len(r.live))
	r.live = append(r.live, ref{int32(f.index), int32(item)})
	r.turn(f, item, live)
	r.enqueue(ref{int32(f.index), int32(item)})
}

// overtaken deals with a beginning that a pause, another task or the loss of
// its node has overtaken: it is asked for again, or the task would wait for it
// for ever.
func (r *Run) overtaken(f *family, item int) {
	t := f.task(item)
	if t != nil && (t.asked == askPlace || t.asked == askBegin) {
		t.asked = askNothing
		r.freeSlot(f, item)
		r.enqueue(ref{int32(f.index), int32(item)})
	}
}

// addAttempt begins an attempt of a task; the caller turns the task.
func (r *Run) addAttempt(f *family, item int, a attempt) *task {
	t := f.grow(item)
	a.visit = t.visits
	if a.lookup == nil {
		a.lookup = r.takeMissed(ref{int32(f.index), int32(item)})
	}
	t.attempts = append(t.attempts, a)
	f.begins(t)
	t.asked, t.wanted = askNothing, false
	if !t.slot {
		t.slot = true
		f.live++
	}
	return t
}

// awaits reports whether attempt n may begin: a task that nobody named yet (nil)
// awaits its first.
func (t *task) awaits(n int) bool {
	if t == nil {
		return n == 1
	}
	return n == len(t.attempts)+1 && (t.phase == idle || t.remakable())
}

// findLive returns the task whose live attempt is n, or ErrStale.
func (r *Run) findLive(id TaskID, n int) (*family, int, error) {
	f, item, err := r.find(id)
	if err != nil {
		return nil, 0, err
	}
	if t := f.task(item); t == nil || t.phase != live || n != len(t.attempts) {
		return nil, 0, ErrStale
	}
	return f, item, nil
}

func (r *Run) attemptStarted(at time.Time, s AttemptStarted) error {
	f, item, err := r.findLive(s.Task, s.Attempt)
	if err != nil {
		return err
	}
	a := &f.tasks[item].attempts[s.Attempt-1]
	if a.started != 0 {
		return ErrStale
	}
	a.started = momentOf(at)
	return nil
}

func (r *Run) succeeded(at time.Time, s Succeeded) error {
	if s.Reused != nil {
		return r.reused(at, s)
	}
	f, item, err := r.findLive(s.Task, s.Attempt)
	if err != nil {
		return err
	}
	a := r.endAttempt(f, item, at, didSucceed)
	a.usage, a.moved = s.Usage, s.Moved
	r.made(f, item, s.Outputs)
	return nil
}

// made ends a task with what its last attempt made.
func (r *Run) made(f *family, item int, outputs map[string]object.Value) {
	t := &f.tasks[item]
	if why := otherLength(t.outputs, outputs); t.once && why != "" {
		r.fail(f, item, Failed{Task: f.name(item), Attempt: len(t.attempts), Cause: CauseObjectLost, Message: why})
		return
	}
	r.found(outputs)
	t.retries, t.losses, t.failure = 0, 0, nil
	t.outputs, t.lost, t.opaque = outputs, false, false
	if f.step.Repeat != nil {
		r.turn(f, item, judging)
		r.enqueue(ref{int32(f.index), int32(item)})
		return
	}
	r.turn(f, item, succeeded)
}

func (r *Run) attemptFailed(at time.Time, x Failed) error {
	f, item, err := r.findLive(x.Task, x.Attempt)
	if errors.Is(err, ErrStale) {
		return r.placingFailed(at, x)
	}
	if err != nil {
		return err
	}
	t := &f.tasks[item]
	stopped := t.stopping
	outcome := didFail
	if stopped {
		outcome = wasAborted
	}
	a := r.endAttempt(f, item, at, outcome)
	a.usage, a.moved, a.failure = x.Usage, x.Moved, &x
	t.failure = &x
	if stopped {
		r.stopped(f, item)
		return nil
	}
	r.retryOrFail(f, item, at, x)
	return nil
}

// placingFailed ends an attempt that was asked for and that no node can take.
func (r *Run) placingFailed(at time.Time, x Failed) error {
	f, item, err := r.find(x.Task)
	if err != nil {
		return err
	}
	if r.ending != nil || item == whole || !f.task(item).awaits(x.Attempt) {
		return ErrStale
	}
	t := f.grow(item)
	t.attempts = append(t.attempts, attempt{
		site: r.site("", ""), placed: momentOf(at), ended: momentOf(at), outcome: didFail, failure: &x,
		lookup: r.takeMissed(ref{int32(f.index), int32(item)}),
	})
	f.begins(t)
	t.asked, t.wanted, t.inputs, t.failure = askNothing, false, nil, &x
	r.freeSlot(f, item)
	r.retryOrFail(f, item, at, x)
	return nil
}

func (r *Run) retryOrFail(f *family, item int, at time.Time, x Failed) {
	if t := &f.tasks[item]; !t.expired && f.retries(t, x.Cause) {
		r.retry(f, item, at)
		return
	}
	r.fail(f, item, x)
}

func (r *Run) attemptLost(at time.Time, l AttemptLost) error {
	f, item, err := r.findLive(l.Task, l.Attempt)
	if err != nil {
		return err
	}
	r.lose(f, item, at, l.Reason, l.Drained)
	return nil
}

// lose ends a live attempt that nobody will answer for. It counts against the
// task only if it is known to have begun, and was not given back in good order:
// what merely queued on a node that died has killed nobody.
func (r *Run) lose(f *family, item int, at time.Time, reason string, drained bool) {
	t := &f.tasks[item]
	if t.stopping {
		r.endAttempt(f, item, at, wasAborted)
		r.stopped(f, item)
		return
	}
	a := r.endAttempt(f, item, at, wasLost)
	if !drained && a.started != 0 {
		t.losses++
	}
	if t.losses < MaxLost {
		r.turn(f, item, idle)
		r.enqueue(ref{int32(f.index), int32(item)})
		return
	}
	r.fail(f, item, Failed{
		Task:    f.name(item),
		Attempt: len(t.attempts),
		Cause:   CauseLost,
		Message: "lost too often; the last time: " + reason,
	})
}

// stopped goes on after an attempt that was told to stop has ended: a pause
// takes nothing from the task, a cancel, the run's timeout or its own deadline
// ends it.
func (r *Run) stopped(f *family, item int) {
	if r.ending != nil {
		r.turn(f, item, cancelled)
		return
	}
	if f.tasks[item].expired {
		r.expire(f, item)
		return
	}
	r.turn(f, item, idle)
	r.enqueue(ref{int32(f.index), int32(item)})
}

// fail ends a task as failed, unless it is caught.
func (r *Run) fail(f *family, item int, x Failed) {
	t := &f.tasks[item]
	t.failure = &x
	if !t.once && f.catches(x.Cause) >= 0 {
		r.turn(f, item, delegated)
		return
	}
	r.turn(f, item, failed)
	if t.once {
		r.noteFailure(x)
	} else {
		r.noteItem(f, x)
	}
}

// endAttempt ends the last attempt of a task; the caller turns the task.
func (r *Run) endAttempt(f *family, item int, at time.Time, outcome attemptOutcome) *attempt {
	t := &f.tasks[item]
	if t.phase == live {
		r.leaveLive(t)
	}
	r.freeSlot(f, item)
	t.stopping, t.asked, t.inputs = false, askNothing, nil
	a := &t.attempts[len(t.attempts)-1]
	a.ended, a.outcome = momentOf(at), outcome
	if r.ending != nil && len(r.live) == 0 {
		r.enqueue(theOutputs())
	}
	return a
}

// leaveLive takes a task out of those that a node has.
func (r *Run) leaveLive(t *task) {
	last := r.live[len(r.live)-1]
	r.live[t.liveAt] = last
	r.families[last.step].tasks[last.item].liveAt = t.liveAt
	r.live = r.live[:len(r.live)-1]
}
