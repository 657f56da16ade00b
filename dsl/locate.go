package dsl

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
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
	escapes := n.style&yaml.DoubleQuotedStyle != 0
	for i, want := range n.text {
		if i >= offset {
			break
		}
		var ok bool
		if line, col, ok = s.find(line, col, want, escapes); !ok {
			return last
		}
		col++
		last = Pos{line + 1, col + 1}
	}
	if want := n.text[min(offset, len(n.text)):]; want != "" {
		if l, c, ok := s.find(line, col, firstRune(want), escapes); ok {
			return Pos{l + 1, c + 1}
		}
	}
	return last
}

// maxGap is how far find looks for a character.
const maxGap = 200

// find returns the place at or after line and col where want stands. Any white
// space stands for any other. Of an escape it is the place of its last
// character.
func (s *source) find(line, col int, want rune, escapes bool) (int, int, bool) {
	for range maxGap {
		if line < 0 || line >= len(s.lines) {
			return line, col, false
		}
		have := '\n'
		if col < len(s.lines[line]) {
			have = s.lines[line][col]
		}
		if escapes && have == '\\' {
			meaning, length := unescape(s.lines[line][col:])
			if meaning == want {
				return line, col + length - 1, true
			}
			col += length
			continue
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

// unescape returns what the escape means that a line goes on with, and its
// length. The meaning of one that stands for nothing is 0 too.
func unescape(line []rune) (meaning rune, length int) {
	if len(line) < 2 {
		return 0, len(line)
	}
	digits := map[rune]int{'x': 2, 'u': 4, 'U': 8}[line[1]]
	if digits == 0 {
		if i := strings.IndexRune("0abtnvfre N_LP", line[1]); i >= 0 {
			return []rune("\x00\a\b\t\n\v\f\r\x1b \u0085\u00a0\u2028\u2029")[i], 2
		}
		return line[1], 2
	}
	if len(line) < 2+digits {
		return 0, len(line)
	}
	n, err := strconv.ParseUint(string(line[2:2+digits]), 16, 32)
	if err != nil {
		return 0, 2 + digits
	}
	return rune(n), 2 + digits
}
