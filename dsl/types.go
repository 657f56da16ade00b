package dsl

import (
	"fmt"
	"strings"
)

// maxTypeDepth bounds how often lists may stand inside each other.
const maxTypeDepth = 8

func kindNames() []string {
	return []string{"string", "int", "float", "bool", "json", "file", "dir"}
}

func kindOf(name string) (Kind, bool) {
	switch name {
	case "string":
		return KindString, true
	case "int":
		return KindInt, true
	case "float":
		return KindFloat, true
	case "bool":
		return KindBool, true
	case "json":
		return KindJSON, true
	case "file":
		return KindFile, true
	case "dir":
		return KindDir, true
	}
	return 0, false
}

// String returns the kind as it is written in a workflow; of a list, "list".
func (k Kind) String() string {
	return [...]string{"json", "string", "int", "float", "bool", "file", "dir", "list"}[k]
}

// String returns the type as it is written in a workflow.
func (t Type) String() string {
	s := t.Kind.String()
	if t.Kind == KindList {
		s = "list<" + t.Elem.String() + ">"
	}
	if t.Nullable {
		s += "?"
	}
	return s
}

// HasFiles reports whether a value of the type is or contains a file or a
// directory.
func (t Type) HasFiles() bool {
	return t.Kind == KindFile || t.Kind == KindDir || t.Kind == KindList && t.Elem.HasFiles()
}

// equal reports whether both are the same type.
func (t Type) equal(o Type) bool { return t.String() == o.String() }

func listOf(elem Type) Type { return Type{Kind: KindList, Elem: &elem} }

// parseType reads a type: a kind, "list<T>", "T[]", and "T?" for one that may
// be null.
func parseType(s string) (Type, error) { return parseTypeDepth(strings.TrimSpace(s), 0) }

func parseTypeDepth(s string, depth int) (Type, error) {
	if depth > maxTypeDepth {
		return Type{}, fmt.Errorf("lists more than %d deep", maxTypeDepth)
	}
	if inner, ok := strings.CutSuffix(s, "?"); ok {
		t, err := parseTypeDepth(strings.TrimSpace(inner), depth+1)
		t.Nullable = true
		return t, err
	}
	inner, ok := strings.CutSuffix(s, "[]")
	if !ok && strings.HasPrefix(s, "list<") && strings.HasSuffix(s, ">") {
		inner, ok = s[len("list<"):len(s)-1], true
	}
	if ok {
		elem, err := parseTypeDepth(strings.TrimSpace(inner), depth+1)
		return listOf(elem), err
	}
	kind, ok := kindOf(s)
	if !ok {
		return Type{}, fmt.Errorf("unknown type %q", s)
	}
	return Type{Kind: kind}, nil
}

// typeHint says what would be a type instead of s.
func typeHint(s string) string {
	base := strings.TrimRight(s, "[]?<> ")
	base = strings.TrimPrefix(base, "list<")
	common := map[string]string{
		"number": "float", "double": "float", "integer": "int", "str": "string", "text": "string",
		"boolean": "bool", "object": "json", "map": "json", "any": "json", "path": "file",
		"directory": "dir", "folder": "dir", "array": "list<json>", "list": "list<json>",
	}
	if good := common[strings.ToLower(base)]; good != "" {
		return fmt.Sprintf("did you mean %q?", good)
	}
	if best := nearest(base, kindNames()); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "one of " + strings.Join(kindNames(), ", ") + `, list<T> or "T[]"; "T?" may be null`
}

// nonNull is the type without null.
func (t Type) nonNull() Type {
	t.Nullable = false
	return t
}
