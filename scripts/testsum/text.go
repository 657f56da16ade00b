package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// reason returns why a test was skipped: its last line of output that is its own,
// without the place ("file_test.go:12: ").
func reason(output []string) string {
	for _, line := range slices.Backward(output) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "===") || strings.HasPrefix(line, "---") {
			continue
		}
		if place, text, ok := strings.Cut(line, ": "); ok && strings.Contains(place, ".go:") {
			return text
		}
		return line
	}
	return "no reason given"
}

func sortedNames(m map[name][]string) []name {
	return slices.SortedFunc(maps.Keys(m), func(a, b name) int {
		return cmp.Or(cmp.Compare(a.Package, b.Package), cmp.Compare(a.Test, b.Test))
	})
}
