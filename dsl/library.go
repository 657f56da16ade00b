package dsl

import (
	"fmt"
	"path"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

// maxRange is the number of items that range gives where its result is
// computed. A foreach over range(n) does not make the list and has no limit.
const maxRange = 100_000

// library is what weft adds to CEL's own functions and its extensions for
// strings, lists, math and optional values:
//
//	json(string) -> json           the value that a JSON text says
//	lines(string) -> list<string>  the lines of a text, without their ends; no last empty one
//	range(int) -> list<int>        0, 1, ..., n-1
//	zip(list, list) -> list        [[a0, b0], [a1, b1], ...]; both must have the same length
//	sum(list) -> number            0 of an empty list
//	basename(string) -> string     what follows the last slash
//	basename(file) -> string       the file's name
func library() []cel.EnvOption {
	a, b := cel.TypeParamType("A"), cel.TypeParamType("B")
	strs := cel.ListType(cel.StringType)
	return []cel.EnvOption{
		cel.Function("json", cel.Overload("json_string", []*cel.Type{cel.StringType}, cel.DynType, cel.UnaryBinding(libJSON))),
		cel.Function("lines", cel.Overload("lines_string", []*cel.Type{cel.StringType}, strs, cel.UnaryBinding(libLines))),
		cel.Function("range", cel.Overload("range_int", []*cel.Type{cel.IntType}, cel.ListType(cel.IntType), cel.UnaryBinding(libRange))),
		cel.Function("zip", cel.Overload("zip_list_list", []*cel.Type{cel.ListType(a), cel.ListType(b)},
			cel.ListType(cel.ListType(cel.DynType)), cel.BinaryBinding(libZip))),
		cel.Function("sum",
			cel.Overload("sum_list_int", []*cel.Type{cel.ListType(cel.IntType)}, cel.IntType, cel.UnaryBinding(libSum(types.Int(0)))),
			cel.Overload("sum_list_double", []*cel.Type{cel.ListType(cel.DoubleType)}, cel.DoubleType, cel.UnaryBinding(libSum(types.Double(0))))),
		cel.Function("basename",
			cel.Overload("basename_string", []*cel.Type{cel.StringType}, cel.StringType, cel.UnaryBinding(libBasename)),
			cel.Overload("basename_file", []*cel.Type{cel.ObjectType(fileType)}, cel.StringType, cel.UnaryBinding(libBasename)),
			cel.Overload("basename_dir", []*cel.Type{cel.ObjectType(dirType)}, cel.StringType, cel.UnaryBinding(libBasename))),
	}
}

func libraryNames() []string {
	return []string{
		"json", "lines", "range", "zip", "sum", "basename", "size", "string", "int", "double", "bool", "has",
		"succeeded", "failed", "always",
	}
}

func libJSON(v ref.Val) ref.Val {
	text, ok := v.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(v)
	}
	decoded, err := decodeJSON([]byte(text))
	if err != nil {
		return types.WrapErr(err)
	}
	return jsonToCEL(decoded, Type{})
}

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

func libBasename(v ref.Val) ref.Val {
	switch v := v.(type) {
	case types.String:
		if v == "" {
			return v
		}
		return types.String(path.Base(string(v)))
	case *fileRecord:
		return v.field("name")
	}
	return types.WrapErr(fmt.Errorf("basename of a %s", v.Type().TypeName()))
}
