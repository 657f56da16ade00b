package dsl

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
)

// extensions are what expressions have of CEL's own extensions. Their versions
// are fixed: a function that a later one brings is not in the language before
// docs/expressions.md has it.
func extensions() []cel.EnvOption {
	return []cel.EnvOption{
		cel.OptionalTypes(cel.OptionalTypesVersion(2)),
		ext.Strings(ext.StringsVersion(5)), ext.Lists(ext.ListsVersion(4)),
		ext.Math(ext.MathVersion(2)), ext.Regex(ext.RegexVersion(0)),
	}
}

// library is what weft adds to CEL's own functions and its extensions.
// docs/expressions.md has an example of each.
func library() []cel.EnvOption {
	list, numbers := cel.ListType(cel.TypeParamType("A")), cel.ListType(cel.IntType)
	return []cel.EnvOption{
		cel.Function("json", unary("json_string", cel.StringType, cel.DynType, libJSON)),
		cel.Function("to_json", unary("to_json_any", cel.DynType, cel.StringType, libToJSON)),
		cel.Function("lines", unary("lines_string", cel.StringType, cel.ListType(cel.StringType), libLines)),
		cel.Function("range", unary("range_int", cel.IntType, numbers, libRange)),
		cel.Function("zip", cel.Overload("zip_list_list", []*cel.Type{list, cel.ListType(cel.TypeParamType("B"))},
			cel.ListType(cel.ListType(cel.DynType)), cel.BinaryBinding(libZip))),
		cel.Function("keys", unary("keys_map", cel.MapType(cel.StringType, cel.DynType), cel.ListType(cel.StringType), libKeys)),
		cel.Function("sum",
			unary("sum_list_int", numbers, cel.IntType, libSum(types.Int(0))),
			unary("sum_list_double", cel.ListType(cel.DoubleType), cel.DoubleType, libSum(types.Double(0)))),
		cel.Function("min", best("min", types.IntNegOne)...),
		cel.Function("max", best("max", types.IntOne)...),
		cel.Function("basename", ofPath("basename", pathBase)...),
		cel.Function("stem", ofPath("stem", pathStem)...),
		cel.Function("extension", ofPath("extension", pathExtension)...),
		cel.Function("dirname", unary("dirname_string", cel.StringType, cel.StringType, libPath(pathDir))),
		cel.CostModel(libraryCosts()...),
	}
}

func unary(id string, takes, gives *cel.Type, f func(ref.Val) ref.Val) cel.FunctionOpt {
	return cel.Overload(id, []*cel.Type{takes}, gives, cel.UnaryBinding(f))
}

// libraryCosts says what calls cost, in CEL's units. Without that a call costs
// one, however much it does.
func libraryCosts() []cost.OverloadModel {
	text, items, made := cost.Arg(0), cost.Length(cost.Arg(0)), cost.Length(cost.Result())
	costs := []cost.OverloadModel{
		cost.Overload("json_string", cost.EvalCost(text)),
		cost.Overload("to_json_any", cost.EvalCost(cost.Result())),
		cost.Overload("lines_string", cost.EvalCost(text)),
		cost.Overload("range_int", cost.EvalCost(made)),
		cost.Overload("zip_list_list", cost.EvalCost(cost.Scale(made, 3))),
		cost.Overload("keys_map", cost.EvalCost(made)),
	}
	for _, id := range []string{"sum_list_int", "sum_list_double", "min_list_int", "min_list_double", "min_list_string", "max_list_int", "max_list_double", "max_list_string"} {
		costs = append(costs, cost.Overload(id, cost.EvalCost(items)))
	}
	// The extension charges sorts for the square of the length, and for that
	// square in distinct more than it takes.
	costs = append(costs, cost.MemberOverload("list_distinct", cost.EvalCost(cost.Scale(cost.Square(cost.Length(cost.Target())), 0.2))))
	for _, of := range []string{"int", "double", "string", "bool", "google.protobuf.Timestamp", "google.protobuf.Duration"} {
		costs = append(costs,
			cost.MemberOverload("list_"+of+"_sort", cost.EvalCost(cost.Scale(cost.Length(cost.Target()), 20))),
			cost.MemberOverload("list_"+of+"_sortByAssociatedKeys", cost.EvalCost(cost.Scale(cost.Length(cost.Target()), 20))))
	}
	return costs
}

// functionNames are the names of all functions and macros that an expression
// may call, in order.
func functionNames(env *cel.Env) []string {
	names := []string{"math.least", "math.greatest"} // macros of a namespace
	without := withheld()
	for name := range env.Functions() {
		if _, no := without[name]; !no && !isOperator(name) {
			names = append(names, name)
		}
	}
	for _, m := range env.Macros() {
		if f := m.Function(); f != "least" && f != "greatest" {
			names = append(names, f)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// isOperator reports whether a function of CEL is not called by its name.
func isOperator(name string) bool {
	return strings.HasPrefix(name, "_") || strings.ContainsAny(name, "@!-") || name == "in"
}
