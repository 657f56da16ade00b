package planner

import (
	"encoding/json"
	"slices"

	"example.org/weft/dsl"
)

const (
	guessItems = 8       // length of a list of which nothing is known
	maxItems   = 1 << 30 // beyond this a prediction says nothing
)

// countTasks predicts how many tasks a step has.
func (m *model) countTasks(i int) (int, Source) {
	step := &m.prog.Steps[i]
	if step.Foreach == nil {
		return 1, Measured
	}
	if n, ok := m.in.StepItems[step.Name]; ok {
		return max(n, 0), Measured
	}
	for _, r := range m.listReads(step) {
		if n, source, ok := m.lengthOf(i, r); ok {
			return batches(step, n), source
		}
	}
	return batches(step, guessItems), Guess
}

// batches is how many tasks go over so many items.
func batches(step *dsl.Step, items int) int {
	size := max(step.Foreach.Batch, 1)
	return (items + size - 1) / size
}

// listReads returns the reads that may be the foreach's list, the surest first:
// what is read item by item, then what control reads, but numbers last.
func (m *model) listReads(step *dsl.Step) []dsl.Read {
	var own, lists, numbers []dsl.Read
	for _, r := range step.Reads {
		switch {
		case r.Each || (r.Items == dsl.ItemAt && r.Offset == 0):
			own = append(own, r)
		case r.Binding != "":
		case r.Step == dsl.InputStep && !m.isList(r.Field):
			numbers = append(numbers, r)
		default:
			lists = append(lists, r)
		}
	}
	return slices.Concat(own, lists, numbers)
}

// isList reports whether an input of the workflow is declared to be a list.
func (m *model) isList(input string) bool {
	f := m.field(dsl.InputStep, input)
	return f != nil && f.Type.Kind == dsl.KindList
}

// lengthOf predicts the length of the list that r reads. It is false where r
// reads no list, or the step's own earlier items.
func (m *model) lengthOf(i int, r dsl.Read) (int, Source, bool) {
	switch {
	case r.Step == dsl.InputStep:
		return m.inputItems(r.Field)
	case r.Step >= i:
		return 0, "", false
	case m.prog.Steps[r.Step].Foreach != nil:
		if r.Items == dsl.ItemNone {
			return 0, "", false
		}
		return m.steps[r.Step].tasks, m.steps[r.Step].tasksSource, true
	}
	for _, o := range m.steps[r.Step].outputs {
		if o.field == r.Field && o.list {
			n, source := m.listItems(r.Step, r.Field)
			return n, source, true
		}
	}
	return 0, "", false
}

// inputItems is the length of a list input, or the value of an int input, which
// a list may be made of by range.
func (m *model) inputItems(name string) (int, Source, bool) {
	if n, ok := m.in.Items[name]; ok {
		return max(n, 0), Measured, true
	}
	f := m.field(dsl.InputStep, name)
	if f == nil {
		return 0, "", false
	}
	var list []json.RawMessage
	var count int
	switch {
	case f.Type.Kind == dsl.KindList && json.Unmarshal(f.Default, &list) == nil:
		return len(list), Hint, true
	case f.Type.Kind == dsl.KindInt && json.Unmarshal(f.Default, &count) == nil:
		return max(count, 0), Hint, true
	}
	return guessItems, Guess, f.Type.Kind == dsl.KindList || f.Type.Kind == dsl.KindInt
}

// A value names an output of a step.
type value struct {
	step  int
	field string
}

// measureLists notes how long the lists are over which a foreach has already
// been expanded, to a batch.
func (m *model) measureLists() {
	m.lists = map[value]int{}
	for i := range m.prog.Steps {
		reader := &m.prog.Steps[i]
		n, known := m.in.StepItems[reader.Name]
		if !known || reader.Foreach == nil {
			continue
		}
		for _, r := range reader.Reads {
			if r.Step >= 0 && (r.Each || (r.Binding == "" && r.Items == dsl.ItemNone)) {
				m.lists[value{r.Step, r.Field}] = max(n, 0) * max(reader.Foreach.Batch, 1)
			}
		}
	}
}

// listItems predicts the length of a list that a single task makes.
func (m *model) listItems(step int, field string) (int, Source) {
	if n, ok := m.lists[value{step, field}]; ok {
		return n, Measured
	}
	s := &m.steps[step]
	if fit := m.prof.Functions[s.fn.Digest].Items[field]; fit.N > 0 {
		return int(min(fit.at(s.inBytes, false), maxItems) + 0.5), Learned
	}
	return guessItems, Guess
}
