package executor

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// wait returns the fact by which a task begins to wait. Its inputs have been
// checked.
func (f *family) wait(item int, inputs map[string]object.Value) Begun {
	w := f.step.Wait
	b := Begun{Task: f.name(item), Attempt: len(f.tasks[item].attempts) + 1, Within: w.For}
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
	if r.ending != nil || item == whole || f.step.Wait == nil || !f.task(item).awaits(b.Attempt) {
		return ErrStale
	}
	if r.paused || f.full() {
		r.overtaken(f, item)
		return ErrStale
	}
	a := attempt{placed: at, due: b.Until, ask: b.Ask}
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

// waitTimer names the timer of attempt n of a task that waits.
func waitTimer(id TaskID, n int) TimerID {
	return TimerID(waitPrefix + string(id) + "/" + strconv.Itoa(n))
}

func (r *Run) askWaitTimer(f *family, item int) {
	t := &f.tasks[item]
	n := len(t.attempts)
	due := t.attempts[n-1].due
	if t.asked == askTimer || r.ending != nil || due.IsZero() {
		return
	}
	r.ask(ref{int32(f.index), int32(item)}, askTimer, SetTimer{Timer: waitTimer(f.name(item), n), At: due})
}

// waitOver ends a wait whose time is over: a wait for a signal fails.
func (r *Run) waitOver(at time.Time, name string) error {
	id, n, _ := strings.Cut(name, "/")
	f, item, err := r.find(TaskID(id))
	if err != nil {
		return err
	}
	t := f.task(item)
	if t == nil || t.phase != waiting || n != strconv.Itoa(len(t.attempts)) || r.ending != nil {
		return ErrStale
	}
	if f.step.Wait.Signal == "" {
		r.waited(f, item, at, nil)
		return nil
	}
	x := Failed{
		Task: f.name(item), Attempt: len(t.attempts), Cause: CauseTimeout,
		Message: "no signal " + f.signal(item) + " within " + f.step.Wait.Timeout.String(),
	}
	r.endAttempt(f, item, at, didFail).failure = &x
	t.failure = &x
	r.retryOrFail(f, item, at, x)
	return nil
}

// waitInWords says for what a waiting task waits.
func (t *task) waitInWords(f *family, item int) string {
	a := &t.attempts[len(t.attempts)-1]
	due := a.due.UTC().Format(time.RFC3339)
	words := "signal " + f.signal(item)
	switch {
	case f.step.Wait.Signal == "":
		return "its time, " + due
	case f.step.Wait.Approval:
		words = "approval (" + words + "): " + a.ask
	}
	if !a.due.IsZero() {
		words += ", until " + due
	}
	return words
}
