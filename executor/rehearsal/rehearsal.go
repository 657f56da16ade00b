// Package rehearsal plays runs of a workflow whose functions answer what a test
// file says. It is an engine without a node, a journal or a clock: time goes on
// to whatever comes next, so an hour of backoff costs nothing.
//
// The package is pure, as the run itself is.
package rehearsal

import (
	"container/heap"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/object"
)

// maxFacts bounds a run that would go on for ever.
const maxFacts = 1_000_000

// node is where everything runs, and runID what every run is called.
const (
	node  executor.NodeID = "test"
	runID executor.RunID  = "run_test"
)

// start is when every run starts.
func start() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

// Play plays one test and returns in what the run differs from what the test
// expects. The error says why it could not be played to its end.
func Play(p *dsl.Program, t *dsl.Test) ([]Difference, error) {
	s := newStage(p, t)
	s.play()
	if s.err != nil {
		return nil, s.err
	}
	return s.differences(), nil
}

// A stage is a run that is played.
type stage struct {
	program *dsl.Program
	test    *dsl.Test
	run     *executor.Run
	now     time.Time
	due     queue
	sent    int                   // facts that were ever put in the queue
	facts   int                   // facts that were stepped
	journal func(executor.Record) // is given each record; nil: there is no journal
	inputs  map[executor.TaskID]map[string]object.Value
	err     error
}

func newStage(p *dsl.Program, t *dsl.Test) *stage {
	return &stage{
		program: p, test: t, run: executor.New(runID, p), now: start(),
		inputs: map[executor.TaskID]map[string]object.Value{},
	}
}

// play goes on to the end of the run.
func (s *stage) play() {
	s.begins()
	for s.err == nil && !s.run.Done() {
		for _, c := range s.run.Ready() {
			s.carryOut(c)
		}
		s.next()
	}
}

// begins has the run begin.
func (s *stage) begins() {
	s.step(executor.Started{
		Workflow: s.program.Name, Version: s.program.Version, Inputs: s.test.Inputs, Decisions: executor.Decisions,
		Options: executor.Options{Placement: "data"},
	})
}

// step applies a fact now; a stale one is dropped, as every engine does.
func (s *stage) step(f executor.Fact) {
	s.facts++
	rec := executor.Record{Seq: s.run.Seq() + 1, At: s.now, Fact: f}
	err := s.run.Step(rec)
	switch {
	case err == nil && s.journal != nil:
		s.journal(rec)
	case err != nil && !errors.Is(err, executor.ErrStale) && s.err == nil:
		s.err = err
	}
}

// next lets time go on to the next fact.
func (s *stage) next() {
	switch {
	case s.err != nil:
		return
	case len(s.due) == 0:
		s.err = s.stuck()
		return
	case s.facts > maxFacts:
		s.err = fmt.Errorf("the run goes on and on: more than %d facts", maxFacts)
		return
	}
	e, _ := heap.Pop(&s.due).(event)
	if e.at.After(s.now) {
		s.now = e.at
	}
	s.step(e.fact)
}

// later has a fact happen in a while.
func (s *stage) later(d time.Duration, f executor.Fact) {
	s.sent++
	heap.Push(&s.due, event{at: s.now.Add(d), order: s.sent, fact: f})
}

// carryOut does what the run asks for.
func (s *stage) carryOut(c executor.Command) {
	switch c := c.(type) {
	case executor.Plan: // a run without a plan finishes too
	case executor.Evaluate:
		s.evaluate(c)
	case executor.Reuse:
		s.later(0, executor.NotReused{Task: c.Task, Attempt: c.Attempt, Why: "a test reuses nothing"})
	case executor.Place:
		s.later(0, executor.Placed{Task: c.Task, Attempt: c.Attempt, Epoch: 1, Node: node, Asked: c.Asked})
	case executor.Begin:
		s.begin(c.Fact)
	case executor.Invoke:
		s.invoke(c)
	case executor.StartChild:
		s.child(c)
	case executor.Abort:
		s.later(0, executor.AttemptLost{Task: c.Attempt.Task, Attempt: c.Attempt.N, Reason: c.Reason})
	case executor.SetTimer:
		s.later(c.At.Sub(s.now), executor.TimerFired{Timer: c.Timer})
	case executor.Conclude:
		s.later(0, executor.Concluded(c))
	case executor.Finish:
		outputs := make(map[string]object.Value, len(c.Outputs))
		for i := range s.program.Outputs {
			name := s.program.Outputs[i].Name
			if v, ok := c.Outputs[name]; ok {
				outputs[name] = s.run.Expand(v)
			}
		}
		s.later(0, executor.Finished{Status: c.Status, Outputs: outputs, Error: c.Error})
	default:
		s.err = fmt.Errorf("a test cannot play %T", c)
	}
}

// evaluate has what an expression gave recorded. The contents that it wants to
// read are those of the test's files.
func (s *stage) evaluate(c executor.Evaluate) {
	loaded := dsl.Loaded{}
	for len(c.Loads) > 0 {
		for _, l := range c.Loads {
			name := l.Of.Ref.Name
			text, ok := s.test.Files[name]
			if !ok {
				s.err = fmt.Errorf("an expression of %s reads file %q: say under files what it contains", c.Fact.Task, name)
				return
			}
			loaded[l] = []byte(text)
		}
		c = s.run.EvaluateWith(c, loaded)
	}
	s.later(0, c.Fact)
}

// stuck says for what a run waits that nothing will bring.
func (s *stage) stuck() error {
	var waits []string
	for i := range s.program.Steps {
		for t := range s.run.Tasks(i, 0) {
			if !t.State.Done() {
				waits = append(waits, fmt.Sprintf("%s waits for %s", t.Task, strings.Join(t.WaitsFor, ", ")))
			}
		}
	}
	return fmt.Errorf("the run is stuck: %s", strings.Join(waits, "; "))
}

// An event is a fact that is due.
type event struct {
	at    time.Time
	order int
	fact  executor.Fact
}

// A queue is a heap of events: the earliest comes first, and of those at one
// time the one that was sent first.
type queue []event

var _ heap.Interface = (*queue)(nil)

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	if !q[i].at.Equal(q[j].at) {
		return q[i].at.Before(q[j].at)
	}
	return q[i].order < q[j].order
}

func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push adds an event, for package heap.
func (q *queue) Push(x any) {
	if e, ok := x.(event); ok {
		*q = append(*q, e)
	}
}

// Pop removes the last event, for package heap.
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
