package dsl

// A Template is text of a function in which expressions over the function's own
// inputs and outputs stand, rendered on the node.
type Template struct {
	src string
	pos Pos
}

// String returns the template as it was written.
func (t Template) String() string { return t.src }

// A FuncScope is what the templates of a function read: of a file its path, of
// anything else its value as encoding/json decodes it into an any, with
// json.Number for numbers.
type FuncScope struct {
	Inputs  map[string]any
	Outputs map[string]any // paths at which to write file outputs
}

// Args renders an element of exec. A list that is the whole element becomes one
// argument per item, and an empty list none.
func (t Template) Args(s FuncScope) ([]string, error) { panic("not built yet") }

// Text renders an environment variable.
func (t Template) Text(s FuncScope) (string, error) { panic("not built yet") }

// Script renders a shell script. Each expression stands in the text as a quoted
// variable; env has those variables as NAME=value.
func (t Template) Script(s FuncScope) (text string, env []string, err error) { panic("not built yet") }
