package executor

import (
	"cmp"
	"slices"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// A pending is a command that is about to be handed out for who, unless the ask
// is taken back before everything is settled.
type pending struct {
	command Command
	who     ref
	ask     ask
	rank    int64
}

// Ready returns the commands that became necessary since the last call. The
// first call after a replay returns all that are unanswered. Commands of
// higher rank come first.
func (r *Run) Ready() []Command {
	if r.seq == 0 {
		return nil
	}
	if !r.timerSet && r.prog.Timeout > 0 && r.ending == nil && r.stage == dsl.StageMain {
		r.timerSet = true
		r.emit(pending{command: SetTimer{Timer: r.runTimer(), At: r.drivenAt.Add(r.prog.Timeout)}, who: theOutputs()})
	}
	r.looked = true
	r.workOut()
	if r.finished != nil { // settled for those who look at it
		r.commands = nil
		return nil
	}
	return r.handOut()
}

// ask has a command handed out for who, and remembers that it is out.
func (r *Run) ask(who ref, what ask, c Command) {
	r.seat(who).asked = what
	r.emit(pending{command: c, who: who, ask: what})
}

func (r *Run) emit(c pending) {
	if c.who.step >= 0 {
		c.rank = r.families[c.who.step].rank
	}
	r.commands = append(r.commands, c)
}

func (r *Run) handOut() []Command {
	if r.ranks {
		slices.SortStableFunc(r.commands, func(a, b pending) int { return cmp.Compare(b.rank, a.rank) })
	}
	out := make([]Command, 0, len(r.commands))
	for _, c := range r.commands {
		if _, ok := c.command.(Plan); ok && !r.wantsPlan(&r.families[c.who.step]) {
			continue // a record has overtaken it
		}
		if child, ok := c.command.(StartChild); ok && !r.stillWanted(c.who, child) {
			continue // likewise
		}
		if c.ask == askNothing || c.ask == r.seat(c.who).asked {
			out = append(out, c.command)
		}
	}
	clear(r.commands)
	r.commands = r.commands[:0]
	return out
}

// workOut works out everything that follows from the facts.
func (r *Run) workOut() {
	r.lookAgain()
	r.settle()
	for r.unwant() {
		r.settle()
	}
}

// settle examines until nothing more follows.
func (r *Run) settle() {
	for len(r.ended) > 0 || len(r.work) > 0 || len(r.freed) > 0 {
		for _, end := range r.ended {
			r.tell(end)
		}
		r.ended = r.ended[:0]
		work := r.work
		r.work = nil
		for _, who := range work {
			r.examine(who)
		}
		if r.work == nil {
			r.work = work[:0]
		}
		if len(r.ended) == 0 && len(r.work) == 0 {
			r.admitAll()
		}
	}
}

// examine decides what follows for one task, family, or the outputs. What was
// registered for it before is void.
func (r *Run) examine(who ref) {
	s := r.seat(who)
	s.queued = false
	s.turn++
	s.missing = 0
	switch {
	case who.step < 0:
		r.examineOutputs()
	case r.families[who.step].step.Stage > r.stage: // its turn is to come
	case who.item == whole:
		r.examineFamily(&r.families[who.step])
	default:
		r.examineTask(&r.families[who.step], int(who.item))
	}
}

func (r *Run) examineFamily(f *family) {
	if f.expanded {
		r.askPlan(f) // after a redrive
		return
	}
	if f.complete() {
		return
	}
	o := r.evaluateFamily(f, nil)
	switch {
	case r.conclude(ref{int32(f.index), whole}, &o):
	case o.absent:
		f.skipped = true
		r.recount(f, progress{})
	default:
		r.expand(f, o.items)
	}
}

// expand makes the tasks of a foreach.
func (r *Run) expand(f *family, n int) {
	f.expanded = true
	if surplus := len(f.tasks) - n; surplus > 0 { // of the list before a redrive
		f.tasks = f.tasks[:n]
		f.count[idle] -= surplus
		f.stood[idle] -= surplus
	}
	if n > 0 {
		f.tasks = slices.Grow(f.tasks, max(0, n-len(f.tasks)))
		f.grow(n - 1)
	}
	r.recount(f, progress{})
	r.wake(&f.length, false) // who waited for the length may now find out more
	for i := range f.tasks {
		r.enqueue(ref{int32(f.index), int32(i)})
	}
	r.askPlan(f)
}

func (r *Run) askPlan(f *family) {
	if r.wantsPlan(f) {
		r.emit(pending{command: Plan{Step: f.step.Name, Items: len(f.tasks)}, who: f.first()})
	}
}

func (r *Run) wantsPlan(f *family) bool {
	return !f.planned && r.ending == nil && f.step.Stage == r.stage
}

func (r *Run) examineTask(f *family, item int) {
	t := &f.tasks[item]
	if !f.startsNoMore(t) {
		r.askDeadline(f, item)
	}
	switch {
	case t.phase == live && f.calls():
		r.examineChild(f, item)
	case t.stopping:
		r.askAbort(f, item)
	case f.startsNoMore(t):
		r.freeSlot(f, item)
		r.turn(f, item, skipped)
	case t.phase == retrying:
		r.askTimer(f, item)
	case t.phase == judging:
		r.examineVisit(f, item)
	case t.phase == waiting:
		r.askWaitTimer(f, item)
	case t.phase.over() && !t.wanted, t.asked == askInvoke:
	default:
		r.examineReady(f, item)
	}
}

// examineReady evaluates what a task reads, and takes it a stage further if
// everything is there.
func (r *Run) examineReady(f *family, item int) {
	t := &f.tasks[item]
	if t.inputs != nil && t.loss == int32(r.losses) {
		r.proceed(f, item, t.inputs)
		return
	}
	o := r.evaluateTask(f, item, nil)
	switch {
	case r.conclude(ref{int32(f.index), int32(item)}, &o):
		if t.phase != live { // a replay may look at one too early: it keeps its slot
			r.freeSlot(f, item) // else items of its own family that it waits for could starve
		}
	case o.absent:
		r.freeSlot(f, item)
		r.turn(f, item, skipped)
	default:
		r.proceed(f, item, o.inputs)
	}
}

// conclude acts on an outcome that leaves something to wait for, and reports
// whether it did. What is left is absent or all there.
func (r *Run) conclude(who ref, o *outcome) bool {
	switch {
	case o.absent:
		return false
	case o.lost != "":
		r.register(who, o.needs) // it may turn out that it is skipped
		fact := Evaluated{Task: o.fact.Task, Err: string(o.lost) + " is lost and cannot be made again", Cause: CauseObjectLost}
		r.askEvaluate(who, Evaluate{Fact: fact})
	case len(o.needs) > 0:
		r.seat(who).asked = askNothing // what was asked for before a loss is wanted no more
		r.register(who, o.needs)
		if o.enough > 0 {
			r.seat(who).missing = int32(o.enough)
		}
	case len(o.loads) > 0 || o.err != nil || o.computed:
		r.askEvaluate(who, o.evaluate())
	default:
		return false
	}
	return true
}

// evaluate returns the command that an outcome asks for.
func (o *outcome) evaluate() Evaluate {
	switch {
	case len(o.loads) > 0:
		return Evaluate{Fact: Evaluated{Task: o.fact.Task}, Loads: o.loads}
	case o.err != nil:
		return Evaluate{Fact: Evaluated{Task: o.fact.Task, Err: o.err.Error()}}
	}
	return Evaluate{Fact: o.fact}
}

func (r *Run) askEvaluate(who ref, c Evaluate) {
	if r.seat(who).asked != askEvaluate && r.ending == nil {
		r.ask(who, askEvaluate, c)
	}
}

// proceed asks for a node, or for the function to be run there.
func (r *Run) proceed(f *family, item int, inputs map[string]object.Value) {
	t := &f.tasks[item]
	who := ref{int32(f.index), int32(item)}
	switch {
	case r.ending != nil || t.asked == askReuse || t.asked == askPlace || t.asked == askBegin || t.asked == askInvoke:
	case r.paused:
		r.held = append(r.held, who)
	case !r.takeSlot(f, item):
	case t.phase == live:
		t.inputs = nil
		r.ask(who, askInvoke, r.invoke(f, item, inputs))
	case f.nodeless():
		r.ask(who, askBegin, Begin{f.begin(item, inputs)})
	case r.reuses(f, item):
		t.inputs, t.loss = inputs, int32(r.losses)
		r.ask(who, askReuse, Reuse{Task: f.name(item), Step: f.index, Attempt: len(t.attempts) + 1, Inputs: inputs})
	default:
		t.inputs, t.loss = inputs, int32(r.losses)
		r.ask(who, askPlace, r.place(f, item, inputs))
	}
}

func (r *Run) place(f *family, item int, inputs map[string]object.Value) Place {
	t := &f.tasks[item]
	return Place{
		Task:    f.name(item),
		Step:    f.index,
		Attempt: len(t.attempts) + 1,
		Asked:   r.seq,
		Group:   f.group,
		Inputs:  inputs,
		Avoid:   t.lostNodes(),

		Redriven: int(t.redriven),
	}
}

func (r *Run) invoke(f *family, item int, inputs map[string]object.Value) Invoke {
	t := &f.tasks[item]
	a := &t.attempts[len(t.attempts)-1]
	return Invoke{
		Attempt: r.attemptID(f, item),
		Step:    f.index,
		Node:    a.node,
		Inputs:  inputs,
		Timeout: f.timeout(),
	}
}

// timeout is how long one attempt may take; 0 is for ever.
func (f *family) timeout() time.Duration { return cmp.Or(f.step.Timeout, f.fn.Timeout) }

// EvaluateWith completes an Evaluate command with the contents of the objects
// that it asked for. The result may ask for more of them. If the task cannot be
// evaluated any more the fact says nothing, and Step finds it stale.
func (r *Run) EvaluateWith(c Evaluate, loaded dsl.Loaded) Evaluate {
	who, o, err := r.evaluateNamed(c.Fact.Task, loaded)
	if err != nil {
		return Evaluate{Fact: Evaluated{Task: c.Fact.Task}}
	}
	if o.lost == "" && !o.absent && len(o.needs) == 0 && (len(o.loads) > 0 || o.err != nil || o.computed) {
		return o.evaluate()
	}
	r.seat(who).asked = askNothing
	r.enqueue(who)
	return Evaluate{Fact: Evaluated{Task: c.Fact.Task}}
}

func (r *Run) evaluateNamed(id TaskID, loaded dsl.Loaded) (ref, outcome, error) {
	if id == "" {
		return theOutputs(), r.evaluateOutputs(loaded), nil
	}
	f, item, err := r.find(id)
	if err != nil {
		return ref{}, outcome{}, err
	}
	if item == whole {
		return ref{int32(f.index), whole}, r.evaluateFamily(f, loaded), nil
	}
	f.grow(item)
	return ref{int32(f.index), int32(item)}, r.evaluateTask(f, item, loaded), nil
}
