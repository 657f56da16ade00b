package dsl

import (
	"encoding/json"
	"fmt"
	"time"

	"example.org/weft/object"
)

// A Scope answers what an expression of a step reads. It is given by whoever
// holds the run; the answers may be incomplete while the run goes on.
type Scope interface {
	// Input returns the workflow's input of that name.
	Input(name string) object.Value

	// Output returns output field of step's task item (0 when the step is no
	// foreach), or the map of all its outputs when field is empty. The value
	// counts only when the answer is Present.
	//
	// Item NeedAll asks about all items of a foreach step at once, in O(1):
	// Present when every item succeeded, Absent when all have ended and some
	// did not succeed, Pending before. The value is then ignored.
	Output(step, item int, field string) (object.Value, Presence)

	// Items returns how many tasks a foreach step has. It is Present as soon as
	// the step is expanded, long before its tasks end.
	Items(step int) (int, Presence)

	// Loop returns the index of the foreach item that the expression is
	// evaluated for (0 outside a foreach) and the recorded value of the step's
	// own `in` (that of Foreach.Len's Result when it was Computed), which is
	// null when `in` is symbolic.
	Loop() (index int, in object.Value)

	// About returns what `run` and the status functions stand for.
	About() About
}

// Presence says whether a value exists.
type Presence uint8

// The states of a value.
const (
	Pending Presence = iota // not yet
	Present
	Absent // never: its task was skipped, failed or was cancelled
)

// About is what `run.id`, `run.started_at`, `succeeded()` and `failed()` stand
// for. The last two look at the task's own direct dependencies, item by item
// where it reads them item by item, and count only when all have ended.
type About struct {
	RunID     string
	StartedAt time.Time
	Succeeded bool // every direct dependency succeeded
	Failed    bool // at least one failed

	// Error is a map of what is known of the failure that the step handles, or
	// of the run's: task, attempt, cause, message, exit_code and node.
	Error object.Value
	Visit int // of a step that is repeated, from 1

	Status string // of the run, when the main steps have ended
}

// A Need is something that an evaluation waits for.
type Need struct {
	Step int
	Item int // NeedAll: every item has ended; NeedLength: the step is expanded
}

// Values of Need.Item that are no item.
const (
	NeedAll    = -1
	NeedLength = -2
)

// A Result is what the evaluation of an expression gave. At most one of Needs,
// Absent, Loads and Err is set; if none is, Value counts.
type Result struct {
	Value object.Value

	// Computed reports that Value was computed, or read out of an object, and
	// must be recorded as a fact. Otherwise it was handed on by reference and can
	// be derived again.
	Computed bool

	Needs  []Need        // what is still unknown: sorted, without repetition
	Absent bool          // it must read a value that will never exist
	Loads  []object.Item // large values, or items of them, whose contents it needs: evaluate again with them
	Err    error
}

// Loaded has the contents that earlier evaluations asked for: the JSON of a
// Value each.
type Loaded map[object.Item]json.RawMessage

// An Expr is a checked expression of a step. It is immutable and safe for
// concurrent use.
type Expr struct {
	src      string
	pos      Pos
	term     term
	env      *stepEnv
	want     *Type // what the value must be where that is known only at run time
	onStatus bool
}

// String returns the expression as it was written.
func (e *Expr) String() string { return e.src }

// Pos returns where the expression stands.
func (e *Expr) Pos() Pos { return e.pos }

// OnStatus reports whether the expression calls succeeded(), failed() or
// always(): its step is then not skipped because something that it depends on
// did not succeed.
func (e *Expr) OnStatus() bool { return e.onStatus }

// Eval evaluates the expression as far as s and loaded permit. It costs at most
// the expression's cost limit; a path costs O(1) whatever it leads to.
func (e *Expr) Eval(s Scope, loaded Loaded) Result {
	ev := &evaluation{scope: s, loaded: loaded, env: e.env}
	r := settle(e.term.eval(ev))
	if ev.read && r.known() && !r.Computed {
		r = limited(r)
		r.Computed = r.known()
	}
	if e.want != nil && r.known() {
		if err := conform(r.Value, *e.want); err != nil {
			r = failed(err)
		}
	}
	return e.located(r)
}

// located says in an error which expression failed.
func (e *Expr) located(r Result) Result {
	if r.Err != nil {
		r.Err = fmt.Errorf("cannot evaluate %s in line %d: %w", e.src, e.pos.Line, r.Err)
	}
	return r
}
