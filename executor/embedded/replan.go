package embedded

import (
	"context"
	"encoding/json"
	"maps"
	"math/bits"

	"example.org/weft/executor"
	"example.org/weft/planner"
)

// replanKind is the latest plan of a run, where it differs from the first.
const replanKind = "replan"

// known is what has become known of a run since it was planned.
type known struct {
	items map[string]int              // tasks of steps that are expanded
	made  map[string]map[string]total // by step and output
}

// total is what the tasks of a step made of one output.
type total struct{ tasks, bytes int64 }

func newKnown() known {
	return known{items: make(map[string]int), made: make(map[string]map[string]total)}
}

// add counts what a task made, and returns how many of its step have.
func (k known) add(step string, f executor.Succeeded) int64 {
	if k.made[step] == nil {
		k.made[step] = make(map[string]total, len(f.Outputs))
	}
	tasks := int64(0)
	for name, v := range f.Outputs {
		t := k.made[step][name]
		t.tasks, t.bytes = t.tasks+1, t.bytes+v.Bytes()
		k.made[step][name] = t
		tasks = max(tasks, t.tasks)
	}
	return tasks
}

// addTo puts what is known before what a plan would else assume. The result
// shares nothing with k.
func (k known) addTo(in planner.Inputs) planner.Inputs {
	in.StepItems = maps.Clone(k.items)
	in.StepBytes = make(map[string]map[string]int64, len(k.made))
	for step, outputs := range k.made {
		in.StepBytes[step] = make(map[string]int64, len(outputs))
		for name, t := range outputs {
			in.StepBytes[step][name] = t.bytes / t.tasks
		}
	}
	return in
}

// differs reports whether a step turned out otherwise than the plan has it: in
// its number of tasks, or by half or more in the bytes that one makes, if that
// is a megabyte at least.
func (k known) differs(p *planner.Plan, step string) bool {
	const worthwhile = 1 << 20
	s := p.Step(step)
	if s == nil {
		return false
	}
	if n, ok := k.items[step]; ok && n != s.Tasks {
		return true
	}
	bytes := int64(0)
	for _, t := range k.made[step] {
		bytes += t.bytes / t.tasks
	}
	most, least := max(bytes, s.Output), min(bytes, s.Output)
	return len(k.made[step]) > 0 && most >= 2*least && most-least >= worthwhile
}

// measure notes what a task made. It asks again for a plan when that is not
// what the plan has; of a foreach it looks after 1, 2, 4, ... tasks.
func (l *loop) measure(a *active, step string, f executor.Succeeded) {
	if tasks := a.known.add(step, f); bits.OnesCount64(uint64(tasks)) == 1 {
		l.replan(a, step)
	}
}

// replan plans the run again if the step turned out otherwise. A plan takes
// milliseconds, so it is made beside the loop: what is ready meanwhile goes by
// the plan before.
func (l *loop) replan(a *active, step string) {
	if a.plan == nil || a.planning || l.stopping || !a.known.differs(a.plan, step) {
		return
	}
	a.planning = true
	in := a.known.addTo(planInputs(a.run.Summary().Inputs))
	l.tasks.Go(func() {
		plan := planner.Make(a.program, in, l.profiles.get(), l.cluster(a.program))
		data, err := json.Marshal(plan)
		if err == nil {
			err = l.cfg.Documents.PutDocument(l.background, replanKind, string(a.lease.Run), data)
		}
		if err != nil {
			l.warn(l.background, "cannot keep a plan", err)
		}
		l.events.put(replanned{run: a, plan: plan})
	})
}

// replanned brings a run's new plan.
type replanned struct {
	run  *active
	plan *planner.Plan
}

func (e replanned) deliver(l *loop) {
	a := e.run
	a.planning = false
	if a.gone || a.run.Status().Done() {
		return
	}
	before := a.plan
	a.plan = e.plan
	a.homes.Replan(e.plan)
	for i := range e.plan.Steps {
		s, old := &e.plan.Steps[i], before.Step(e.plan.Steps[i].Step)
		if _, asked := a.known.items[s.Step]; asked && (s.Group != old.Group || s.Rank != old.Rank) {
			l.step(a, planned(s))
		}
	}
	for i := range e.plan.Steps {
		l.replan(a, e.plan.Steps[i].Step) // what became known meanwhile
	}
}

func planned(s *planner.StepPlan) executor.Planned {
	return executor.Planned{Step: s.Step, Group: s.Group, Rank: s.Rank.Microseconds()}
}

// recall has a rebuilt run know what its journal says: where its groups work,
// and what its tasks made.
func (a *active) recall(f executor.Fact) {
	switch f := f.(type) {
	case executor.Placed:
		if t, ok := a.run.Task(f.Task); ok && f.Node != "" {
			a.homes.Settle(a.program.Steps[t.Step].Name, t.Item, string(f.Node))
		}
	case executor.NodeLost:
		a.homes.Lose(string(f.Node))
	case executor.NotReused:
		a.sought[f.Task] = f
	case executor.Succeeded:
		if t, ok := a.run.Task(f.Task); ok {
			a.known.add(a.program.Steps[t.Step].Name, f)
		}
	default: // teaches nothing
	}
}

// recount notes how many tasks the steps of a rebuilt run have.
func (a *active) recount() {
	for _, s := range a.run.Steps() {
		if s.Expanded {
			a.known.items[s.Name] = s.Items
		}
	}
}

// loadPlan returns the latest plan of a run, or nil.
func (e *Engine) loadPlan(ctx context.Context, run executor.RunID) *planner.Plan {
	for _, kind := range []string{replanKind, planKind} {
		data, err := e.cfg.Documents.Document(ctx, kind, string(run))
		if err != nil {
			continue
		}
		p := new(planner.Plan)
		if json.Unmarshal(data, p) == nil {
			return p
		}
	}
	return nil
}
