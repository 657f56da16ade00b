package dsl

import (
	"fmt"

	"cel.dev/cel-go/common/types"
)

// A stepInfo is what expressions know of a step. Its index is set when the
// steps are in their order.
type stepInfo struct {
	name    string
	index   int
	foreach bool
	partial bool // a foreach with tolerate: items of its list may be missing
	stage   Stage
	outputs []Field
	unclear bool // which they are is not known, for a mistake that is reported
}

// listed returns the type of an output in the list of all items.
func (s *stepInfo) listed(t Type) Type {
	t.Nullable = t.Nullable || s.partial
	return t
}

func (s *stepInfo) output(name string) (Field, bool) { return fieldNamed(s.outputs, name) }

func fieldNamed(fields []Field, name string) (Field, bool) {
	for _, f := range fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

func fieldNames(fields []Field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// A shape is the type of an expression: a declared type, or one that cannot be
// declared.
type shape struct {
	Type
	of   *stepInfo // the map of all outputs of a step, or with KindList the list of them
	null bool      // the literal null
	any  bool      // it is known only when it is evaluated
}

func anyShape() shape { return shape{Type: Type{Kind: KindJSON, Nullable: true}, any: true} }

// elem returns the shape of an item of a list.
func (s shape) elem() shape {
	switch {
	case s.Kind == KindList && s.of != nil:
		return shape{Type: Type{Kind: KindJSON}, of: s.of}
	case s.Kind == KindList:
		return shape{Type: *s.Elem}
	}
	return anyShape()
}

// nullable returns the shape of a value that may also be null.
func (s shape) nullable() shape {
	s.Nullable = true
	return s
}

// join returns the shape of a value that is either of two.
func join(a, b shape) shape {
	switch {
	case a.null:
		return b.nullable()
	case b.null:
		return a.nullable()
	case a.of == b.of && a.Kind == b.Kind && (a.Kind != KindList || a.of != nil || a.Elem.equal(*b.Elem)):
		a.Nullable = a.Nullable || b.Nullable
		return a
	}
	return anyShape()
}

// mismatch says why a value of the shape cannot be given where want is
// declared, and what to do; it is empty when it can, perhaps after a check at
// run time.
func (s shape) mismatch(want Type) (msg, hint string) {
	if s.null {
		if !want.Nullable && want.Kind != KindJSON {
			return fmt.Sprintf("want %s, have null", want), fmt.Sprintf("declare it as %q where it may be null", want.String()+"?")
		}
		return "", ""
	}
	if s.any || want.Kind == KindJSON || s.Kind == KindJSON && s.of == nil {
		return "", ""
	}
	if s.Nullable && !want.Nullable {
		return fmt.Sprintf("want %s, have %s, which may be null", want, s.Type), fmt.Sprintf("declare it as %q, or give a value in place of null", want.String()+"?")
	}
	all := s.of == nil || want.Kind == KindList && want.Elem.Kind == KindJSON
	if all && fits(s.Type, want) {
		return "", ""
	}
	return fmt.Sprintf("want %s, have %s", want, s), s.conversion(want)
}

func fits(have, want Type) bool {
	switch {
	case have.Kind == KindJSON || want.Kind == KindJSON:
		return true
	case have.Kind == KindInt && want.Kind == KindFloat:
		return true
	case have.Kind != want.Kind:
		return false
	case have.Kind == KindList:
		return fits(*have.Elem, *want.Elem) && (!have.Elem.Nullable || want.Elem.Nullable)
	}
	return true
}

// String names the shape for messages.
func (s shape) String() string {
	if s.of != nil {
		all := fmt.Sprintf("all outputs of %s", s.of.name)
		if s.Kind == KindList {
			return "the list of " + all
		}
		return all
	}
	return s.Type.String()
}

func (s shape) conversion(want Type) string {
	switch {
	case s.of != nil && len(s.of.outputs) > 0 && s.Kind != KindList:
		return "name one of them: ." + s.of.outputs[0].Name
	case s.of != nil && len(s.of.outputs) > 0:
		return fmt.Sprintf("name one of them: .map(r, r.%s)", s.of.outputs[0].Name)
	case want.Kind == KindList && s.Kind != KindList:
		return "make it a list: [...]"
	case s.Kind == KindList && want.Kind != KindList:
		return "take one item: [0]"
	case s.Kind == KindList && want.Kind == KindList && fits(s.Elem.nonNull(), *want.Elem):
		return fmt.Sprintf("declare it as %q: items may be missing", "list<"+s.Elem.String()+">")
	case want.Kind == KindBool && s.Kind == KindString:
		return "the whole condition stands in one ${{ }}"
	case want.Kind == KindBool && !s.HasFiles():
		return "compare it: x > 0"
	case want.Kind == KindInt && s.Kind == KindFile:
		return "its size is an int: .size"
	case want.Kind == KindString && s.Kind == KindFile:
		return "its name is a string: .name"
	case want.HasFiles():
		return "a file comes from an input or an output of type file"
	case want.Kind == KindString && !s.HasFiles():
		return "convert it: string(...)"
	case want.Kind == KindInt && !s.HasFiles():
		return "convert it: int(...)"
	case want.Kind == KindFloat && !s.HasFiles():
		return "convert it: double(...)"
	}
	return ""
}

// shapeOfCEL returns the shape of a value of a CEL type.
func (env *stepEnv) shapeOfCEL(t *types.Type) shape {
	switch t.Kind() {
	case types.StringKind:
		return shape{Type: Type{Kind: KindString, Nullable: t.IsAssignableType(types.NullType)}}
	case types.IntKind, types.UintKind:
		return shape{Type: Type{Kind: KindInt, Nullable: t.IsAssignableType(types.NullType)}}
	case types.DoubleKind:
		return shape{Type: Type{Kind: KindFloat, Nullable: t.IsAssignableType(types.NullType)}}
	case types.BoolKind:
		return shape{Type: Type{Kind: KindBool, Nullable: t.IsAssignableType(types.NullType)}}
	case types.TimestampKind, types.DurationKind, types.BytesKind:
		return shape{Type: Type{Kind: KindString}}
	case types.NullTypeKind:
		return shape{Type: Type{Kind: KindJSON, Nullable: true}, null: true}
	case types.ListKind:
		elem := env.shapeOfCEL(t.Parameters()[0])
		return shape{Type: listOf(elem.Type), of: elem.of}
	case types.MapKind:
		return shape{Type: Type{Kind: KindJSON}}
	case types.OpaqueKind:
		if t.TypeName() == "optional_type" && len(t.Parameters()) == 1 {
			return env.shapeOfCEL(t.Parameters()[0]).nullable()
		}
	case types.StructKind:
		return env.types.shapeOf(t.TypeName())
	}
	return anyShape()
}
