package executor

import (
	"example.org/weft/dsl"
	"example.org/weft/object"
)

// A Forecast is what a run that was redriven has to do, as far as can be told
// before it does it.
type Forecast struct {
	Steps  []StepForecast // those with something to do, in the order of the program
	Kept   int            // tasks whose results are used again
	Remade []TaskID       // of these: that run again, because what they made is gone
	Gone   []TaskID       // of these: what they made is gone, and they may not run again by themselves
}

// A StepForecast is a step of which tasks are to run.
type StepForecast struct {
	Step  string
	Tasks int // 0: how many is not known yet
}

// Forecast returns what is left to do. It asks has of every object that may
// still be read whether some node has it, and takes all items of a step for
// read when one of its readers has something to do.
func (r *Run) Forecast(has func(object.ID) bool) Forecast {
	var out Forecast
	wanted := make([][]string, len(r.families)) // by step: outputs that are still read
	for i := range r.prog.Outputs {
		r.markRead(wanted, r.prog.Outputs[i].Reads)
	}
	for i := len(r.families) - 1; i >= 0; i-- { // readers before what they read
		f := &r.families[i]
		remade, gone := missing(f, wanted[i], has)
		out.Remade, out.Gone = append(remade, out.Remade...), append(gone, out.Gone...)
		out.Kept += f.count[succeeded]
		if !f.complete() {
			out.Steps = append([]StepForecast{f.forecast()}, out.Steps...)
		}
		if !f.complete() || len(remade) > 0 {
			r.markRead(wanted, f.step.Reads)
		}
	}
	return out
}

func (f *family) forecast() StepForecast {
	s := StepForecast{Step: f.step.Name}
	if f.expanded {
		s.Tasks = len(f.tasks) - f.count[succeeded] - f.count[skipped] - f.count[failed] - f.count[delegated]
	}
	return s
}

// markRead notes which outputs are read.
func (r *Run) markRead(wanted [][]string, reads []dsl.Read) {
	for i := range reads {
		if reads[i].Step != dsl.InputStep && reads[i].Items != dsl.ItemLength {
			r.markField(wanted, reads[i].Step, reads[i].Field)
		}
	}
}

// markField notes it for the step and those that may stand for it.
func (r *Run) markField(wanted [][]string, step int, field string) {
	wanted[step] = append(wanted[step], field)
	for _, c := range r.prog.Steps[step].Catch {
		r.markField(wanted, c.Then, field)
	}
	for _, b := range r.prog.Steps[step].Switch {
		r.markField(wanted, b.Then, field)
	}
}

// missing returns the tasks that succeeded and made something of the wanted
// outputs that is nowhere to be had: those that can run again, and the others.
func missing(f *family, outputs []string, has func(object.ID) bool) (remade, gone []TaskID) {
	for item := range f.tasks {
		t := &f.tasks[item]
		if t.phase != succeeded || !anyMissing(t.outputs, outputs, has) {
			continue
		}
		if f.fn.Pure {
			remade = append(remade, f.name(item))
		} else {
			gone = append(gone, f.name(item))
		}
	}
	return remade, gone
}

func anyMissing(made map[string]object.Value, names []string, has func(object.ID) bool) bool {
	for _, name := range names {
		v := made[name]
		if name == "" {
			v = object.Value{Map: made}
		}
		for ref := range v.Refs {
			if !has(ref.ID) {
				return true
			}
		}
	}
	return false
}
