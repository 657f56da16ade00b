package dsl

import (
	"fmt"
	"slices"
	"strings"
)

// maxName is the number of characters that a name may have.
const maxName = 64

// checkName reports a name that could not stand in an expression.
func (p *problems) checkName(key *node, where string) {
	name := key.text
	switch {
	case !isName(name):
		p.add(key.pos, name, fmt.Sprintf("%q in %s is not a name", name, where),
			fmt.Sprintf("a letter, then letters, digits and _, at most %d: %s", maxName, nameLike(name)))
	case isReserved(name):
		p.add(key.pos, name, fmt.Sprintf("%q in %s is a word of the expression language", name, where), "call it "+name+"_")
	}
}

func isName(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != "" && len(s) <= maxName && !strings.HasPrefix(s, "__")
}

// nameLike makes a name out of s, for a hint.
func nameLike(s string) string {
	name := strings.Map(func(r rune) rune {
		if isName("a" + string(r)) {
			return r
		}
		return '_'
	}, s)
	name = strings.TrimLeft(name, "_0123456789")
	if len(name) > maxName {
		name = name[:maxName]
	}
	if name == "" {
		return "a_name"
	}
	return name
}

// isReserved reports whether an expression cannot use the name.
func isReserved(name string) bool {
	return slices.Contains([]string{
		"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let",
		"loop", "package", "namespace", "null", "return", "true", "var", "void", "while",
	}, name)
}

// scopeNames are the names that every expression of a step knows.
func scopeNames() []string { return []string{"inputs", "steps", "run"} }
