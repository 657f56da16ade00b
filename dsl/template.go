package dsl

import (
	"errors"
	"fmt"
	"strings"
)

// maxArguments is the number of bytes that an argument or a variable may have;
// Linux refuses more.
const maxArguments = 128 << 10

// errTooLong is an argument or variable that Linux would refuse.
var errTooLong = errors.New("more than 128 KiB: read the value from the JSON file $WEFT_INPUT")

// A Template is text of a function in which expressions over the function's own
// inputs and outputs stand, rendered on the node.
type Template struct {
	src     string
	pos     Pos
	parts   []templatePart
	outputs []string // whose paths it mentions
}

type templatePart struct {
	text  string        // literal text, when expr is nil
	expr  *functionExpr // over the function's inputs and outputs
	place quoting       // in a script
}

// quoting says where in a script an expression stands.
type quoting uint8

const (
	bare       quoting = iota // outside of quotes, inside a longer word
	wholeBare                 // outside of quotes, a word of its own
	quoted                    // between double quotes, or in a here-document
	arithmetic                // in $(( ))
)

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
// argument per item, and an empty list none. Text longer than 128 KiB is an
// error.
func (t Template) Args(s FuncScope) ([]string, error) {
	if len(t.parts) != 1 || t.parts[0].expr == nil {
		text, err := t.Text(s)
		return []string{text}, err
	}
	v, err := t.parts[0].expr.eval(s)
	if err != nil {
		return nil, t.failure(err)
	}
	items, isList := v.([]any)
	if !isList {
		items = []any{v}
	}
	args := make([]string, len(items))
	total := 0
	for i, item := range items {
		args[i] = render(item)
		total += len(args[i]) + 1
	}
	if total > maxArguments {
		return nil, t.failure(errTooLong)
	}
	return args, nil
}

// Text renders an environment variable.
func (t Template) Text(s FuncScope) (string, error) {
	var b strings.Builder
	for _, p := range t.parts {
		if p.expr == nil {
			b.WriteString(p.text)
			continue
		}
		v, err := p.expr.eval(s)
		if err != nil {
			return "", t.failure(err)
		}
		b.WriteString(render(v))
	}
	if b.Len() >= maxArguments {
		return "", t.failure(errTooLong)
	}
	return b.String(), nil
}

// Script renders a shell script. Each expression stands in the text as a quoted
// variable; env has those variables as NAME=value. A list that is a word of its
// own becomes one quoted word per item.
func (t Template) Script(s FuncScope) (text string, env []string, err error) {
	var b strings.Builder
	define := func(v any) (string, error) {
		name := fmt.Sprintf("WEFT_%d", len(env)+1)
		value := render(v)
		if len(value) > maxArguments-len(name)-2 {
			return "", errTooLong
		}
		if strings.Contains(value, "\x00") {
			return "", errors.New("a zero byte in a shell variable")
		}
		env = append(env, name+"="+value)
		return "${" + name + "}", nil
	}
	for _, p := range t.parts {
		if p.expr == nil {
			b.WriteString(p.text)
			continue
		}
		v, err := p.expr.eval(s)
		if err != nil {
			return "", nil, t.failure(err)
		}
		words, err := p.words(v, define)
		if err != nil {
			return "", nil, t.failure(err)
		}
		b.WriteString(words)
	}
	return b.String(), env, nil
}

// words returns what stands in the script for a value.
func (p templatePart) words(v any, define func(any) (string, error)) (string, error) {
	items := []any{v}
	if list, ok := v.([]any); ok && p.place == wholeBare {
		items = list
	}
	words := make([]string, len(items))
	for i, item := range items {
		name, err := define(item)
		if err != nil {
			return "", err
		}
		words[i] = name
		if p.place == bare || p.place == wholeBare {
			words[i] = `"` + name + `"`
		}
	}
	return strings.Join(words, " "), nil
}

func (t Template) failure(err error) error {
	return fmt.Errorf("cannot render %s in line %d: %w", firstLine(t.src), t.pos.Line, err)
}

func firstLine(s string) string {
	line, _, more := strings.Cut(s, "\n")
	if more {
		return line + " ..."
	}
	return line
}

// render writes a value into text: a string as it is, null as nothing, other
// JSON as it is written.
func render(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return string(encodeJSON(v))
}
