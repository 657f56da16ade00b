package object

import (
	"maps"
	"slices"
)

// walk visits the references of v depth first and reports whether to go on.
func (v Value) walk(yield func(Ref) bool) bool {
	switch {
	case v.File != nil:
		return yield(*v.File)
	case v.Dir != nil:
		return yield(*v.Dir)
	case v.Large != nil:
		return v.Large.walk(yield)
	case v.Item != nil:
		return v.Item.Of.walk(yield)
	}
	for _, item := range v.List {
		if !item.walk(yield) {
			return false
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v.Map)) {
		if !v.Map[name].walk(yield) {
			return false
		}
	}
	return true
}

func (l *Large) walk(yield func(Ref) bool) bool {
	return yield(l.Ref) && (l.Source.ID == "" || yield(l.Source))
}

// Bytes is the total size of the objects that v refers to, plus its inline
// JSON. Of a Large value it includes the files that the value refers to.
func (v Value) Bytes() int64 {
	total := int64(len(v.JSON))
	for ref := range v.Refs {
		total += ref.Size
	}
	if v.Large != nil {
		total += v.Large.Bytes
	}
	for _, item := range v.List {
		if item.Large != nil {
			total += item.Large.Bytes
		}
	}
	return total
}
