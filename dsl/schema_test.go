package dsl_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"example.org/weft/dsl"
)

// everyKey uses every key that the language has.
const everyKey = `
version: 1
name: every_key
description: x
optimize: bytes
max_slowdown: 5%
timeout: 1d
on:
  schedule: [{ cron: 30 2 * * 1-5, time_zone: Europe/Berlin, catch_up: all, inputs: { a: obj_x }, time_as: at }]
  webhook: { secret: { env: X }, body_as: event, inputs: { a: obj_x, at: x } }
concurrency: { group: "${{ string(inputs.b) }}", limit: 2, on_conflict: queue }
inputs: { a: file, b: { type: int, default: 3, description: x }, at: { type: string, default: x }, event: { type: json, default: x } }
functions:
  f:
    description: x
    run: cat > ${{ outputs.o }}
    shell: [bash, -eu]
    inputs: { a: { type: file }, b: int }
    outputs: { o: { type: file, size_hint: 5KB, media_type: text/plain, description: x }, p: { type: file, path: p }, q: int }
    resources: { cpu: 0.5, memory: 1GiB }
    env: { A: "${{ inputs.b }}", B: 5, C: true }
    timeout: 5m
    retry: { max_retries: 3, interval: 1s, backoff: 2, max_interval: 1m, jitter: none, on: [error] }
    pure: true
    cache: { for: 7d, version: 2 }
    requires: [cat]
steps:
  s:
    description: x
    uses: f
    foreach: { in: "${{ range(3) }}", as: x, index: i, batch: 2, max_parallel: 2, tolerate: 10% }
    if: "${{ i > 0 }}"
    needs: [t]
    with: { a: "${{ inputs.a }}", b: 5 }
    retry: { max_retries: 1 }
    timeout: 1h
    deadline: 2h
    resources: { cpu: 2 }
    env: { X: y }
  t: { builtin: sleep, with: { seconds: 1 } }
  u: { exec: [ls, -l, 5], needs: { of: [v, w], at_least: 1 } }
  v: { wait: { for: 5s } }
  w: { wait: { until: "2026-01-02T15:04:05Z" } }
  x: { wait: { signal: go, timeout: 1h }, outputs: { n: int } }
  z: { run: "curl x", wait: { callback: true, timeout: 1h }, heartbeat: 30s, outputs: { n: int } }
  rr: { run: "true", repeat: { until: "${{ visit > 2 }}", max: 3 } }
  y: { wait: { approval: "Go on?" } }
  sub: { workflow: ./other.yaml }
  zz: { switch: [{ when: "${{ inputs.b == 3 }}", then: z1 }, { default: z2 }] }
  z1: { run: ls, catch: [{ on: [error, timeout], as: why, then: z3 }] }
  z2: { run: ls }
  z3: { run: "echo ${{ why.message }}" }
on_failure:
  tell: { run: "echo ${{ error.message }}" }
finally:
  clean: { run: "echo ${{ run.status }}" }
outputs:
  a: { value: "${{ steps.s.outputs.map(s, s.o) }}", type: "file?[]", description: x }
  b: "${{ steps.s.outputs[0].q }}"
`

func TestTheSchemaKnowsWhatTheCompilerTakes(t *testing.T) {
	t.Parallel()
	other := dsl.Sources{Read: func(string) ([]byte, error) {
		return []byte("version: 1\nname: other\nsteps: { a: { builtin: noop } }\n"), nil
	}}
	if _, _, err := other.Compile("w.yaml", []byte(everyKey)); err != nil {
		t.Fatal(err)
	}
	excamera, err := os.ReadFile("testdata/excamera.yaml")
	if err != nil {
		t.Fatal(err)
	}
	schema := readSchema(t)
	for _, src := range []string{everyKey, string(excamera)} {
		if problems := validate(schema, fromYAML(t, src), "$"); len(problems) > 0 {
			t.Errorf("the schema refuses what the compiler takes:\n%s", strings.Join(problems, "\n"))
		}
	}
}

