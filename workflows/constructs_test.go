package workflows_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.org/weft/dsl"
)

// noConstructs are the keys that change nothing in the events of a run: what
// people read, what nodes and placement read, and what starts runs, which the
// tests of those packages hold.
func noConstructs() []string {
	return []string{
		"description", "version", "name", "functions", "steps", "value", // of every file
		"run", "shell", "exec", "builtin", "env", "requires", "resources", "cpu", "memory", "path", "media_type", "size_hint", // of a node
		"optimize", "max_slowdown", // of placement
		"on", "schedule", "cron", "time_zone", "catch_up", "time_as", "webhook", "secret", "file", "body_as", // of the server
		"concurrency", "group", "limit", "on_conflict",
	}
}

// Every construct of the language is in an example of docs/language.md that is
// played (and by executor/rehearsal with a crash at every record), and in a
// golden script of the events that it makes.
func TestEveryConstructIsPlayedAndHasAScriptOfItsEvents(t *testing.T) {
	t.Parallel()
	keys := map[string]bool{}
	var schema map[string]any
	if err := json.Unmarshal(dsl.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	keysOf(schema, keys)
	for _, name := range noConstructs() {
		if !keys[name] {
			t.Errorf("there is no key %s", name)
		}
		delete(keys, name)
	}
	scripts, played := scripted(t), playedExamples(t)
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		used := regexp.MustCompile(`(?m)(^|[\s{])` + name + `:`)
		if !used.MatchString(scripts) {
			t.Errorf("%s is in no script of executor/testdata/scripts", name)
		}
		if !used.MatchString(played) {
			t.Errorf("%s is in no example of %s that is played", name, languagePage)
		}
	}
}

// scripted returns the workflows of all golden scripts.
func scripted(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("../executor/testdata/scripts/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		workflow, _, _ := strings.Cut(string(text), "-- script --")
		all.WriteString(workflow)
	}
	return all.String()
}

// playedExamples returns the workflows of the page that have tests beside them.
func playedExamples(t *testing.T) string {
	t.Helper()
	pair := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```\n+```yaml test\n")
	var all strings.Builder
	for _, m := range pair.FindAllStringSubmatch(read(t, languagePage), -1) {
		all.WriteString(m[1])
	}
	return all.String()
}
