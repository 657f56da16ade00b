package dsl

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"example.org/weft/object"
)

// An itemList is `steps.x.outputs` of a foreach step: a list whose length is
// known when the step is expanded, and whose items are known one by one.
type itemList struct {
	listBase
	ev     *evaluation
	step   *stepInfo
	length int
}

// A largeList is a list that is an object: its length is known, its items are
// when the object is loaded.
type largeList struct {
	listBase
	ev    *evaluation
	large object.Large
}

// listBase gives a lazy list what it has in common with others. Reading the
// list as a whole, other than item by item, is left to CEL's own lists.
type listBase struct{}

func (listBase) Type() ref.Type { return types.ListType }

func (listBase) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("cannot convert list to %v", t)
}

func (listBase) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("cannot convert list to %s", t.TypeName())
}

func (l *itemList) Value() any { return l }

func (l *itemList) Size() ref.Val { return types.Int(l.length) }

func (l *itemList) Get(index ref.Val) ref.Val {
	i, err := listIndex(index, l.length)
	if err != nil {
		return types.WrapErr(err)
	}
	return newOutputs(l.ev, l.step, i, false)
}

// eager returns the list as one of CEL's own. What is missing of any item is
// the whole list.
func (l *itemList) eager() ref.Val {
	items := make([]ref.Val, l.length)
	for i := range items {
		items[i] = newOutputs(l.ev, l.step, i, true)
	}
	return types.NewRefValList(types.DefaultTypeAdapter, items)
}

func (l *itemList) Equal(other ref.Val) ref.Val { return equalLists(l.eager(), other) }

func (l *itemList) Contains(v ref.Val) ref.Val { return l.eager().(traits.Lister).Contains(v) }

func (l *itemList) Add(other ref.Val) ref.Val { return l.eager().(traits.Lister).Add(other) }

func (l *itemList) Iterator() traits.Iterator { return l.eager().(traits.Lister).Iterator() }

func (l *largeList) Value() any { return l }

func (l *largeList) Size() ref.Val { return types.Int(l.large.Length) }

func (l *largeList) Get(index ref.Val) ref.Val {
	if _, err := listIndex(index, l.large.Length); err != nil {
		return types.WrapErr(err)
	}
	return l.unknown()
}

func (l *largeList) unknown() ref.Val { return l.ev.unknownLoad(l.large.Ref) }

func (l *largeList) Equal(ref.Val) ref.Val { return l.unknown() }

func (l *largeList) Contains(ref.Val) ref.Val { return l.unknown() }

func (l *largeList) Add(ref.Val) ref.Val { return l.unknown() }

// Iterator gives as many unknowns as there are items.
func (l *largeList) Iterator() traits.Iterator {
	items := make([]ref.Val, l.large.Length)
	for i := range items {
		items[i] = l.unknown()
	}
	return types.NewRefValList(types.DefaultTypeAdapter, items).Iterator()
}

// Fold goes over the list for a macro.
func (l *itemList) Fold(f traits.Folder) {
	for i := range l.length {
		if !f.FoldEntry(types.Int(i), newOutputs(l.ev, l.step, i, true)) {
			return
		}
	}
}

// Fold goes over the list for a macro.
func (l *largeList) Fold(f traits.Folder) {
	for i := range l.large.Length {
		if !f.FoldEntry(types.Int(i), l.unknown()) {
			return
		}
	}
}

func equalLists(a, b ref.Val) ref.Val {
	if lazy, ok := b.(*itemList); ok {
		b = lazy.eager()
	}
	return a.Equal(b)
}

func listIndex(index ref.Val, length int) (int, error) {
	i, err := types.GetOrError(index)
	if err != nil {
		return 0, err
	}
	if i < 0 || i >= length {
		return 0, fmt.Errorf("index %d of a list of %d", i, length)
	}
	return i, nil
}