func TestTheSchemaOfTestFilesTakesThoseOfTheExamples(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../workflows/*/*.test.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test files: %v", err)
	}
	var schema map[string]any
	if err := json.Unmarshal(dsl.TestSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if problems := validate(schema, fromYAML(t, string(src)), "$"); len(problems) > 0 {
			t.Errorf("%s:\n%s", file, strings.Join(problems, "\n"))
		}
		broken := strings.Replace(string(src), "expect:", "expects:", 1)
		if len(validate(schema, fromYAML(t, broken), "$")) == 0 {
			t.Errorf("%s: the schema takes an unknown key", file)
		}
	}
}

func TestTheSchemaRefusesWhatTheCompilerRefuses(t *testing.T) {
	t.Parallel()
	schema := readSchema(t)
	for _, broken := range []string{
		strings.Replace(everyKey, "resources:", "resource:", 1),
		strings.Replace(everyKey, "max_parallel: 2", "max_parallel: 0", 1),
		strings.Replace(everyKey, "timeout: 5m", "timeout: 5 minutes", 1),
		strings.Replace(everyKey, "jitter: none", "jitter: some", 1),
		strings.Replace(everyKey, "version: 1", "", 1),
		strings.Replace(everyKey, "a: { type: file }", "a: { type: fil }", 1),
	} {
		if _, _, err := dsl.Compile("w.yaml", []byte(broken)); err == nil {
			t.Error("the compiler takes a broken file")
		}
		if len(validate(schema, fromYAML(t, broken), "$")) == 0 {
			t.Errorf("the schema takes a broken file:\n%s", broken)
		}
	}
}

// TestEveryKeyIsInTheSchemaAndInTheExample holds everyKey to its name.
func TestEveryKeyIsInTheSchemaAndInTheExample(t *testing.T) {
	t.Parallel()
	var walk func(s map[string]any)
	walk = func(s map[string]any) {
		properties, _ := s["properties"].(map[string]any)
		for name, p := range properties {
			if !strings.Contains(everyKey, name+":") && name != "file" { // the other place of a secret
				t.Errorf("the example has no key %s", name)
			}
			if p.(map[string]any)["description"] == "" {
				t.Errorf("key %s has no description", name)
			}
			walk(p.(map[string]any))
		}
		for _, key := range []string{"items", "additionalProperties"} {
			if inner, ok := s[key].(map[string]any); ok {
				walk(inner)
			}
		}
		options, _ := s["anyOf"].([]any)
		for _, o := range options {
			walk(o.(map[string]any))
		}
	}
	walk(readSchema(t))
}

func readSchema(t *testing.T) map[string]any {
	t.Helper()
	var schema map[string]any
	if err := json.Unmarshal(dsl.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	return schema
}

// fromYAML reads YAML as encoding/json would read the same file.
func fromYAML(t *testing.T, src string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(src), &v); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// validate is as much of JSON Schema as the schema of the language uses.
func validate(s map[string]any, v any, at string) []string {
	if options, ok := s["anyOf"].([]any); ok {
		var all []string
		for _, o := range options {
			problems := validate(o.(map[string]any), v, at)
			if len(problems) == 0 {
				return nil
			}
			all = append(all, problems...)
		}
		return all
	}
	if values, ok := s["enum"].([]any); ok && !slices.Contains(values, v) {
		return []string{fmt.Sprintf("%s: %v is none of %v", at, v, values)}
	}
	if !hasType(s["type"], v) {
		return []string{fmt.Sprintf("%s: %v is no %v", at, v, s["type"])}
	}
	switch v := v.(type) {
	case string:
		if p, ok := s["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(v) {
			return []string{fmt.Sprintf("%s: %q is not like %s", at, v, p)}
		}
	case float64:
		if low, ok := s["minimum"].(float64); ok && v < low {
			return []string{fmt.Sprintf("%s: %v is less than %v", at, v, low)}
		}
	case []any:
		items, _ := s["items"].(map[string]any)
		var problems []string
		for i, item := range v {
			problems = append(problems, validate(items, item, fmt.Sprintf("%s[%d]", at, i))...)
		}
		return problems
	case map[string]any:
		return validateMap(s, v, at)
	}
	return nil
}

func validateMap(s, v map[string]any, at string) []string {
	var problems []string
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, ok := v[name.(string)]; !ok {
			problems = append(problems, fmt.Sprintf("%s: no %s", at, name))
		}
	}
	properties, _ := s["properties"].(map[string]any)
	for name, field := range v {
		inner, ok := properties[name].(map[string]any)
		if !ok {
			if inner, ok = s["additionalProperties"].(map[string]any); !ok && s["additionalProperties"] == false {
				problems = append(problems, fmt.Sprintf("%s: unknown key %s", at, name))
			}
		}
		problems = append(problems, validate(inner, field, at+"."+name)...)
	}
	return problems
}

func hasType(want, v any) bool {
	if list, ok := want.([]any); ok {
		return slices.ContainsFunc(list, func(w any) bool { return hasType(w, v) })
	}
	switch v := v.(type) {
	case string:
		return want == "string" || want == nil
	case bool:
		return want == "boolean" || want == nil
	case float64:
		return want == "number" || want == nil || want == "integer" && v == float64(int(v))
	case []any:
		return want == "array" || want == nil
	case map[string]any:
		return want == "object" || want == nil
	}
	return want == nil
}
