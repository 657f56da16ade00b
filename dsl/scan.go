package dsl

import "strings"

// A piece is a part of a text: literal, or an expression between ${{ and }}.
type piece struct {
	text   string // literal text, or the expression without its braces
	isExpr bool
	offset int // of the text in the scalar, in bytes
}

// scan splits a text at its expressions. "$${{" stands for a literal "${{".
// The offset is that of an expression that does not end, or -1.
func scan(s string) (pieces []piece, unclosed int) {
	var literal strings.Builder
	start := 0
	flush := func() {
		if literal.Len() > 0 {
			pieces = append(pieces, piece{text: literal.String(), offset: start})
			literal.Reset()
		}
	}
	for i := 0; i < len(s); {
		switch {
		case strings.HasPrefix(s[i:], "$${{"):
			literal.WriteString("${{")
			i += len("$${{")
		case strings.HasPrefix(s[i:], "${{"):
			flush()
			from := i + len("${{")
			length := exprLength(s[from:])
			if length < 0 {
				return pieces, i
			}
			pieces = append(pieces, piece{text: s[from : from+length], isExpr: true, offset: from})
			i = from + length + len("}}")
			start = i
		default:
			literal.WriteByte(s[i])
			i++
		}
	}
	flush()
	return pieces, -1
}

// exprLength returns the length of the expression that s begins with, up to
// the "}}" that is in no string and closes no brace of the expression; -1 when
// there is none.
func exprLength(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"', '\'':
			end := stringLength(s[i:])
			if end < 0 {
				return strings.Index(s, "}}")
			}
			i += end - 1
		case '{':
			depth++
		case '}':
			if depth == 0 {
				if strings.HasPrefix(s[i:], "}}") {
					return i
				}
				return -1
			}
			depth--
		}
	}
	return -1
}

// stringLength returns the length of the string literal that s begins with.
func stringLength(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case s[0]:
			return i + 1
		}
	}
	return -1
}

// wholeExpr returns the expression that is the whole of the pieces.
func wholeExpr(pieces []piece) (piece, bool) {
	if len(pieces) == 1 && pieces[0].isExpr {
		return pieces[0], true
	}
	return piece{}, false
}

// hasExpr reports whether s contains an expression or an escaped one.
func hasExpr(s string) bool { return strings.Contains(s, "${{") }
