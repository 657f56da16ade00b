package dsl_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// A world is a Scope that a test fills by commands:
//
//	input NAME VALUE           a workflow's input
//	items STEP N               a foreach step is expanded
//	output STEP[I] FIELD VALUE a task has succeeded
//	absent STEP[I]             a task will never give outputs
//	loop I [VALUE]             the item evaluated for, and the recorded list
//	status succeeded|failed    how the direct dependencies ended
//	load ID VALUE              the content of an object, or ID[I] of an item of a file
//
// A value is JSON with "file:NAME:SIZE", "dir:NAME:SIZE" and
// "large:NAME:LENGTH" for what is not; a length of -1 is no list. The list
// "lines:NAME:LENGTH" has its items in a file.
type world struct {
	program *dsl.Program
	inputs  map[string]object.Value
	items   map[int]int
	outputs map[string]map[string]object.Value // by step and item
	absent  map[string]bool
	index   int
	in      object.Value
	about   dsl.About
	loaded  dsl.Loaded
	content map[string]json.RawMessage // by ID as load has it
}

func newWorld(p *dsl.Program) *world {
	return &world{
		program: p, inputs: map[string]object.Value{}, items: map[int]int{},
		outputs: map[string]map[string]object.Value{}, absent: map[string]bool{}, loaded: dsl.Loaded{}, content: map[string]json.RawMessage{},
		about: dsl.About{RunID: "run_1", StartedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Succeeded: true},
	}
}

func (w *world) Input(name string) object.Value { return w.inputs[name] }

func (w *world) Output(step, item int, field string) (object.Value, dsl.Presence) {
	if item == dsl.NeedAll {
		return object.Value{}, w.all(step)
	}
	key := fmt.Sprintf("%d[%d]", step, item)
	if w.absent[key] {
		return object.Value{}, dsl.Absent
	}
	fields, ok := w.outputs[key]
	switch {
	case !ok:
		return object.Value{}, dsl.Pending
	case field == "":
		return object.Value{Map: fields}, dsl.Present
	}
	return fields[field], dsl.Present
}

func (w *world) all(step int) dsl.Presence {
	presence := dsl.Present
	for i := range w.items[step] {
		switch _, p := w.Output(step, i, ""); p {
		case dsl.Pending:
			return dsl.Pending
		case dsl.Absent:
			presence = dsl.Absent
		case dsl.Present:
		}
	}
	return presence
}

func (w *world) Items(step int) (int, dsl.Presence) {
	if w.absent[strconv.Itoa(step)] {
		return 0, dsl.Absent
	}
	n, ok := w.items[step]
	if !ok {
		return 0, dsl.Pending
	}
	return n, dsl.Present
}

func (w *world) Loop() (int, object.Value) { return w.index, w.in }

func (w *world) About() dsl.About { return w.about }

// set carries out a command; it returns false for one that it does not know.
func (w *world) set(line string) bool {
	words := strings.SplitN(line, " ", 4)
	words = append(words, "", "", "")
	switch words[0] {
	case "input":
		w.inputs[words[1]] = parseValue(strings.SplitN(line, " ", 3)[2])
	case "items":
		w.items[w.step(words[1])], _ = strconv.Atoi(words[2])
	case "output":
		key := w.task(words[1])
		if w.outputs[key] == nil {
			w.outputs[key] = map[string]object.Value{}
		}
		w.outputs[key][words[2]] = parseValue(words[3])
	case "absent":
		if strings.Contains(words[1], "[") || w.program.Steps[w.step(words[1])].Foreach == nil {
			w.absent[w.task(words[1])] = true
		} else {
			w.absent[strconv.Itoa(w.step(words[1]))] = true
		}
	case "loop":
		w.index, _ = strconv.Atoi(words[1])
		w.in = parseValue(words[2])
	case "status":
		w.about.Succeeded, w.about.Failed = words[1] == "succeeded", words[1] == "failed"
	case "load":
		w.content[words[1]] = toJSON(parseValue(strings.SplitN(line, " ", 3)[2]))
	default:
		return false
	}
	return true
}

func (w *world) step(name string) int {
	for i, s := range w.program.Steps {
		if s.Name == name {
			return i
		}
	}
	panic("no step " + name)
}

// task writes "encode[3]" or "split" as the key of w.outputs.
func (w *world) task(name string) string {
	step, item, _ := strings.Cut(strings.TrimSuffix(name, "]"), "[")
	if item == "" {
		item = "0"
	}
	return fmt.Sprintf("%d[%s]", w.step(step), item)
}

