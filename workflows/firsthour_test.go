package workflows_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The exercises of the first hour are typed as they stand: files are written,
// commands are run in one shell each, and what they print has the lines that
// the page shows; "..." stands for anything.
func TestFirstHour(t *testing.T) {
	t.Parallel()
	needs(t, "bash", "python3", "awk")
	dir := t.TempDir()
	printed := ""
	for _, m := range regexp.MustCompile("(?ms)^```(\\w+)([^\n]*)\n(.*?)^```$").FindAllStringSubmatch(read(t, "../docs/first-hour.md"), -1) {
		language, file, text := m[1], strings.TrimPrefix(strings.TrimSpace(m[2]), "file="), m[3]
		switch language {
		case "yaml":
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		case "sh":
			printed = typed(t, dir, text)
		case "text":
			for line := range strings.Lines(text) {
				if !shows(printed, strings.TrimSpace(line)) {
					t.Errorf("the page shows %q, printed was\n%s", line, printed)
				}
			}
		default:
			t.Errorf("a block of %s", language)
		}
	}
}

// typed runs commands and returns all that they print.
func typed(t *testing.T, dir, script string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(weft(t).Path)+":"+os.Getenv("PATH"), "HOME="+dir, "WEFT_DATA="+dir+"/.weft")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out.String())
	}
	return out.String()
}

// shows reports whether a line was printed. Columns may be wider.
func shows(printed, line string) bool {
	var pattern strings.Builder
	for i, word := range strings.Fields(line) {
		if i > 0 {
			pattern.WriteString(`\s+`)
		}
		pattern.WriteString(strings.ReplaceAll(regexp.QuoteMeta(word), `\.\.\.`, `.*`))
	}
	return regexp.MustCompile(`(?m)^\s*` + pattern.String() + `\s*$`).MatchString(printed)
}
