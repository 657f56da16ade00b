package executor

import (
	"errors"
	"fmt"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// ErrStale is returned by Step for a fact that no longer applies: the answer of
// an attempt that is not live, a timer that was set for something over, a
// second Finished. The fact must not be journaled.
var ErrStale = errors.New("executor: stale fact")

// A Run is one execution of a program: its state is a function of the records
// it was stepped with. It is not safe for concurrent use.
//
// What facts say is kept by Step. What follows from facts (which steps are
// expanded, which tasks are skipped, who waits for whom, which commands are
// out) is worked out by Ready and never journaled; it comes out the same
// however often Ready is called between the records.
type Run struct {
	id       RunID
	prog     *dsl.Program
	steps    map[string]int // index by name; looked up, never ranged over
	families []family       // one per step of the program
	window   int            // see defaultWindow
	sites    map[site]*site // looked up, never ranged over

	// What facts say.
	seq        uint64
	epoch      uint64 // highest that a Placed had
	started    Started
	startedAt  time.Time
	drivenAt   time.Time // when it was started or redriven last
	redrives   int
	paused     bool
	ending     *ending // set: nothing new begins
	finished   *Finished
	finishedAt time.Time
	failure    noted              // the first that no foreach tolerates
	stage      dsl.Stage          // whose steps run
	conclusion *conclusion        // of the stages before; nil in the first
	results    evaluation         // of the workflow's outputs
	live       []ref              // tasks with a live attempt, in no particular order
	open       int                // families that are not complete
	remaking   int                // tasks that make again what was lost
	unsettled  int                // families that are not settled
	lost       map[object.ID]bool // objects that are nowhere to be had
	lostAt     map[NodeID]uint64  // sequence number at which a node was lost last
	losses     int                // facts ObjectLost so far

	// kept are signals that came before their wait; looked up, never ranged over.
	kept map[string][]map[string]object.Value

	// What follows.
	outputs  seat           // of the workflow's outputs and the end of the run
	work     []ref          // to examine, in order
	freed    []*family      // with slots for tasks at their gate
	ended    []ref          // whose end has not been told to those who wait for it
	held     []ref          // tasks that a pause holds back
	wants    []want         // who wants a lost value
	missed   map[ref]string // of tasks that reuse nothing: why; until their attempt begins
	waiters  []waiter       // pool of all waiting lists
	free     int32          // head of the pool's free list
	commands []pending      // that Ready is about to hand out
	ranks    bool           // some step has a rank
	looked   bool           // Ready was called
	rescan   bool           // something was lost since the last Ready
	timerSet bool           // the run's own timeout was asked for
}

// An ending says why a run stops before everything is done.
type ending struct {
	status Status
	reason string // of the aborts
	err    string
}

// New returns a run that has not begun: its first fact is Started.
func New(id RunID, p *dsl.Program) *Run {
	r := &Run{
		id:       id,
		prog:     p,
		steps:    make(map[string]int, len(p.Steps)),
		families: make([]family, len(p.Steps)),
		window:   defaultWindow,
		sites:    map[site]*site{},
		lost:     map[object.ID]bool{},
		lostAt:   map[NodeID]uint64{},
		kept:     map[string][]map[string]object.Value{},
	}
	for i := range p.Steps {
		r.steps[p.Steps[i].Name] = i
		r.families[i] = newFamily(p, i)
	}
	return r
}

// Status returns the state of the run.
func (r *Run) Status() Status {
	switch {
	case r.finished != nil:
		return r.finished.Status
	case r.seq == 0:
		return StatusPending
	case r.paused && r.ending == nil:
		return StatusPaused
	}
	return StatusRunning
}

// Done reports whether the run has ended: no fact applies any more but Redriven.
func (r *Run) Done() bool { return r.finished != nil }

// Seq returns the number of the last record.
func (r *Run) Seq() uint64 { return r.seq }

// Step applies a record. It costs O(1) and what the fact makes ready, not the
// size of the run. After an error the run is unchanged.
//
// Before the first Ready nothing is worked out, so that a replay costs no
// evaluation. From then on Step first works out what follows from the records
// so far: whether a fact is stale does not hang on when Ready was called, and
// who follows a journal takes every record that its writer took.
func (r *Run) Step(rec Record) error {
	if rec.Seq != r.seq+1 {
		return fmt.Errorf("cannot step %s: record %d after %d", r.id, rec.Seq, r.seq)
	}
	if _, again := rec.Fact.(Redriven); r.finished != nil && !again {
		return ErrStale
	}
	if _, ok := rec.Fact.(Started); !ok && r.seq == 0 {
		return fmt.Errorf("cannot step %s: %s before started", r.id, KindOf(rec.Fact))
	}
	if r.looked {
		r.workOut()
	}
	if err := r.apply(rec); err != nil {
		return err
	}
	r.seq = rec.Seq
	return nil
}

func (r *Run) apply(rec Record) error {
	switch f := rec.Fact.(type) {
	case Started:
		return r.start(rec.At, f)
	case Planned:
		return r.planned(f)
	case Evaluated:
		return r.evaluated(rec.At, f)
	case Placed:
		return r.placed(rec.At, f)
	case Begun:
		return r.begun(rec.At, f)
	case SignalReceived:
		return r.signalReceived(rec.At, f)
	case ChildEnded:
		return r.childEnded(rec.At, f)
	case HandedOver:
		return r.handedOver(rec.At, f)
	case CalledBack:
		return r.calledBack(rec.At, f)
	case Heartbeat:
		return r.heartbeat(rec.At, f)
	case AttemptStarted:
		return r.attemptStarted(rec.At, f)
	case Succeeded:
		return r.succeeded(rec.At, f)
	case NotReused:
		return r.notReused(f)
	case Failed:
		return r.attemptFailed(rec.At, f)
	case AttemptLost:
		return r.attemptLost(rec.At, f)
	case NodeLost:
		return r.nodeLost(rec, f)
	case ObjectLost:
		return r.objectLost(f)
	case TimerFired:
		return r.timerFired(rec.At, f)
	case Paused:
		return r.pause()
	case Resumed:
		return r.resume()
	case Cancelled:
		return r.end(ending{status: StatusCancelled, reason: "cancelled", err: f.Reason})
	case Concluded:
		return r.concluded(rec.At, f)
	case Redriven:
		return r.redriven(rec.At, f)
	case Finished:
		return r.finish(rec.At, f)
	}
	panic(fmt.Sprintf("executor: fact of unknown type %T", rec.Fact))
}

func (r *Run) start(at time.Time, f Started) error {
	if r.seq != 0 {
		return ErrStale
	}
	if f.Decisions > Decisions {
		return fmt.Errorf("cannot step %s: it decides by rules %d, this weft knows up to %d", r.id, f.Decisions, Decisions)
	}
	r.started, r.startedAt, r.drivenAt = f, at, at
	r.begin()
	return nil
}

// begin has everything of the stage examined that is to be done.
func (r *Run) begin() {
	r.open, r.unsettled = 0, 0
	for i := range r.families {
		f := &r.families[i]
		if f.step.Stage != r.stage {
			continue
		}
		if !f.complete() {
			r.open++
		}
		if !f.settled() {
			r.unsettled++
		}
		r.enqueue(f.first())
		if !f.expanded {
			continue
		}
		for item := range f.tasks {
			r.enqueue(ref{int32(i), int32(item)})
		}
	}
	if r.unsettled == 0 {
		r.enqueue(theOutputs())
	}
}

func (r *Run) planned(f Planned) error {
	i, ok := r.steps[f.Step]
	if !ok {
		return fmt.Errorf("cannot step %s: no step %q", r.id, f.Step)
	}
	fam := &r.families[i]
	fam.planned, fam.group, fam.rank = true, f.Group, f.Rank
	r.ranks = r.ranks || f.Rank != 0
	return nil
}
