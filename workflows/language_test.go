package workflows_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.org/weft/dsl"
	"example.org/weft/executor/rehearsal"
)

const languagePage = "../docs/language.md"

// blocks returns the fenced blocks of a page whose info string begins with a
// word, each with the rest of that string.
func blocks(page, word string) [][2]string {
	fence := regexp.MustCompile("(?ms)^```" + word + "([^\n]*)\n(.*?)^```$")
	var found [][2]string
	for _, m := range fence.FindAllStringSubmatch(page, -1) {
		found = append(found, [2]string{strings.TrimSpace(m[1]), m[2]})
	}
	return found
}

// fileBlocks reads files that a page shows: blocks with the name of the file.
func fileBlocks(page string) func(name string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		for _, b := range blocks(page, "yaml") {
			if b[0] == name {
				return []byte(b[1]), nil
			}
		}
		return nil, fmt.Errorf("the page has no file %s", name)
	}
}

// Every workflow of the page compiles without a warning, and the tests beside
// it pass.
func TestExamplesOfTheLanguageRun(t *testing.T) {
	t.Parallel()
	var program, first *dsl.Program
	sources := &dsl.Sources{Read: fileBlocks(read(t, languagePage))}
	played := 0
	for i, b := range blocks(read(t, languagePage), "yaml") {
		if strings.HasSuffix(b[0], ".yaml") {
			continue
		}
		if b[0] == "" {
			var warnings dsl.Errors
			var err error
			program, warnings, err = sources.Compile(fmt.Sprintf("block %d", i), []byte(b[1]))
			if err != nil || len(warnings) > 0 {
				t.Fatalf("%v %v\n%s", err, warnings, b[1])
			}
			if first == nil {
				first = program
			}
			continue
		}
		src := "version: 1\nworkflow: above\ntests:\n" + regexp.MustCompile("(?m)^").ReplaceAllString(b[1], "  ")
		if b[0] == "testfile" {
			src, program = b[1], first
		}
		tests, err := dsl.CompileTests(fmt.Sprintf("block %d", i), []byte(src), func(string) (*dsl.Program, error) {
			if program == nil {
				return nil, errors.New("there is no workflow above the test")
			}
			return program, nil
		})
		if err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
		for j := range tests.Tests {
			played++
			found, err := rehearsal.Play(program, &tests.Tests[j])
			if err != nil || len(found) > 0 {
				t.Errorf("%s, %s: %v %+v", program.Name, tests.Tests[j].Name, err, found)
			}
		}
	}
	if played == 0 {
		t.Error("no tests were played")
	}
}

// Every key that the schema has is explained on the page, and used in an
// example.
func TestEveryKeyIsDocumented(t *testing.T) {
	t.Parallel()
	keys := map[string]bool{}
	for _, text := range [][]byte{dsl.Schema(), dsl.TestSchema()} {
		var schema map[string]any
		if err := json.Unmarshal(text, &schema); err != nil {
			t.Fatal(err)
		}
		keysOf(schema, keys)
	}
	page := read(t, languagePage)
	var examples strings.Builder
	for _, b := range blocks(page, "yaml") {
		examples.WriteString(b[1])
	}
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		if !strings.Contains(page, "`"+name+"`") && !strings.Contains(page, "`"+name+":") {
			t.Errorf("key %s is not explained in %s", name, languagePage)
		}
		if used := regexp.MustCompile(`(?m)(^|[\s{])` + name + `:`); !used.MatchString(examples.String()) && name != "file" {
			t.Errorf("key %s is in no example of %s", name, languagePage)
		}
	}
}

// keysOf collects the keys of the language that a schema has, at any depth.
func keysOf(schema map[string]any, into map[string]bool) {
	properties, _ := schema["properties"].(map[string]any)
	for name, p := range properties {
		into[name] = true
		if inner, ok := p.(map[string]any); ok {
			keysOf(inner, into)
		}
	}
	for _, key := range []string{"items", "additionalProperties"} {
		if inner, ok := schema[key].(map[string]any); ok {
			keysOf(inner, into)
		}
	}
	options, _ := schema["anyOf"].([]any)
	for _, o := range options {
		if inner, ok := o.(map[string]any); ok {
			keysOf(inner, into)
		}
	}
}
