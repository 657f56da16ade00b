package dsl

import (
	"cmp"
	"slices"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// A sortedMap is a map out of JSON. CEL goes over its own maps in any order;
// this one is gone over by its keys, so that an expression gives one result.
type sortedMap struct {
	traits.Mapper
	keys []ref.Val
}

func newSortedMap(m map[ref.Val]ref.Val) *sortedMap {
	s := &sortedMap{Mapper: types.NewRefValMap(types.DefaultTypeAdapter, m)}
	for k := range m {
		s.keys = append(s.keys, k)
	}
	slices.SortFunc(s.keys, func(a, b ref.Val) int { return cmp.Compare(a.(types.String), b.(types.String)) })
	return s
}

// Iterator goes over the keys.
func (m *sortedMap) Iterator() traits.Iterator {
	return types.NewRefValList(types.DefaultTypeAdapter, m.keys).Iterator()
}

// Fold goes over the map for a macro.
func (m *sortedMap) Fold(f traits.Folder) {
	for _, k := range m.keys {
		if v, ok := m.Find(k); !ok || !f.FoldEntry(k, v) {
			return
		}
	}
}
