package executor

import "example.org/weft/object"

// Expand spells out the symbolic gathers of a value, which must be present: the
// result refers to objects only. Items of large lists stay.
func (r *Run) Expand(v object.Value) object.Value {
	switch {
	case v.Gather != nil:
		return r.gather(*v.Gather)
	case v.List != nil:
		list := make([]object.Value, len(v.List))
		for i, item := range v.List {
			list[i] = r.Expand(item)
		}
		return object.Value{List: list}
	case v.Map != nil:
		fields := make(map[string]object.Value, len(v.Map))
		for _, name := range sortedNames(v.Map) {
			fields[name] = r.Expand(v.Map[name])
		}
		return object.Value{Map: fields}
	}
	return v
}

// gather returns the list that g stands for; an item that has no such value is
// null.
func (r *Run) gather(g object.Gather) object.Value {
	step, ok := r.steps[g.Step]
	if !ok || g.To <= g.From {
		return object.FromJSON([]byte("[]"))
	}
	f := &r.families[step]
	list := make([]object.Value, g.To-g.From)
	for i := range list {
		t := r.final(f, g.From+i).task(g.From + i)
		switch {
		case t == nil:
		case g.Field == "":
			list[i] = r.Expand(object.Value{Map: t.outputs})
		default:
			list[i] = r.Expand(t.outputs[g.Field])
		}
	}
	return object.Value{List: list}
}
