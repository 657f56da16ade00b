package dsl

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// maxRange is the number of items that range gives where its result is
// computed. A foreach over range(n) does not make the list and has no limit.
const maxRange = 100_000

func libLines(v ref.Val) ref.Val {
	text, ok := v.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		lines = append(lines, strings.TrimRight(line, "\r\n"))
	}
	return types.NewStringList(types.DefaultTypeAdapter, lines)
}

func libRange(v ref.Val) ref.Val {
	n, ok := v.(types.Int)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	if n < 0 || n > maxRange {
		return types.NewErr("range(%d): want 0 to %d", n, maxRange)
	}
	items := make([]ref.Val, n)
	for i := range items {
		items[i] = types.Int(i)
	}
	return types.NewRefValList(types.DefaultTypeAdapter, items)
}

func libZip(v, w ref.Val) ref.Val {
	a, okA := v.(traits.Lister)
	b, okB := w.(traits.Lister)
	if !okA || !okB {
		return types.MaybeNoSuchOverloadErr(v)
	}
	n, okA := a.Size().(types.Int)
	m, okB := b.Size().(types.Int)
	if !okA || !okB || n != m {
		return types.NewErr("zip of lists of %v and %v items", a.Size(), b.Size())
	}
	if n > maxRange {
		return types.NewErr("zip of lists of %d items: want at most %d", n, maxRange)
	}
	pairs := make([]ref.Val, n)
	for i := range n {
		pairs[i] = types.NewRefValList(types.DefaultTypeAdapter, []ref.Val{a.Get(i), b.Get(i)})
	}
	return types.NewRefValList(types.DefaultTypeAdapter, pairs)
}

func libSum(zero traits.Adder) func(ref.Val) ref.Val {
	return func(v ref.Val) ref.Val {
		list, ok := v.(traits.Lister)
		if !ok {
			return types.MaybeNoSuchOverloadErr(v)
		}
		total := zero
		for it := list.Iterator(); it.HasNext() == types.True; {
			next := total.Add(it.Next())
			if total, ok = next.(traits.Adder); !ok {
				return next // an error, or not known yet
			}
		}
		return total.(ref.Val)
	}
}

// best declares min or max, which is the item that compares so with all others.
func best(name string, wins types.Int) []cel.FunctionOpt {
	var overloads []cel.FunctionOpt
	for _, of := range []*cel.Type{cel.IntType, cel.DoubleType, cel.StringType} {
		overloads = append(overloads, unary(name+"_list_"+of.TypeName(), cel.ListType(of), of, func(v ref.Val) ref.Val {
			return libBest(name, wins, v)
		}))
	}
	return overloads
}

func libBest(name string, wins types.Int, v ref.Val) ref.Val {
	list, ok := v.(traits.Lister)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	var found ref.Val
	for it := list.Iterator(); it.HasNext() == types.True; {
		item := it.Next()
		if types.IsUnknownOrError(item) {
			return item
		}
		comparable, ok := item.(traits.Comparer)
		if !ok {
			return types.NewErr("%s of a list with a %s", name, plainTypes(item.Type().TypeName()))
		}
		if found == nil {
			found = item
			continue
		}
		switch order := comparable.Compare(found).(type) {
		case types.Int:
			if order == wins {
				found = item
			}
		default:
			return order // an error: the items are of different types
		}
	}
	if found == nil {
		return types.NewErr("%s of an empty list", name)
	}
	return found
}

// libKeys returns the keys of a map in their order.
func libKeys(v ref.Val) ref.Val {
	m, ok := v.(traits.Mapper)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	var keys []string
	for it := m.Iterator(); it.HasNext() == types.True; {
		k, ok := it.Next().(types.String)
		if !ok {
			return types.NewErr("keys of a map whose keys are no text")
		}
		keys = append(keys, string(k))
	}
	slices.Sort(keys)
	return types.NewStringList(types.DefaultTypeAdapter, keys)
}
