package dsl

import "encoding/json"

// builtins are the functions that weft itself has, with what they take and
// give. Their code is in executor/runtime. They take no core, but for those
// that read a file from its beginning to its end.
func builtins() []Function {
	return []Function{
		{Builtin: "noop", Pure: true},
		{
			Builtin: "identity", Pure: true, Inputs: []Field{{Name: "value", Type: Type{Kind: KindJSON}}},
			Outputs: []Field{{Name: "value", Type: Type{Kind: KindJSON}}},
		},
		{Builtin: "sleep", Inputs: []Field{{Name: "seconds", Type: Type{Kind: KindFloat}}}},
		{Builtin: "fail", Inputs: []Field{{Name: "message", Type: Type{Kind: KindString}}}},
		{Builtin: "lines", Pure: true, Inputs: []Field{{Name: "file", Type: Type{Kind: KindFile}}}, Outputs: itemsOf(KindString), Resources: Resources{CPU: DefaultCPU}},
		{Builtin: "records", Pure: true, Inputs: []Field{
			{Name: "file", Type: Type{Kind: KindFile}},
			{Name: "format", Type: Type{Kind: KindString, Nullable: true}, Default: json.RawMessage("null")},
		}, Outputs: itemsOf(KindJSON), Resources: Resources{CPU: DefaultCPU}},
		{Builtin: "objects", Inputs: []Field{{Name: "url", Type: Type{Kind: KindString}}}, Outputs: itemsOf(KindJSON), Resources: Resources{CPU: DefaultCPU}},
	}
}

// itemsOf is the output of a builtin that lists the items of something.
func itemsOf(k Kind) []Field {
	return []Field{{Name: "items", Type: listOf(Type{Kind: k})}}
}

// Lists reports whether the function is one of weft's own that give the items
// of a file, or of a bucket, as a list: a node finds them and reads each when a
// task takes it.
//
//	lines    the lines of a file, as strings
//	records  the records of a file of CSV, TSV or JSON Lines
//	objects  what is in a bucket, as {key, size, modified}
func (f Function) Lists() bool {
	return f.Builtin == "lines" || f.Builtin == "records" || f.Builtin == "objects"
}

func builtinNames() []string {
	var names []string
	for _, f := range builtins() {
		names = append(names, f.Builtin)
	}
	return names
}

func builtinNamed(name string) (Function, bool) {
	for _, f := range builtins() {
		if f.Builtin == name {
			return f, true
		}
	}
	return Function{}, false
}
