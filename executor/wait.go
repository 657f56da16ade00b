package executor

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// waits reports whether the tasks of a family wait and run nothing.
func (f *family) waits() bool { return f.step.Wait != nil && !f.step.Wait.Callback }

// nodeless reports whether the attempts of a family begin without a node.
func (f *family) nodeless() bool { return f.waits() || f.calls() }

// begin returns the fact by which a task begins: to wait, for which its inputs
// have been checked, or as a run of another workflow.
func (f *family) begin(item int, inputs map[string]object.Value) Begun {
	w := f.step.Wait
	b := Begun{Task: f.name(item), Attempt: len(f.tasks[item].attempts) + 1}
	if f.calls() {
		return b
	}
	b.Within = w.For
	if w.Signal != "" {
		b.Within = w.Timeout
	}
	for _, in := range f.step.With {
		text := textOf(inputs[in.Input])
		if in.Input == dsl.WaitApproval {
			b.Ask = text
		} else {
			b.Within, b.Until, _ = w.Limit(in.Input, text)
		}
	}
	return b
}

// checkWait says what is wrong with what a wait's expressions gave.
func (f *family) checkWait(inputs map[string]object.Value) error {
	for _, in := range f.step.With {
		if in.Input == dsl.WaitApproval {
			continue
		}
		if _, _, err := f.step.Wait.Limit(in.Input, textOf(inputs[in.Input])); err != nil {
			return err
		}
	}
	return nil
}

// textOf returns a value that is text; of one that is not, nothing.
func textOf(v object.Value) string {
	var text string
	if json.Unmarshal(v.JSON, &text) != nil {
		return ""
	}
	return text
}

// begun has a task wait. If its signal is there already, that is all.
func (r *Run) begun(at time.Time, b Begun) error {
	f, item, err := r.find(b.Task)
	if err != nil {
		return err
	}
	if r.ending != nil || item == whole || !f.nodeless() || !f.task(item).awaits(b.Attempt) {
		return ErrStale
	}
	if r.paused || f.full() {
		r.overtaken(f, item)
		return ErrStale
	}
	if f.calls() {
		r.childBegun(f, item, at)
		return nil
	}
	a := attempt{site: r.site("", ""), vigil: &vigil{due: b.Until, ask: b.Ask}, placed: momentOf(at)}
	if b.Within > 0 || f.step.Wait.Signal == "" && b.Until.IsZero() {
		a.due = at.Add(b.Within)
	}
	r.addAttempt(f, item, a)
	r.turn(f, item, waiting)
	r.enqueue(ref{int32(f.index), int32(item)})
	name := f.signal(item)
	if kept := r.kept[name]; len(kept) > 0 {
		r.kept[name] = kept[1:]
		r.waited(f, item, at, kept[0])
	}
	return nil
}

// waited ends a wait well.
func (r *Run) waited(f *family, item int, at time.Time, outputs map[string]object.Value) {
	r.endAttempt(f, item, at, didSucceed)
	r.made(f, item, outputs)
}

// signal returns the name of the signal that a task waits for.
func (f *family) signal(item int) string {
	if f.step.Foreach == nil {
		return f.step.Wait.Signal
	}
	return string(ItemTask(f.step.Wait.Signal, item))
}

// SignalTask returns the task that waits for a signal; ok is false when the
// program has no such step.
func SignalTask(p *dsl.Program, signal string) (id TaskID, ok bool) {
	step := p.SignalStep(signal)
	if step < 0 {
		return "", false
	}
	w := p.Steps[step].Wait
	return TaskID(p.Steps[step].Name + strings.TrimPrefix(signal, w.Signal)), true
}

func (r *Run) signalReceived(at time.Time, x SignalReceived) error {
	id, ok := SignalTask(r.prog, x.Name)
	f, item, err := r.find(id)
	if !ok || err != nil || r.ending != nil {
		return ErrStale // anybody may send anything
	}
	t := f.task(item)
	switch {
	case t != nil && t.phase == waiting:
		r.waited(f, item, at, x.Payload)
	case f.complete() || t != nil && t.phase.over():
		return ErrStale
	default:
		r.kept[x.Name] = append(r.kept[x.Name], x.Payload)
	}
	return nil
}

