package dsl

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A source is the text of a workflow file by lines, to find the place of a
// character inside a scalar.
type source struct {
	lines [][]rune
}

func newSource(src []byte) *source {
	s := &source{}
	for line := range strings.SplitSeq(string(src), "\n") {
		s.lines = append(s.lines, []rune(line))
	}
	return s
}

// at returns where byte offset of the text of n stands in the file. YAML
// folds, indents and escapes scalars, so the text and the file are compared
// character by character: what the file has more (indentation, a backslash,
// a quote) is passed over.
func (s *source) at(n *node, offset int) Pos {
	line, col := n.pos.Line-1, n.pos.Column-1
	last := n.pos
	for i, want := range n.text {
		if i >= offset {
			break
		}
		var ok bool
		if line, col, ok = s.find(line, col, want); !ok {
			return last
		}
		col++
		last = Pos{line + 1, col + 1}
	}
	if want := n.text[min(offset, len(n.text)):]; want != "" {
		if l, c, ok := s.find(line, col, firstRune(want)); ok {
			return Pos{l + 1, c + 1}
		}
	}
	return last
}

// maxGap is how far find looks for a character.
const maxGap = 200

// find returns the place at or after line and col where want stands. Any white
// space stands for any other.
func (s *source) find(line, col int, want rune) (int, int, bool) {
	for range maxGap {
		if line < 0 || line >= len(s.lines) {
			return line, col, false
		}
		have := '\n'
		if col < len(s.lines[line]) {
			have = s.lines[line][col]
		}
		if have == want || unicode.IsSpace(want) && unicode.IsSpace(have) {
			return line, col, true
		}
		if col++; col > len(s.lines[line]) {
			line, col = line+1, 0
		}
	}
	return line, col, false
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
