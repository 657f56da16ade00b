package dsl

import (
	"fmt"
	"maps"
	"slices"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

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

func libToJSON(v ref.Val) ref.Val {
	if err := light(v); err != nil {
		return types.WrapErr(err)
	}
	value, gap := jsonOf(v)
	if gap != nil {
		return gap
	}
	return types.String(encodeJSON(value))
}

// jsonOf returns a value as encoding/json writes it, or what keeps it from
// being written: an error, or what is not known yet.
func jsonOf(v ref.Val) (value any, gap ref.Val) {
	switch v := v.(type) {
	case *types.Unknown, *types.Err:
		return nil, v
	case *types.Optional:
		if !v.HasValue() {
			return nil, nil
		}
		return jsonOf(v.GetValue())
	case *fileRecord:
		return nil, types.WrapErr(fmt.Errorf("a %s is no JSON: name its size or name", plainTypes(v.Type().TypeName())))
	case *outputsRecord:
		fields := map[string]ref.Val{}
		for _, f := range v.step.outputs {
			fields[f.Name] = v.field(f.Name)
		}
		return jsonOfFields(fields)
	case traits.Lister:
		return jsonOfList(v)
	case traits.Mapper:
		fields := map[string]ref.Val{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			k := it.Next()
			fields[fmt.Sprint(k.Value())] = v.Get(k)
		}
		return jsonOfFields(fields)
	}
	r := scalarFromCEL(v)
	if r.Err != nil {
		return nil, types.WrapErr(r.Err)
	}
	return inlineJSON(r.Value), nil
}

func jsonOfList(l traits.Lister) (any, ref.Val) {
	items := []any{}
	var gaps []ref.Val
	for it := l.Iterator(); it.HasNext() == types.True; {
		item, gap := jsonOf(it.Next())
		if gap != nil {
			gaps = append(gaps, gap)
		}
		items = append(items, item)
	}
	return items, missingOf(gaps)
}

func jsonOfFields(fields map[string]ref.Val) (any, ref.Val) {
	values := map[string]any{}
	var gaps []ref.Val
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		value, gap := jsonOf(fields[name])
		if gap != nil {
			gaps = append(gaps, gap)
		}
		values[name] = value
	}
	return values, missingOf(gaps)
}