// abandonWaits ends what still waits at the end of the run: it had nobody to be
// told.
func (r *Run) abandonWaits(at time.Time) {
	for i := range r.families {
		f := &r.families[i]
		if f.count[waiting] == 0 {
			continue
		}
		for item := range f.tasks {
			if f.tasks[item].phase == waiting {
				r.endAttempt(f, item, at, wasAborted)
				r.turn(f, item, cancelled)
			}
		}
	}
}

const waitPrefix = "wait/"

// waitTimer names the timer of a task that waits. A heartbeat makes a timer of
// another name necessary.
func (f *family) waitTimer(item int) TimerID {
	t := &f.tasks[item]
	name := waitPrefix + string(f.name(item)) + "/" + strconv.Itoa(len(t.attempts))
	if beats := t.attempts[len(t.attempts)-1].beats; beats > 0 {
		name += "/" + strconv.Itoa(beats)
	}
	return TimerID(name)
}

// waitEnds returns when a wait is over if nothing comes, and whether it is a
// heartbeat that is missing then; zero for never.
func (f *family) waitEnds(a *attempt) (at time.Time, heartbeat bool) {
	if f.step.Wait.Heartbeat == 0 {
		return a.due, false
	}
	beat := a.heard.Add(f.step.Wait.Heartbeat)
	if a.due.IsZero() || beat.Before(a.due) {
		return beat, true
	}
	return a.due, false
}

func (r *Run) askWaitTimer(f *family, item int) {
	t := &f.tasks[item]
	at, _ := f.waitEnds(&t.attempts[len(t.attempts)-1])
	if t.asked == askTimer || r.ending != nil || at.IsZero() {
		return
	}
	r.ask(ref{int32(f.index), int32(item)}, askTimer, SetTimer{Timer: f.waitTimer(item), At: at})
}

// waitOver ends a wait whose time is over: one for a signal or a callback fails.
func (r *Run) waitOver(at time.Time, timer TimerID) error {
	id, _, _ := strings.Cut(strings.TrimPrefix(string(timer), waitPrefix), "/")
	f, item, err := r.find(TaskID(id))
	if err != nil {
		return err
	}
	t := f.task(item)
	if t == nil || t.phase != waiting || timer != f.waitTimer(item) || r.ending != nil {
		return ErrStale
	}
	w := f.step.Wait
	_, silent := f.waitEnds(&t.attempts[len(t.attempts)-1])
	switch {
	case silent:
		r.waitFailed(f, item, at, CauseTimeout, "no heartbeat for "+w.Heartbeat.String())
	case w.Callback:
		r.waitFailed(f, item, at, CauseTimeout, "nobody called back within "+w.Timeout.String())
	case w.Signal != "":
		r.waitFailed(f, item, at, CauseTimeout, "no signal "+f.signal(item)+" within "+w.Timeout.String())
	default:
		r.waited(f, item, at, nil)
	}
	return nil
}

// waitFailed ends a wait badly.
func (r *Run) waitFailed(f *family, item int, at time.Time, cause Cause, message string) {
	t := &f.tasks[item]
	x := Failed{Task: f.name(item), Attempt: len(t.attempts), Cause: cause, Message: message}
	a := r.endAttempt(f, item, at, didFail)
	x.Where.Node = a.node
	a.failure, t.failure = &x, &x
	r.retryOrFail(f, item, at, x)
}

// waitInWords says for what a waiting task waits.
func (t *task) waitInWords(f *family, item int) string {
	a := &t.attempts[len(t.attempts)-1]
	at, silent := f.waitEnds(a)
	until := at.UTC().Format(time.RFC3339)
	var words string
	switch w := f.step.Wait; {
	case w.Callback:
		words = "a callback"
	case w.Approval:
		words = "approval (signal " + f.signal(item) + "): " + a.ask
	case w.Signal != "":
		words = "signal " + f.signal(item)
	default:
		return "its time, " + until
	}
	if silent {
		words += " or a heartbeat"
	}
	if !at.IsZero() {
		words += ", until " + until
	}
	return words
}
