package planner

import (
	"math"

	"example.org/weft/dsl"
)

// What is assumed of a function of which nothing is known.
const (
	guessObject  = 1 << 20 // bytes of a file that is made of nothing
	guessScalar  = 64      // bytes of a number or a short text
	guessRun     = 0.1     // seconds, whatever it reads
	guessRate    = 100e6   // bytes that it works through in a second
	builtinRun   = 0.001   // seconds of a function of this binary
	maxPredicted = 1e15    // bytes, seconds: beyond this a prediction says nothing
)

// runTime predicts the seconds of one task.
func (m *model) runTime(s *stepModel) (float64, Source) {
	if fit := m.prof.Functions[s.fn.Digest].Run; fit.N > 0 {
		return bounded(fit.at(s.inBytes, true)), Learned
	}
	if s.fn.Builtin != "" || s.step.Function == dsl.NoFunction {
		return builtinRun, Guess
	}
	return bounded(guessRun + s.inBytes/guessRate), Guess
}

// outputsOf predicts what one task of a step makes.
func (m *model) outputsOf(i int) []output {
	s := &m.steps[i]
	objects := 0
	for j := range s.fn.Outputs {
		if isObject(s.fn.Outputs[j].Type) {
			objects++
		}
	}
	outputs := make([]output, len(s.fn.Outputs))
	for j := range s.fn.Outputs {
		f := &s.fn.Outputs[j]
		o := output{field: f.Name, items: 1, list: f.Type.Kind == dsl.KindList}
		if o.list {
			o.items, _ = m.listItems(i, f.Name)
		}
		o.bytes, o.source = m.outputBytes(s, f, o.items, objects)
		o.inline = travelsInline(f.Type, o.bytes)
		outputs[j] = o
	}
	return outputs
}

// outputBytes predicts one output. Of a file of which nothing is known it
// assumes that bytes are neither made nor lost: the function's files are
// together as large as what it reads.
func (m *model) outputBytes(s *stepModel, f *dsl.Field, items, objects int) (float64, Source) {
	if b, ok := m.in.StepBytes[s.step.Name][f.Name]; ok {
		return bounded(float64(b)), Measured
	}
	if fit := m.prof.Functions[s.fn.Digest].Output[f.Name]; fit.N > 0 {
		return bounded(fit.at(s.inBytes, isObject(f.Type))), Learned
	}
	if f.SizeHint > 0 {
		return bounded(float64(f.SizeHint) * float64(items)), Hint
	}
	switch {
	case isObject(f.Type) && s.inBytes > 0:
		return bounded(s.inBytes / float64(objects)), Guess
	case isObject(f.Type):
		return guessObject, Guess
	}
	return guessScalar * float64(items), Guess
}

// readBytes predicts what one task of step i reads over r. What a step reads of
// itself is filled in by readOwn, when its outputs are known.
func (m *model) readBytes(i int, r read) (float64, Source) {
	if r.from == dsl.InputStep {
		return m.inputBytes(i, r)
	}
	if r.from >= i {
		return 0, Guess
	}
	from := &m.steps[r.from]
	total, source := 0.0, Measured
	for _, o := range from.outputs {
		if r.field != "" && r.field != o.field {
			continue
		}
		bytes := o.bytes
		if r.elements == oneItem && from.step.Foreach == nil && o.list {
			bytes /= float64(max(o.items, 1))
		}
		total += bytes
		source = worse(source, o.source)
	}
	if r.elements == allItems || (r.elements == someItems && m.steps[i].step.Foreach == nil) ||
		(r.elements == itsBatch && from.step.Foreach != nil) {
		total *= float64(from.tasks)
		source = worse(source, from.tasksSource)
	}
	if r.elements == itsBatch {
		total /= float64(max(m.steps[i].tasks, 1))
	}
	return bounded(total), source
}

// inputBytes predicts what one task of step i reads of a workflow's input.
func (m *model) inputBytes(i int, r read) (float64, Source) {
	f := m.field(dsl.InputStep, r.field)
	if f == nil {
		return 0, Guess
	}
	bytes, source := float64(guessScalar), Guess
	if isObject(f.Type) {
		bytes = guessObject
	}
	if f.SizeHint > 0 {
		bytes, source = float64(f.SizeHint), Hint
	}
	if b, ok := m.in.Bytes[r.field]; ok {
		bytes, source = float64(max(b, 0)), Measured
	}
	switch r.elements {
	case oneItem:
		n, counted, _ := m.inputItems(r.field)
		bytes, source = bytes/float64(max(n, 1)), worse(source, counted)
	case itsBatch:
		bytes /= float64(max(m.steps[i].tasks, 1))
	case order, whole, allItems, someItems:
	}
	return bounded(bytes), source
}

// readOwn fills in what a chain reads of itself.
func (m *model) readOwn(i int) {
	s := &m.steps[i]
	for j := range s.reads {
		r := &s.reads[j]
		if r.from != i || r.binding == "" {
			continue
		}
		r.source = Measured
		for _, o := range s.outputs {
			if r.field == "" || r.field == o.field {
				r.bytes += o.bytes
				r.source = worse(r.source, o.source)
			}
		}
		s.inBytes += r.bytes
	}
}

// worse returns the less certain of two sources.
func worse(a, b Source) Source {
	if certainty(b) < certainty(a) {
		return b
	}
	return a
}

func certainty(s Source) int {
	switch s {
	case Measured:
		return 3
	case Learned:
		return 2
	case Hint:
		return 1
	case Guess:
	}
	return 0
}

// bounded keeps a prediction finite, so that sums of it can be told apart.
func bounded(x float64) float64 {
	if math.IsNaN(x) || x < 0 {
		return 0
	}
	return min(x, maxPredicted)
}
