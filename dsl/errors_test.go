package dsl_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"example.org/weft/dsl"
)

// TestMistakesAreReportedWhereTheyStand compiles the broken files under
// testdata/errors. Of each mistake it shows the message, and the line of the
// file with a mark under the column.
func TestMistakesAreReportedWhereTheyStand(t *testing.T) {
	t.Parallel()
	golden(t, "testdata/errors/*.txtar", "w.yaml", func(t *testing.T, src string, ar *txtar.Archive) string {
		t.Helper()
		p, warnings, err := sourcesOf(ar).Compile("w.yaml", []byte(src))
		var mistakes dsl.Errors
		if err != nil && !errors.As(err, &mistakes) {
			t.Fatalf("the error is a %T", err)
		}
		if (p == nil) != (len(mistakes) > 0) {
			t.Fatalf("program %v with %d mistakes", p, len(mistakes))
		}
		return showMistakes(src, own(mistakes)) + showForeign(mistakes) + strings.ReplaceAll(showMistakes(src, warnings), "w.yaml:", "warning: w.yaml:")
	})
}

// TestTheMessagesAreManyAndSayWhatWouldBeRight counts the golden messages, so
// that they cannot get fewer.
func TestTheMessagesAreManyAndSayWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	messages, advised := map[string]bool{}, 0
	for _, name := range names {
		ar, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^w\.yaml:\d+:\d+: (.*?)( \(.*\))?$`).FindAllStringSubmatch(sectionOf(ar, "want"), -1) {
			if !messages[m[1]] && m[2] != "" {
				advised++
			}
			messages[m[1]] = true
		}
	}
	if len(messages) < 250 || advised < 240 {
		t.Errorf("%d messages, %d with a suggestion", len(messages), advised)
	}
}

func TestAFileWithTenMistakesReportsTen(t *testing.T) {
	t.Parallel()
	ar, err := txtar.ParseFile("testdata/errors/ten.txtar")
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = dsl.Compile("w.yaml", []byte(sectionOf(ar, "w.yaml")))
	var mistakes dsl.Errors
	if !errors.As(err, &mistakes) || len(mistakes) != 10 {
		t.Errorf("%d mistakes:\n%v", len(mistakes), err)
	}
}

// sourcesOf finds the workflows that a file of an archive runs in the archive.
func sourcesOf(ar *txtar.Archive) *dsl.Sources {
	return &dsl.Sources{Read: func(file string) ([]byte, error) {
		for _, f := range ar.Files {
			if f.Name == file {
				return f.Data, nil
			}
		}
		return nil, fmt.Errorf("cannot read %s: no such file", file)
	}}
}

// own are the mistakes of the file itself, and the others stand in files that
// it names.
func own(mistakes dsl.Errors) dsl.Errors {
	return slices.DeleteFunc(slices.Clone(mistakes), func(e *dsl.Error) bool { return e.File != "w.yaml" })
}

func showForeign(mistakes dsl.Errors) string {
	var out strings.Builder
	for _, m := range mistakes {
		if m.File != "w.yaml" {
			fmt.Fprintln(&out, m)
		}
	}
	return out.String()
}

func showMistakes(src string, mistakes dsl.Errors) string {
	var out strings.Builder
	lines := strings.Split(src, "\n")
	for _, m := range mistakes {
		fmt.Fprintln(&out, m)
		if m.Pos.Line > len(lines) {
			fmt.Fprintf(&out, "    no line %d\n", m.Pos.Line)
			continue
		}
		fmt.Fprintf(&out, "    %s\n    %s^\n", lines[m.Pos.Line-1], strings.Repeat(" ", m.Pos.Column-1))
	}
	return out.String()
}

func TestFilesBeyondTheLimitsAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	head := "version: 1\nname: w\nsteps:\n"
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 10; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", "))
	}
	many := "x: [" + strings.Repeat("1,", 200_000) + "1]\n"
	tests := []struct{ name, src, want string }{
		{"a huge file", head + strings.Repeat("# a comment\n", 100_000), "w.yaml:1:1: the file is too big (a workflow has at most 1 MiB"},
		{"an alias bomb", bomb, "aliases repeat more than 10000 values"},
		{"an alias inside its anchor", "a: &a [*a]\n", "alias *a stands inside its own anchor"},
		{"too deep", "a: " + strings.Repeat("[", 150) + strings.Repeat("]", 150), "w.yaml:1:104: more than 100 levels deep"},
		{"too many values", many, "more than 200000 values in the file"},
		{"nothing", "", "w.yaml:1:1: the file is empty"},
		{"only a comment", "# hello\n", "w.yaml:1:1: the file is empty"},
		{"two documents", head + "  a: {run: ls}\n---\nb: 1\n", "a second document"},
		{"no YAML", "a: [1\nb: 2\n", "not YAML: "},
		{"a list", "- 1\n", "w.yaml:1:1: the workflow is a list, not a mapping"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := dsl.Compile("w.yaml", []byte(tt.src))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want %s", err, tt.want)
			}
			if n := strings.Count(err.Error(), "\n"); n > 0 {
				t.Errorf("%d errors besides", n)
			}
		})
	}
}
