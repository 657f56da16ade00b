package dsl

import (
	"fmt"
	"strings"
)

// An Error is one mistake in a workflow file.
type Error struct {
	File string
	Pos  Pos
	Text string // the offending text, as written; may be empty
	Msg  string // what is wrong
	Hint string // what would be right; may be empty
}

// Error returns "file:line:column: message (hint)".
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s", e.File, e.Pos.Line, e.Pos.Column, e.Msg)
	if e.Hint != "" {
		fmt.Fprintf(&b, " (%s)", e.Hint)
	}
	return b.String()
}

// Errors are all mistakes of a file in the order of their positions.
type Errors []*Error

// Error returns one mistake a line.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}
