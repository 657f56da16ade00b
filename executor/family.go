package executor

import (
	"fmt"
	"strconv"
	"strings"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// A ref names a task, a family, or the workflow's outputs in the dense state.
type ref struct {
	step, item int32
}

// whole is the item of a ref that means the family itself.
const whole = -1

// theOutputs returns the ref of the workflow's outputs.
func theOutputs() ref { return ref{step: -1, item: whole} }

// A family is the tasks of one step: one, or one per item of its foreach. Its
// own seat is used by a foreach until its tasks exist.
type family struct {
	index    int
	step     *dsl.Step
	fn       *dsl.Function // never nil, see dsl.Program.FunctionOf
	defaults []binding     // of inputs that the step does not bind

	// What facts say.
	planned bool
	group   string
	rank    int64
	eval    evaluation // a foreach's own `if` and `in`
	failure *Failed    // a foreach's own expression failed

	failures []noted // of tasks, in order, if some are tolerated
	lossy    bool    // some object that a task made was lost once

	// Counts of tasks, by facts and by what follows from them.
	count [phases]int // by phase
	stood [phases]int // by standing
	live  int         // slots of max_parallel in use

	// What follows.
	seat
	expanded bool
	skipped  bool
	tasks    []task // may grow by facts before it is expanded
	all      list   // waiting until every task has ended
	length   list   // waiting until it is expanded
	gate     gate   // ready tasks that max_parallel holds back
	rescan   bool   // something that it reads was lost since the last Ready
}

// A binding is an input of a function with its value.
type binding struct {
	name  string
	value object.Value
}

// A task is one task of a family. It is small: a run may have a million.
type task struct {
	// What facts say.
	phase    phase
	stands   phase // what it is for those that come after it: see Run.stand
	stopping bool  // its live attempt was told to stop
	once     bool  // it has succeeded, whatever became of its objects since
	lost     bool  // and something that it made is lost
	opaque   bool  // and it is not known which of its outputs had that
	expired  bool  // the deadline is over
	resumes  bool  // its next attempt goes on with the child run of its last one
	anew     bool  // its next attempt does not, whatever redrives come: it may have other inputs
	eval     *evaluation
	attempts []attempt
	outputs  map[string]object.Value // when it succeeded last
	failure  *Failed                 // of the last attempt
	retryAt  moment
	retries  int32 // since it last succeeded
	losses   int32 // likewise
	redriven int32 // how often it was run again on purpose after it had succeeded
	visits   int32 // that are over and were not the last
	began    int32 // number of the attempt from which the deadline runs
	liveAt   int32 // index into Run.live

	// What follows.
	seat
	wanted  bool                    // lost and wanted again
	slot    bool                    // counts in family.live
	gated   bool                    // in family.gate
	timed   int32                   // began as it was when the deadline's timer was asked for
	loss    int32                   // Run.losses when inputs were evaluated
	waiting list                    // who waits for its end
	inputs  map[string]object.Value // as asked for placing
}

// A phase is what facts say of a task, and whether it is skipped.
type phase uint8

const (
	idle     phase = iota // no attempt is live
	retrying              // until a timer fires
	waiting               // an attempt has begun that no node runs
	judging               // a visit has succeeded, and whether it is the last is not known
	live                  // an attempt was placed and has not ended
	succeeded
	skipped
	failed
	delegated // another task stands for it
	cancelled
	phases = iota
)

// over reports whether a task in that phase does not change any more, but for
// loss.
func (p phase) over() bool { return p >= succeeded }

// settled reports whether that is what a task stays for those that come after it.
func (p phase) settled() bool { return p.over() && p != delegated }

// remakable reports whether the task may run again, to make what was lost.
func (t *task) remakable() bool { return t.phase == succeeded && t.lost }

// remaking is 1 while the task is to run, or runs, again.
func (t *task) remaking() int {
	if t.once && !t.phase.over() {
		return 1
	}
	return 0
}

// An evaluation is what facts Evaluated gave.
type evaluation struct {
	cond *bool
	then string // the branch of a switch
	in   *object.Value
	with map[string]object.Value
}

func newFamily(p *dsl.Program, i int) family {
	step := &p.Steps[i]
	f := family{index: i, step: step, fn: p.FunctionOf(i)}
	for _, in := range f.fn.Inputs {
		bound := false
		for _, b := range step.With {
			bound = bound || b.Input == in.Name
		}
		if !bound && in.Default != nil {
			f.defaults = append(f.defaults, binding{in.Name, object.FromJSON(in.Default)})
		}
	}
	if step.Foreach == nil {
		f.expanded, f.tasks = true, make([]task, 1)
		f.count[idle], f.stood[idle] = 1, 1
	}
	return f
}

// first returns what is examined first of a family.
func (f *family) first() ref {
	if f.step.Foreach == nil {
		return ref{int32(f.index), 0}
	}
	return ref{int32(f.index), whole}
}

// complete reports whether no task of the family is to come or go on.
func (f *family) complete() bool {
	return f.skipped || f.failure != nil ||
		f.expanded && f.count[succeeded]+f.count[skipped]+f.count[failed]+f.count[delegated] == len(f.tasks)
}

// settled is like complete, but goes by what the tasks are for those that come
// after them: these may go on.
func (f *family) settled() bool {
	return f.skipped || f.failure != nil ||
		f.expanded && f.stood[succeeded]+f.stood[skipped]+f.stood[failed] == len(f.tasks)
}

// result sums up a complete family.
func (f *family) result() phase { return f.sum(&f.count) }

// outcome sums up a settled family.
func (f *family) outcome() phase { return f.sum(&f.stood) }

// sum is failed if more tasks failed than is tolerated, and skipped if none ran.
func (f *family) sum(count *[phases]int) phase {
	switch {
	case f.failure != nil || count[failed] > f.tolerated():
		return failed
	case f.skipped || len(f.tasks) > 0 && count[skipped] == len(f.tasks):
		return skipped
	case count[cancelled] > 0:
		return cancelled
	}
	return succeeded
}

// name returns the name of a task of the family; of the family for whole.
func (f *family) name(item int) TaskID {
	if t := f.task(item); t != nil {
		return f.visitName(item, t.visits)
	}
	return f.visitName(item, 0)
}

// visitName returns the name that a task has at a visit, from 0.
func (f *family) visitName(item int, visit int32) TaskID {
	name := f.step.Name
	if f.step.Foreach != nil && item != whole {
		name += "[" + strconv.Itoa(item) + "]"
	}
	if visit > 0 {
		name += visitSign + strconv.Itoa(int(visit)+1)
	}
	return TaskID(name)
}

// visitSign stands before the number of a visit from the second on.
const visitSign = "#"

// maxItems bounds the index of an item, so that a wrong name cannot make a
// family grow without end.
const maxItems = 1 << 27

// find returns the family and item that a name means; whole for a foreach's
// own name. The task may not exist yet: see family.grow. A name with the number
// of a visit that is not the task's last is stale; one without a number means
// the task, whichever visit it is at.
func (r *Run) find(id TaskID) (*family, int, error) {
	base, _, isVisit := strings.Cut(string(id), visitSign)
	f, item, err := r.locate(TaskID(base))
	if err == nil && isVisit && f.name(item) != id {
		return nil, 0, ErrStale
	}
	return f, item, err
}

// locate is find for the name of a task without a visit.
func (r *Run) locate(id TaskID) (*family, int, error) {
	name, rest, isItem := strings.Cut(string(id), "[")
	i, ok := r.steps[name]
	if !ok {
		return nil, 0, fmt.Errorf("cannot find task %q: no such step", id)
	}
	f := &r.families[i]
	if isItem != (f.step.Foreach != nil) {
		if isItem {
			return nil, 0, fmt.Errorf("cannot find task %q: the step is no foreach", id)
		}
		return f, whole, nil
	}
	if !isItem {
		return f, 0, nil
	}
	number, closed := strings.CutSuffix(rest, "]")
	item, err := strconv.Atoi(number)
	if err != nil || !closed || item < 0 || item >= maxItems || f.expanded && item >= len(f.tasks) {
		return nil, 0, fmt.Errorf("cannot find task %q: no such item", id)
	}
	return f, item, nil
}

// task returns a task that facts have named already, else nil.
func (f *family) task(item int) *task {
	if item < 0 || item >= len(f.tasks) {
		return nil
	}
	return &f.tasks[item]
}

// grow returns a task, which comes to be if no fact has named it before: while
// a journal is replayed, facts name tasks before Ready has expanded the family.
func (f *family) grow(item int) *task {
	if more := item + 1 - len(f.tasks); more > 0 {
		f.tasks = append(f.tasks, make([]task, more)...)
		f.count[idle] += more
		f.stood[idle] += more
	}
	return &f.tasks[item]
}

// turn changes the phase of a task and tells those who wait for its end.
func (r *Run) turn(f *family, item int, to phase) {
	t := &f.tasks[item]
	before, from := f.progress(), t.phase
	f.count[from]--
	f.count[to]++
	was := r.remaking
	r.remaking -= t.remaking()
	t.phase = to
	t.once = t.once || to == succeeded
	r.remaking += t.remaking()
	r.postpone(was)
	if t.once { // also one that is run again for its lost objects
		r.stand(f, item, succeeded)
	} else {
		r.stand(f, item, to)
	}
	if to.over() {
		t.asked, t.wanted = askNothing, false
		t.began, t.timed, t.expired = 0, 0, false
	}
	if to.over() && to != succeeded && (from == judging || !t.once) {
		t.outputs = nil // a visit made it that was not the last
	}
	if t.once && to == failed { // what it made is not made again: also who waits for all items must know
		r.ended = append(r.ended, ref{int32(f.index), whole})
	}
	if to.over() && to != cancelled {
		r.ended = append(r.ended, ref{int32(f.index), int32(item)})
	}
	r.recount(f, before)
}

// postpone takes a Finish back while something is made again that was lost
// since it was asked for.
func (r *Run) postpone(was int) {
	switch {
	case r.remaking > was && r.ending == nil && r.outputs.asked == askFinish:
		r.outputs.asked = askNothing
	case r.remaking == 0 && was > 0 && r.unsettled == 0:
		r.enqueue(theOutputs())
	}
}

// progress is how far a family is. It settles once, but may open again after it
// was complete.
type progress struct{ settled, complete bool }

func (f *family) progress() progress { return progress{f.settled(), f.complete()} }

// recount keeps the numbers of open and unsettled families after f changed.
func (r *Run) recount(f *family, before progress) {
	now := f.progress()
	if now == before {
		return
	}
	current := f.step.Stage == r.stage
	if current && now.settled && !before.settled {
		r.unsettled--
	}
	if now.settled && !before.settled || now.complete && !before.complete {
		r.ended = append(r.ended, ref{int32(f.index), whole})
	}
	switch {
	case !current:
	case now.complete && !before.complete:
		r.open--
	case !now.complete && before.complete:
		r.open++
	}
	if r.unsettled == 0 {
		r.enqueue(theOutputs())
	}
}
