package dsl

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// An itemList is `steps.x.outputs` of a foreach step: a list whose length is
// known when the step is expanded, and whose items are known one by one.
type itemList struct {
	ev     *evaluation
	step   *stepInfo
	from   int // of a batch: its first item
	length int
	batch  bool
}

// item returns an item, which is read as that of the list.
func (l *itemList) item(i int) ref.Val {
	if l.batch {
		return newOutputs(l.ev, l.step, l.from+i, inBatch)
	}
	return newOutputs(l.ev, l.step, i, inList)
}

// Type says that it is a list.
func (l *itemList) Type() ref.Type { return types.ListType }

// ConvertToNative is not needed: fromCEL knows the list.
func (l *itemList) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("cannot convert list to %v", t)
}

// ConvertToType is what type(list) and the like call.
func (l *itemList) ConvertToType(t ref.Type) ref.Val { return l.eager().ConvertToType(t) }

func (l *itemList) Value() any { return l }

func (l *itemList) Size() ref.Val { return types.Int(l.length) }

func (l *itemList) Get(index ref.Val) ref.Val {
	i, err := listIndex(index, l.length)
	if err != nil {
		return types.WrapErr(err)
	}
	if l.batch {
		return l.item(i)
	}
	return newOutputs(l.ev, l.step, i, alone)
}

// eager returns the list as one of CEL's own. What is missing of any item is
// the whole list.
func (l *itemList) eager() ref.Val {
	items := make([]ref.Val, l.length)
	for i := range items {
		items[i] = l.item(i)
	}
	return types.NewRefValList(types.DefaultTypeAdapter, items)
}

func (l *itemList) Equal(other ref.Val) ref.Val { return equalLists(l.eager(), other) }

func (l *itemList) Contains(v ref.Val) ref.Val { return l.eager().(traits.Lister).Contains(v) }

func (l *itemList) Add(other ref.Val) ref.Val { return l.eager().(traits.Lister).Add(other) }

func (l *itemList) Iterator() traits.Iterator { return l.eager().(traits.Lister).Iterator() }

// Fold goes over the list for a macro.
func (l *itemList) Fold(f traits.Folder) {
	for i := range l.length {
		if !f.FoldEntry(types.Int(i), l.item(i)) {
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
