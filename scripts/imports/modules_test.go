package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryDirectDependencyHasItsReason(t *testing.T) {
	t.Parallel()
	const direct = `(?m)^\t(\S+) v\S+$` // an indirect one has a comment
	required := matches(t, "go.mod", direct)
	explained := matches(t, "docs/RATIONALE.md", "(?m)^\\| `(\\S+)` \\|")
	for _, module := range required {
		if !slices.Contains(explained, module) {
			t.Errorf("docs/RATIONALE.md does not say what %s is for", module)
		}
	}
	for _, pattern := range []string{"*/go.mod", "*/*/go.mod", "*/*/*/go.mod"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			required = append(required, matches(t, strings.TrimPrefix(file, root), direct)...)
		}
	}
	for _, module := range explained {
		if !slices.Contains(required, module) {
			t.Errorf("docs/RATIONALE.md explains %s, which no go.mod requires", module)
		}
	}
}

// matches returns what the pattern's group matches in a file of the repository.
func matches(t *testing.T, name, pattern string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1) {
		found = append(found, m[1])
	}
	if len(found) == 0 {
		t.Fatalf("nothing in %s", name)
	}
	return found
}
