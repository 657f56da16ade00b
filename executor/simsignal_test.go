package executor

import (
	"crypto/sha256"
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
