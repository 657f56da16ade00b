package dsl

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// maxProblems is the number of mistakes that are reported of one file.
const maxProblems = 200

// problems collects what is wrong with a file. Positions are filled in where
// the mistake is found, so that all can be reported at once in their order.
type problems struct {
	file     string
	errs     Errors
	warnings Errors
}

// add reports a mistake: the offending text, what is wrong, what would be right.
func (p *problems) add(pos Pos, text, msg, hint string) {
	p.errs = append(p.errs, p.mistake(pos, text, msg, hint))
}

// warn reports something that does not keep the workflow from running.
func (p *problems) warn(pos Pos, text, msg, hint string) {
	p.warnings = append(p.warnings, p.mistake(pos, text, msg, hint))
}

func (p *problems) mistake(pos Pos, text, msg, hint string) *Error {
	return &Error{File: p.file, Pos: pos, Text: clip(text), Msg: clip(msg), Hint: clip(hint)}
}

// clip shortens what a message would show of a long value of the file.
func clip(s string) string {
	const most = 400 // bytes
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

// sorted puts mistakes in the order of their positions, drops repetitions and
// all beyond a limit.
func sorted(es Errors) Errors {
	slices.SortStableFunc(es, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column), cmp.Compare(a.Msg, b.Msg))
	})
	es = slices.CompactFunc(es, func(a, b *Error) bool { return a.Pos == b.Pos && a.Msg == b.Msg })
	if len(es) > maxProblems {
		last := es[maxProblems]
		more := &Error{File: last.File, Pos: last.Pos, Msg: fmt.Sprintf("and %d more mistakes", len(es)-maxProblems)}
		es = append(es[:maxProblems:maxProblems], more)
	}
	return es
}
