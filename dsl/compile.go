package dsl

// Compile reads a workflow file. The error is an Errors with every mistake of
// the file; warnings do not keep a workflow from running. The name of the file
// is used in messages only.
func Compile(file string, src []byte) (p *Program, warnings Errors, err error) {
	panic("not built yet")
}

// Schema returns the JSON Schema (draft 2020-12) of the language.
func Schema() []byte { panic("not built yet") }
