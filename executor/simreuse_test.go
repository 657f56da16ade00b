package executor

import "fmt"

// reuse answers what is known of earlier results. One that there is has the
// content that the function would make, in objects of its own.
func (w *world) reuse(c Reuse) {
	w.tb.Helper()
	if lost := w.goneIn(c.Inputs); lost != "" {
		w.step(ObjectLost{Task: w.maker[lost], Object: lost})
		return
	}
	if w.failsAlways(c.Task) || w.rng.IntN(2) == 0 {
		w.step(NotReused{Task: c.Task, Attempt: c.Attempt, Key: "k", Why: "drawn"})
		return
	}
	w.others++
	origin := Origin{Run: "run_other", Task: TaskID(fmt.Sprint("t", w.others)), Attempt: 1, Epoch: 1}
	w.step(Succeeded{
		Task: c.Task, Attempt: c.Attempt, Reused: &origin,
		Outputs: w.compute(c.Task, origin.ID().String(), c.Inputs),
	})
}
