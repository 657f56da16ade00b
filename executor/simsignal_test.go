package executor

import (
	"crypto/sha256"
	"slices"
	"strings"

	"example.org/weft/object"
)

// comes reports whether somebody sends a signal. Without a timeout somebody
// does, or the run would not end.
func (w *world) comes(name string) bool {
	step := w.program.SignalStep(name)
	return w.program.Steps[step].Wait.Timeout == 0 || sha256.Sum256([]byte(name))[0]%3 > 0
}

// signal sends a signal; its payload is the same each time.
func (w *world) signal(name string) {
	w.tb.Helper()
	sum := sha256.Sum256([]byte(name))
	payload := map[string]object.Value{}
	if len(w.program.Steps[w.program.SignalStep(name)].Outputs) > 0 {
		payload = outputs(name, sum[:])
	}
	w.step(SignalReceived{Name: name, Payload: payload})
}

// signalOne sends a signal to one task that waits, and reports whether there was
// one.
func (w *world) signalOne() bool {
	w.tb.Helper()
	for i := range w.run.families {
		f := &w.run.families[i]
		for item := range f.tasks {
			if f.step.Wait != nil && f.tasks[item].phase == waiting && f.step.Wait.Signal != "" && w.comes(f.signal(item)) {
				w.signal(f.signal(item))
				return true
			}
		}
	}
	return false
}

// signalInstead sends the signal that the task of a timer waits for, if there is
// one: whether a wait times out must not be a matter of luck.
func (w *world) signalInstead(timer TimerID) bool {
	w.tb.Helper()
	name, ok := strings.CutPrefix(string(timer), waitPrefix)
	if !ok {
		return false
	}
	id, _, _ := strings.Cut(name, "/")
	f, item, err := w.run.find(TaskID(id))
	if err == nil && f.step.Wait.Callback {
		return w.callBackInstead(TaskID(id))
	}
	if err != nil || f.step.Wait.Signal == "" || !w.comes(f.signal(item)) {
		return false
	}
	w.signal(f.signal(item))
	return true
}

// signalEarly sends a signal at any time, perhaps before its wait.
func (w *world) signalEarly() {
	w.tb.Helper()
	for i := range w.program.Steps {
		s := &w.program.Steps[i]
		if s.Wait == nil || s.Wait.Signal == "" || w.rng.IntN(2) == 0 {
			continue
		}
		name := s.Wait.Signal
		if s.Foreach != nil {
			name = string(ItemTask(name, w.rng.IntN(3)))
		}
		if w.comes(name) {
			w.signal(name)
		}
		return
	}
}

// handsOver reports whether a function hands its work to somebody else.
func (w *world) handsOver(c Invoke) bool { return w.program.Steps[c.Step].Wait != nil }

// succeed ends an attempt well, or has its function hand over.
func (w *world) succeed(c Invoke) {
	w.tb.Helper()
	task, n := c.Attempt.Task, c.Attempt.N
	if !w.handsOver(c) {
		w.step(Succeeded{Task: task, Attempt: n, Outputs: w.compute(task, c.Attempt.String(), c.Inputs)})
		return
	}
	back := CalledBack{Task: task, Attempt: n}
	if w.failsAlways(task) {
		back.Failed = "drawn"
	} else {
		back.Outputs = w.compute(task, c.Attempt.String(), c.Inputs)
	}
	w.owed = append(w.owed, back)
	if w.faults > 0 && w.rng.IntN(3) == 0 {
		w.callBack(len(w.owed) - 1) // before the function has ended
	}
	w.step(HandedOver{Task: task, Attempt: n})
}

// callBack has one of those who were handed work call back.
func (w *world) callBack(i int) {
	w.tb.Helper()
	back := w.owed[i]
	w.owed = slices.Delete(w.owed, i, i+1)
	w.step(back)
}

// callBackInstead calls a task back whose time is about to be over, or sends a
// heartbeat.
func (w *world) callBackInstead(id TaskID) bool {
	w.tb.Helper()
	for i, back := range w.owed {
		if t, _ := w.run.Task(id); back.Task != id || back.Attempt != len(t.Attempts) {
			continue
		}
		if f, _, _ := w.run.find(id); f.step.Wait.Heartbeat > 0 && w.rng.IntN(3) == 0 {
			w.step(Heartbeat{Task: id, Attempt: back.Attempt})
		} else {
			w.callBack(i)
		}
		return true
	}
	return false
}