func parseValue(s string) object.Value {
	if s == "" {
		return object.Null()
	}
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		panic(fmt.Sprintf("%s: %v", s, err))
	}
	return toValue(v)
}

func toValue(v any) object.Value {
	switch v := v.(type) {
	case string:
		if kind, rest, ok := strings.Cut(v, ":"); ok && (kind == "file" || kind == "dir" || kind == "large" || kind == "lines") {
			return special(kind, rest)
		}
	case []any:
		items := make([]object.Value, len(v))
		inline := true
		for i, item := range v {
			items[i] = toValue(item)
			inline = inline && (items[i].JSON != nil || items[i].IsNull())
		}
		if !inline {
			return object.Value{List: items}
		}
	case map[string]any:
		fields := map[string]object.Value{}
		inline := true
		for name, field := range v {
			fields[name] = toValue(field)
			inline = inline && (fields[name].JSON != nil || fields[name].IsNull())
		}
		if !inline {
			return object.Value{Map: fields}
		}
	}
	return object.FromJSON(toJSON(v))
}

func special(kind, rest string) object.Value {
	name, number, _ := strings.Cut(rest, ":")
	n, _ := strconv.Atoi(number)
	ref := object.Ref{ID: object.Mint("test", name), Name: name, Size: int64(n), MediaType: "video/test"}
	switch kind {
	case "file":
		return object.Value{File: &ref}
	case "dir":
		return object.Value{Dir: &ref}
	}
	large := &object.Large{Ref: ref, IsList: n >= 0, Length: max(n, 0)}
	if kind == "lines" {
		large.Source = object.Ref{ID: object.Mint("test", name+" source"), Name: name}
	}
	return object.Value{Large: large}
}

// eval evaluates an expression, with what it asks for if that is loaded.
func (w *world) eval(e *dsl.Expr) dsl.Result {
	for {
		r := e.Eval(w, w.loaded)
		again := false
		for _, l := range r.Loads {
			if content, ok := w.content[nameOfLoad(l)]; ok {
				w.loaded[l], again = content, true
			}
		}
		if !again {
			return r
		}
	}
}

func nameOfLoad(l object.Item) string {
	if l.Index == object.Whole {
		return l.Of.Ref.Name
	}
	return fmt.Sprintf("%s[%d]", l.Of.Ref.Name, l.Index)
}

// show writes a value as parseValue reads it.
func show(v object.Value) string {
	switch {
	case v.IsNull():
		return "null"
	case v.File != nil:
		return "file:" + v.File.Name
	case v.Dir != nil:
		return "dir:" + v.Dir.Name
	case v.Large != nil:
		return "large:" + v.Large.Ref.Name
	case v.Item != nil:
		return fmt.Sprintf("item %d of large:%s", v.Item.Index, v.Item.Of.Ref.Name)
	case v.Gather != nil:
		return fmt.Sprintf("gather %s.%s %d to %d", v.Gather.Step, v.Gather.Field, v.Gather.From, v.Gather.To)
	case v.List != nil:
		var items []string
		for _, item := range v.List {
			items = append(items, show(item))
		}
		return "[" + strings.Join(items, " ") + "]"
	case v.Map != nil:
		return string(toJSON(mapOfShown(v.Map)))
	}
	return string(v.JSON)
}

func mapOfShown(m map[string]object.Value) map[string]string {
	out := map[string]string{}
	for name, v := range m {
		out[name] = show(v)
	}
	return out
}

func (w *world) showResult(r dsl.Result) string {
	switch {
	case r.Err != nil:
		return "error: " + r.Err.Error()
	case r.Absent:
		return "absent"
	case len(r.Needs) > 0:
		var needs []string
		for _, n := range r.Needs {
			name := w.program.Steps[n.Step].Name
			switch n.Item {
			case dsl.NeedAll:
				name += "[all]"
			case dsl.NeedLength:
				name += "[length]"
			default:
				name += fmt.Sprintf("[%d]", n.Item)
			}
			needs = append(needs, name)
		}
		return "needs " + strings.Join(needs, " ")
	case len(r.Loads) > 0:
		var names []string
		for _, l := range r.Loads {
			names = append(names, nameOfLoad(l))
		}
		return "loads " + strings.Join(names, " ")
	}
	if r.Computed {
		return show(r.Value) + " (computed)"
	}
	return show(r.Value)
}

func toJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}
