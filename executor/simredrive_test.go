package executor

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"example.org/weft/dsl"
)

// redrive has a run that ended go on, from a task that the seed draws, after
// the reason for which functions failed was removed. Two worlds of one seed
// draw the same.
func (w *world) redrive(seed uint64) {
	w.tb.Helper()
	if !w.run.Done() {
		w.tb.Fatal("a run is redriven before its end")
	}
	rng := rand.New(rand.NewPCG(seed, 2))
	from := TaskID("")
	if w.run.Status() == StatusSucceeded || rng.IntN(2) == 0 {
		from = w.drawTask(rng)
	}
	if w.faults > 0 {
		w.crash()
	}
	w.failEvery = 0
	clear(w.failures)
	w.allow(from)
	before := len(w.journal)
	w.step(Redriven{From: from})
	if len(w.journal) == before {
		w.tb.Fatalf("a redrive from %q is refused", from)
	}
	w.play()
}

func (w *world) drawTask(rng *rand.Rand) TaskID {
	i := rng.IntN(len(w.program.Steps))
	f := &w.run.families[i]
	if f.step.Foreach != nil && len(f.tasks) > 0 && rng.IntN(3) > 0 {
		return f.name(rng.IntN(len(f.tasks)))
	}
	return f.name(whole)
}

// allow lets those tasks run again that succeeded and are of the chosen step
// or of one that comes after it. That is more than what may: which items of a
// step these are the scripts say.
func (w *world) allow(from TaskID) {
	w.tb.Helper()
	for i := range w.run.families { // who was between two visits begins with the first
		f := &w.run.families[i]
		for item := range f.tasks {
			if f.step.Repeat != nil && f.tasks[item].phase != succeeded {
				w.forgetVisits(f, item)
			}
			if w.program.Steps[i].Stage != dsl.StageMain { // what comes at the end comes again
				delete(w.succeeded, f.name(item))
			}
		}
	}
	if from == "" {
		return
	}
	chosen, _, err := w.run.find(from)
	if err != nil {
		w.tb.Fatal(err)
	}
	after := make([]bool, len(w.program.Steps))
	after[chosen.index] = true
	for range w.program.Steps { // who sends a step that runs again may run again too
		for i := range w.program.Steps {
			s := &w.program.Steps[i]
			for _, step := range s.Needs {
				after[i] = after[i] || after[step]
			}
			for _, read := range s.Reads {
				after[i] = after[i] || read.Step != dsl.InputStep && after[read.Step]
			}
			if s.Guard != nil && after[i] {
				after[s.Guard.Step] = true
			}
		}
	}
	for i := range after {
		f := &w.run.families[i]
		for item := range f.tasks {
			if after[i] {
				w.forgetVisits(f, item)
			}
		}
	}
}

// forgetVisits lets a task run again, whichever visits of it have succeeded.
func (w *world) forgetVisits(f *family, item int) {
	name, _, _ := strings.Cut(string(f.name(item)), visitSign)
	delete(w.succeeded, TaskID(name))
	for visit := range f.tasks[item].visits {
		delete(w.succeeded, TaskID(fmt.Sprint(name, visitSign, visit+2)))
	}
}

// checkKey fails if a task that succeeded is invoked with the same idempotency
// key, unless what it made was lost.
func (w *world) checkKey(c Invoke) {
	w.tb.Helper()
	key := c.Attempt.Key()
	if w.done[key] && !w.lostSince[c.Attempt.Task] {
		w.tb.Fatalf("%s is invoked with the key %s, by which it succeeded before", c.Attempt, key)
	}
}

// lastKey returns the idempotency key of a task's last attempt.
func (w *world) lastKey(id TaskID) string {
	w.tb.Helper()
	f, item, err := w.run.find(id)
	if err != nil {
		w.tb.Fatal(err)
	}
	return w.run.attemptID(f, item).Key()
}
