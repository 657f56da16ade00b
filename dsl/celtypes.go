package dsl

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// The names of our types in CEL.
const (
	inputsType  = "weft.inputs"
	stepsType   = "weft.steps"
	runType     = "weft.run"
	errorType   = "weft.error"
	fileType    = "weft.file"
	dirType     = "weft.dir"
	stepType    = "weft.step."    // and the step's name
	outputsType = "weft.outputs." // and the step's name
)

// celTypes tells CEL the types of a workflow's values: what fields inputs,
// steps and files have. It adds to the types that CEL has.
type celTypes struct {
	types.Provider
	fields map[string][]celField // by type
	steps  map[string]*stepInfo
}

type celField struct {
	name string
	typ  *types.Type
}

func newCELTypes(inputs []Field, steps []*stepInfo) (*celTypes, error) {
	base, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	ct := &celTypes{Provider: base, fields: map[string][]celField{}, steps: map[string]*stepInfo{}}
	for _, f := range inputs {
		ct.add(inputsType, f.Name, celType(f.Type))
	}
	for _, s := range steps {
		ct.steps[s.name] = s
		ct.add(stepsType, s.name, types.NewObjectType(stepType+s.name))
		outputs := types.NewObjectType(outputsType + s.name)
		if s.foreach {
			ct.add(stepType+s.name, "outputs", types.NewListType(outputs))
		} else {
			ct.add(stepType+s.name, "outputs", outputs)
		}
		for _, f := range s.outputs {
			ct.add(outputsType+s.name, f.Name, celType(s.listed(f.Type)))
		}
	}
	ct.add(runType, "id", types.StringType)
	ct.add(runType, "started_at", types.TimestampType)
	ct.add(runType, "status", types.StringType)
	for _, f := range errorFields() {
		ct.add(errorType, f.Name, celType(f.Type))
	}
	for _, f := range fileFields() {
		ct.add(fileType, f.Name, celType(f.Type))
		ct.add(dirType, f.Name, celType(f.Type))
	}
	return ct, nil
}

// fileFields are what an expression can know of a file.
func fileFields() []Field {
	return []Field{
		{Name: "size", Type: Type{Kind: KindInt}},
		{Name: "name", Type: Type{Kind: KindString}},
		{Name: "media_type", Type: Type{Kind: KindString}},
	}
}

// errorFields are what an expression can know of a failure.
func errorFields() []Field {
	return []Field{
		{Name: "task", Type: Type{Kind: KindString}},
		{Name: "attempt", Type: Type{Kind: KindInt}},
		{Name: "cause", Type: Type{Kind: KindString}},
		{Name: "message", Type: Type{Kind: KindString}},
		{Name: "exit_code", Type: Type{Kind: KindInt}},
		{Name: "node", Type: Type{Kind: KindString}},
	}
}

// celType is the type that a declared type has in CEL.
func celType(t Type) *types.Type {
	switch t.Kind {
	case KindString:
		return nullableType(types.StringType, t.Nullable)
	case KindInt:
		return nullableType(types.IntType, t.Nullable)
	case KindFloat:
		return nullableType(types.DoubleType, t.Nullable)
	case KindBool:
		return nullableType(types.BoolType, t.Nullable)
	case KindFile:
		return types.NewObjectType(fileType)
	case KindDir:
		return types.NewObjectType(dirType)
	case KindList:
		if !t.Nullable { // CEL has no list that may be null
			return types.NewListType(celType(*t.Elem))
		}
	case KindJSON:
	}
	return types.DynType
}

func nullableType(t *types.Type, nullable bool) *types.Type {
	if nullable {
		return types.NewNullableType(t)
	}
	return t
}

func (ct *celTypes) add(typ, field string, t *types.Type) {
	ct.fields[typ] = append(ct.fields[typ], celField{field, t})
}

// shapeOf returns the shape of a value of one of our types.
func (ct *celTypes) shapeOf(name string) shape {
	switch {
	case name == fileType:
		return shape{Type: Type{Kind: KindFile}}
	case name == dirType:
		return shape{Type: Type{Kind: KindDir}}
	case strings.HasPrefix(name, outputsType):
		return shape{Type: Type{Kind: KindJSON}, of: ct.steps[strings.TrimPrefix(name, outputsType)]}
	}
	return anyShape()
}

// ours reports whether a type of that name is one of ours.
func (ct *celTypes) ours(name string) bool { return strings.HasPrefix(name, "weft.") }

// FindStructType tells whether CEL may use a type of ours.
func (ct *celTypes) FindStructType(name string) (*types.Type, bool) {
	if ct.ours(name) {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return ct.Provider.FindStructType(name)
}

// FindStructFieldNames lists the fields of a type.
func (ct *celTypes) FindStructFieldNames(name string) ([]string, bool) {
	if !ct.ours(name) {
		return ct.Provider.FindStructFieldNames(name)
	}
	var names []string
	for _, f := range ct.fields[name] {
		names = append(names, f.name)
	}
	return names, true
}

// FindStructFieldType says of what type a field is and how it is read.
func (ct *celTypes) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if !ct.ours(name) {
		return ct.Provider.FindStructFieldType(name, field)
	}
	i := slices.IndexFunc(ct.fields[name], func(f celField) bool { return f.name == field })
	if i < 0 {
		return nil, false
	}
	return &types.FieldType{
		Type:    ct.fields[name][i].typ,
		IsSet:   func(target any) bool { return isSet(target, field) },
		GetFrom: func(target any) (any, error) { return getFrom(target, field) },
	}, true
}

// NewValue refuses to make values of our types: only a run has them.
func (ct *celTypes) NewValue(name string, fields map[string]ref.Val) ref.Val {
	if ct.ours(name) {
		return types.NewErr("cannot make a %s", name)
	}
	return ct.Provider.NewValue(name, fields)
}
