package rehearsal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/object"
)

// A Difference is one thing that is not as expected.
type Difference struct {
	What string `json:"what"` // "status", "outputs.words", "tasks.count[1].attempts"
	Want string `json:"want"`
	Got  string `json:"got"`
}

// differences compares the run that has ended with what the test expects.
func (s *stage) differences() []Difference {
	d := &differ{}
	sum, want := s.run.Summary(), &s.test.Expect
	d.text("status", want.Status, string(sum.Status))
	if want.Error != "" && !strings.Contains(sum.Error, want.Error) {
		d.add("error", "text with "+strconv.Quote(want.Error), strconv.Quote(sum.Error))
	}
	if took := sum.Ended.Sub(sum.Started); want.Took != nil && took != *want.Took {
		d.add("took", want.Took.String(), took.String())
	}
	d.values("outputs", want.Outputs, sum.Outputs)
	for i := range want.Tasks {
		s.task(d, &want.Tasks[i])
	}
	if d.found != nil && sum.Error != "" && want.Error == "" {
		d.add("error", "none", strconv.Quote(sum.Error))
	}
	return d.found
}

// task compares a task, or a step as a whole when that is what is named.
func (s *stage) task(d *differ, want *dsl.ExpectedTask) {
	what := "tasks." + want.Task
	for _, step := range s.run.Steps() {
		if step.Name == want.Task && step.Foreach {
			d.text(what, want.State, string(step.State))
			return
		}
	}
	got, ok := s.run.Task(executor.TaskID(want.Task))
	if !ok {
		d.add(what, "a task", "no such task")
		return
	}
	if want.State != "" {
		d.text(what, want.State, string(got.State))
	}
	if want.Attempts != nil && *want.Attempts != len(got.Attempts) {
		d.add(what+".attempts", strconv.Itoa(*want.Attempts), strconv.Itoa(len(got.Attempts)))
	}
	d.values(what+".inputs", want.Inputs, s.inputs[got.Task])
}

// A differ collects differences.
type differ struct{ found []Difference }

func (d *differ) add(what, want, got string) {
	d.found = append(d.found, Difference{What: what, Want: want, Got: got})
}

func (d *differ) text(what, want, got string) {
	if want != got {
		d.add(what, want, got)
	}
}

func (d *differ) values(what string, want map[string]json.RawMessage, got map[string]object.Value) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		d.json(what+"."+name, decode(want[name]), plain(got[name]))
	}
}

// json compares two values and names the smallest parts that differ.
func (d *differ) json(what string, want, got any) {
	switch w := want.(type) {
	case []any:
		if g, ok := got.([]any); ok && len(w) == len(g) {
			for i := range w {
				d.json(fmt.Sprintf("%s[%d]", what, i), w[i], g[i])
			}
			return
		}
	case map[string]any:
		if g, ok := got.(map[string]any); ok && slices.Equal(slices.Sorted(maps.Keys(w)), slices.Sorted(maps.Keys(g))) {
			for _, name := range slices.Sorted(maps.Keys(w)) {
				d.json(what+"."+name, w[name], g[name])
			}
			return
		}
	case json.Number:
		if g, ok := got.(json.Number); ok && sameNumber(w, g) {
			return
		}
	default:
		if want == got {
			return
		}
	}
	d.add(what, text(want), text(got))
}

// sameNumber reports whether two numbers are equal however they are written.
func sameNumber(a, b json.Number) bool {
	x, okX := new(big.Rat).SetString(a.String())
	y, okY := new(big.Rat).SetString(b.String())
	return okX && okY && x.Cmp(y) == 0
}

// plain returns a value as a test writes it: a file is its name.
func plain(v object.Value) any {
	switch {
	case v.IsNull():
		return nil
	case v.File != nil:
		return v.File.Name
	case v.Dir != nil:
		return v.Dir.Name
	case v.List != nil:
		list := make([]any, len(v.List))
		for i, item := range v.List {
			list[i] = plain(item)
		}
		return list
	case v.Map != nil:
		fields := make(map[string]any, len(v.Map))
		for _, name := range slices.Sorted(maps.Keys(v.Map)) {
			fields[name] = plain(v.Map[name])
		}
		return fields
	}
	return decode(v.JSON)
}

func decode(raw json.RawMessage) any {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return string(raw)
	}
	return v
}

func text(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
