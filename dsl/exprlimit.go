package dsl

import (
	"fmt"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/functions"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"
)

// CEL charges for a call when it has been made. The calls that could take
// seconds, or make gigabytes of little, are looked at before.
const (
	maxWeight   = 1 << 20 // of a value that is gone over: its values and bytes of text
	maxDistinct = 2_000   // items: each is compared with all others
)

// programOptions are the limits of every program of an environment.
func programOptions(env *cel.Env) []cel.ProgramOption {
	return []cel.ProgramOption{
		cel.CostLimit(maxExprCost),
		cel.CostTrackerOptions(cost.OverloadTracker(overloads.AddList, costOfConcat)),
		cel.CustomDecoratorV2(func(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
			call, ok := i.(interpreter.InterpretableCall)
			if !ok {
				return i, nil
			}
			return guarded(env, call)
		}),
	}
}

// costOfConcat charges a + b for the shorter list, so that doubling a list
// again and again comes to an end. A macro that appends an item pays one.
func costOfConcat(args []ref.Val, _ ref.Val) *uint64 {
	total := uint64(1)
	if _, appends := args[0].(traits.MutableLister); !appends {
		total += min(cost.ActualSize(args[0]), cost.ActualSize(args[1]))
	}
	return &total
}

// guarded has the arguments of a call looked at before it is made.
func guarded(env *cel.Env, call interpreter.InterpretableCall) (interpreter.InterpretableV2, error) {
	allowed := guardOf(call.Function())
	if allowed == nil {
		return call, nil
	}
	op, err := implementation(env, call)
	if err != nil || op == nil {
		return call, err
	}
	return interpreter.NewCall(call.ID(), call.Function(), call.OverloadID(), call.Args(), func(args ...ref.Val) ref.Val {
		if err := allowed(args); err != nil {
			return types.WrapErr(err)
		}
		return op(args...)
	}), nil
}

// implementation returns what carries out a call.
func implementation(env *cel.Env, call interpreter.InterpretableCall) (functions.FunctionOp, error) {
	switch call.Function() {
	case operators.Equals:
		return func(args ...ref.Val) ref.Val { return types.Equal(args[0], args[1]) }, nil
	case operators.NotEquals:
		return func(args ...ref.Val) ref.Val { return types.Bool(types.Equal(args[0], args[1]) != types.True) }, nil
	}
	bound, err := env.Functions()[call.Function()].Bindings()
	if err != nil {
		return nil, err
	}
	for _, name := range []string{call.OverloadID(), call.Function()} {
		for _, o := range bound {
			if o.Operator == name {
				return operation(o), nil
			}
		}
	}
	return nil, fmt.Errorf("%s is not bound", call.Function())
}

func operation(o *functions.Overload) functions.FunctionOp {
	switch {
	case o.Unary != nil:
		return func(args ...ref.Val) ref.Val { return o.Unary(args[0]) }
	case o.Binary != nil:
		return func(args ...ref.Val) ref.Val { return o.Binary(args[0], args[1]) }
	}
	return o.Function
}

// guardOf says why a call must not be made; it is nil for what is harmless.
func guardOf(function string) func(args []ref.Val) error {
	switch function {
	case "distinct":
		return guardDistinct
	case "replace", "regex.replace":
		return guardReplace
	case "join":
		return guardJoin
	case "format":
		return guardFormat
	case operators.Equals, operators.NotEquals:
		return guardEqual
	case operators.In:
		return guardIn
	}
	return nil
}

func guardEqual(args []ref.Val) error {
	for _, v := range args {
		if err := light(v); err != nil {
			return err
		}
	}
	return nil
}

// guardIn lets a key be looked up in any map.
func guardIn(args []ref.Val) error {
	if _, isMap := args[1].(traits.Mapper); isMap {
		return nil
	}
	return light(args[1])
}

func guardDistinct(args []ref.Val) error {
	if n := cost.ActualSize(args[0]); n > maxDistinct {
		return fmt.Errorf("distinct of %d items, and it may have %d: do it in a function", n, maxDistinct)
	}
	return light(args[0])
}

// guardReplace takes it that every character is replaced.
func guardReplace(args []ref.Val) error {
	return madeOf((cost.ActualSize(args[0]) + 1) * (cost.ActualSize(args[2]) + 1))
}

func guardJoin(args []ref.Val) error {
	separators := uint64(0)
	if len(args) > 1 {
		separators = cost.ActualSize(args[0]) * cost.ActualSize(args[1])
	}
	if err := madeOf(separators); err != nil {
		return err
	}
	return light(args[0])
}

func guardFormat(args []ref.Val) error { return light(args[1]) }

func madeOf(n uint64) error {
	if n > maxWeight {
		return fmt.Errorf("the text may get %d bytes, and may have %d: make it in a function", n, maxWeight)
	}
	return nil
}

// light refuses a value that is too heavy to go over. Lists that share their items
// are small in memory, and endless for who goes over them.
func light(v ref.Val) error {
	if weigh(v, maxWeight) < 0 {
		return fmt.Errorf("the value is bigger than %d bytes: do it in a function", maxWeight)
	}
	return nil
}

// weigh returns what is left of a budget when each value inside v took one, and
// each text one for each of its bytes.
func weigh(v ref.Val, budget int) int {
	budget--
	switch v := v.(type) {
	case types.String:
		return budget - len(v)
	case types.Bytes:
		return budget - len(v)
	case *itemList, record: // their values are in the run, not made here
	case *types.Optional:
		if v.HasValue() {
			return weigh(v.GetValue(), budget)
		}
	case traits.Lister:
		if size, ok := v.Size().(types.Int); !ok || int(size) > budget {
			return -1
		}
		for it := v.Iterator(); budget >= 0 && it.HasNext() == types.True; {
			budget = weigh(it.Next(), budget)
		}
	case traits.Mapper:
		for it := v.Iterator(); budget >= 0 && it.HasNext() == types.True; {
			k := it.Next()
			budget = weigh(v.Get(k), weigh(k, budget))
		}
	}
	return budget
}
