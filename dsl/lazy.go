package dsl

import (
	"fmt"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"example.org/weft/object"
)

// A record is a CEL value with fields that are read when they are asked for:
// the inputs, the steps, the outputs of a task, a file. What is not known yet
// answers with an unknown, so that CEL finds out what an expression waits for.
type record interface {
	ref.Val
	// field returns a field that the type check has found to exist.
	field(name string) ref.Val
	// has reports whether a read by .? gives a value; pending counts as yes.
	has(name string) bool
}

// isSet and getFrom are how CEL reads a field of a record. Its target is the
// record, an unknown, an error, or null.
func isSet(target any, field string) bool {
	switch t := target.(type) {
	case record:
		return t.has(field)
	case *types.Unknown:
		return true
	}
	return false
}

func getFrom(target any, field string) (any, error) {
	switch t := target.(type) {
	case record:
		v := t.field(field)
		if err, ok := v.(*types.Err); ok {
			return nil, err
		}
		return v, nil
	case *types.Unknown:
		return t, nil
	case error:
		return nil, t
	}
	return nil, fmt.Errorf("cannot read .%s of null", field)
}

// A recordBase gives a record what every CEL value has. Records are not
// converted and are equal to nothing.
type recordBase struct{ typeName string }

func (b recordBase) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("cannot convert %s to %v", b.typeName, t)
}

func (b recordBase) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return types.NewObjectType(b.typeName)
	}
	return types.NewErr("cannot convert %s to %s", b.typeName, t.TypeName())
}

func (b recordBase) Equal(ref.Val) ref.Val { return types.False }

func (b recordBase) Type() ref.Type { return types.NewObjectType(b.typeName) }

// inputsRecord is `inputs`.
type inputsRecord struct {
	recordBase
	ev *evaluation
}

func (r *inputsRecord) Value() any { return r }

func (r *inputsRecord) has(name string) bool { return !r.ev.scope.Input(name).IsNull() }

func (r *inputsRecord) field(name string) ref.Val {
	f, _ := fieldNamed(r.ev.env.inputs, name)
	return r.ev.toCEL(r.ev.scope.Input(name), f.Type)
}

// stepsRecord is `steps`.
type stepsRecord struct {
	recordBase
	ev *evaluation
}

func (r *stepsRecord) Value() any { return r }

func (r *stepsRecord) has(name string) bool {
	step := &stepRecord{ev: r.ev, step: r.ev.env.types.steps[name]}
	return step.has("outputs")
}

func (r *stepsRecord) field(name string) ref.Val {
	return &stepRecord{recordBase{stepType + name}, r.ev, r.ev.env.types.steps[name]}
}

// stepRecord is `steps.x`, with the one field outputs.
type stepRecord struct {
	recordBase
	ev   *evaluation
	step *stepInfo
}

func (r *stepRecord) Value() any { return r }

func (r *stepRecord) has(string) bool {
	if r.step.foreach {
		_, res := r.ev.items(r.step)
		return !res.Absent
	}
	return !r.ev.output(r.step, 0, "").Absent
}

func (r *stepRecord) field(string) ref.Val {
	if !r.step.foreach {
		return newOutputs(r.ev, r.step, 0, alone)
	}
	n, res := r.ev.items(r.step)
	if !res.known() {
		return r.ev.unknown(res)
	}
	return &itemList{ev: r.ev, step: r.step, length: n}
}

// outputsRecord is `steps.x.outputs`, or an item of it.
type outputsRecord struct {
	recordBase
	ev   *evaluation
	step *stepInfo
	item int
	as   reading
}

// A reading says as what the outputs of a task are read.
type reading uint8

const (
	alone   reading = iota // for themselves
	inList                 // as an item of the whole list: what is missing is the list
	inBatch                // as an item of a part of it
)

func newOutputs(ev *evaluation, step *stepInfo, item int, as reading) *outputsRecord {
	return &outputsRecord{recordBase{outputsType + step.name}, ev, step, item, as}
}

func (r *outputsRecord) Value() any { return r }

// read returns an output; with an empty name all of them.
func (r *outputsRecord) read(name string) Result {
	switch r.as {
	case inList:
		return r.ev.listed(r.step, r.item, name)
	case inBatch:
		return r.ev.batched(r.step, r.item, name)
	case alone:
	}
	return r.ev.output(r.step, r.item, name)
}

func (r *outputsRecord) has(name string) bool {
	res := r.read(name)
	return !res.Absent && !(res.known() && res.Value.IsNull())
}

func (r *outputsRecord) field(name string) ref.Val {
	res := r.read(name)
	if len(res.Needs) > 0 && r.as == inList {
		return unknownNeed(Need{r.step.index, NeedAll})
	}
	if !res.known() {
		return r.ev.unknown(res)
	}
	f, _ := r.step.output(name)
	return r.ev.toCEL(res.Value, f.Type)
}

// Equal knows a task from another; what two tasks gave is compared output by
// output.
func (r *outputsRecord) Equal(other ref.Val) ref.Val {
	o, ok := other.(*outputsRecord)
	if ok && o.step == r.step && o.item == r.item {
		return types.True
	}
	return types.NewErr("all outputs of %s cannot be compared: name one of them", r.step.name)
}

// runRecord is `run`.
type runRecord struct {
	recordBase
	ev *evaluation
}

func (r *runRecord) Value() any { return r }

func (r *runRecord) has(string) bool { return true }

func (r *runRecord) field(name string) ref.Val {
	about := r.ev.scope.About()
	switch name {
	case "id":
		return types.String(about.RunID)
	case "status":
		return types.String(about.Status)
	}
	return types.Timestamp{Time: about.StartedAt.UTC()}
}

// errorRecord is the error that a step handles.
type errorRecord struct {
	recordBase
	ev *evaluation
}

func (r *errorRecord) Value() any { return r }

func (r *errorRecord) has(string) bool { return true }

func (r *errorRecord) field(name string) ref.Val {
	f, _ := fieldNamed(errorFields(), name)
	return r.ev.toCEL(r.ev.scope.About().Error.Map[name], f.Type)
}

// fileRecord is a file or a directory. Expressions know its size, name and
// media type; its bytes never come here.
type fileRecord struct {
	recordBase
	value object.Value
}

func newFile(v object.Value) *fileRecord {
	if v.Dir != nil {
		return &fileRecord{recordBase{dirType}, v}
	}
	return &fileRecord{recordBase{fileType}, v}
}

func (r *fileRecord) ref() object.Ref {
	if r.value.Dir != nil {
		return *r.value.Dir
	}
	return *r.value.File
}

func (r *fileRecord) Value() any { return r }

func (r *fileRecord) has(name string) bool {
	_, ok := fieldNamed(fileFields(), name)
	return ok
}

func (r *fileRecord) field(name string) ref.Val {
	switch name {
	case "size":
		return types.Int(r.ref().Size)
	case "name":
		return types.String(r.ref().Name)
	case "media_type":
		return types.String(r.ref().MediaType)
	}
	return types.NewErr("a file has no %s", name)
}

// Get makes files readable where their type is not known before: inside json.
func (r *fileRecord) Get(index ref.Val) ref.Val {
	name, ok := index.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(index)
	}
	return r.field(string(name))
}

// Equal compares two files by the objects that they are.
func (r *fileRecord) Equal(other ref.Val) ref.Val {
	o, ok := other.(*fileRecord)
	return types.Bool(ok && o.ref().ID == r.ref().ID)
}
