package server

import (
	"example.org/weft/object"
	"example.org/weft/server/api"
)

// plainValues returns values as clients see them, by name.
func plainValues(vs map[string]object.Value) map[string]any {
	if len(vs) == 0 {
		return nil
	}
	out := make(map[string]any, len(vs))
	for name, v := range vs {
		out[name] = plainValue(v)
	}
	return out
}

// plainValue returns a value as clients see it: its JSON, with an object for
// every file.
func plainValue(v object.Value) any {
	switch {
	case v.File != nil:
		return refView(*v.File)
	case v.Dir != nil:
		dir := refView(*v.Dir)
		dir.Dir = true
		return dir
	case v.Large != nil:
		large := refView(v.Large.Ref)
		if v.Large.Source.ID != "" {
			large = refView(v.Large.Source) // the index is of no use to clients
		}
		large.Large, large.Length = true, v.Large.Length
		return large
	case v.Gather != nil:
		return map[string]any{"gather": v.Gather}
	case v.Item != nil:
		if v.Item.Count > 0 {
			return map[string]any{"items": v.Item.Count, "from": v.Item.Index, "of": v.Item.Of.Ref.ID}
		}
		return map[string]any{"item": v.Item.Index, "of": v.Item.Of.Ref.ID}
	case v.Map != nil:
		return plainValues(v.Map)
	case v.List != nil:
		list := make([]any, len(v.List))
		for i, item := range v.List {
			list[i] = plainValue(item)
		}
		return list
	case len(v.JSON) == 0:
		return nil
	}
	return v.JSON
}

func refView(r object.Ref) api.Object {
	return api.Object{ID: r.ID, Size: r.Size, MediaType: r.MediaType, Name: r.Name, Digest: r.Digest}
}
