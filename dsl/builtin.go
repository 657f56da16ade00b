package dsl

// builtins are the functions that weft itself has, with what they take and
// give. Their code is in executor/runtime.
func builtins() []Function {
	return []Function{
		{Builtin: "noop", Pure: true},
		{
			Builtin: "identity", Pure: true, Inputs: []Field{{Name: "value", Type: Type{Kind: KindJSON}}},
			Outputs: []Field{{Name: "value", Type: Type{Kind: KindJSON}}},
		},
		{Builtin: "sleep", Inputs: []Field{{Name: "seconds", Type: Type{Kind: KindFloat}}}},
		{Builtin: "fail", Inputs: []Field{{Name: "message", Type: Type{Kind: KindString}}}},
	}
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
