package dsl_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"example.org/weft/dsl"
)

func TestInputsAreCheckedAgainstTheirTypes(t *testing.T) {
	t.Parallel()
	types := map[string]dsl.Type{}
	src := "version: 1\nname: w\nsteps: { a: { run: ls } }\ninputs:\n"
	for i, name := range []string{"int", "float", "string", "bool", "json", "file", "int[]", "int?", "string?[]", "list<list<int>>"} {
		src += fmt.Sprintf("  i%d: %q\n", i, name)
	}
	p, _, err := dsl.Compile("w.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range p.Inputs {
		types[in.Type.String()] = in.Type
	}
	for _, tt := range []struct{ typ, text, want string }{
		{"int", "3", ""},
		{"int", "3.0", ""},
		{"int", "3.5", "want int, have the number 3.5"},
		{"int", `"3"`, "want int, have text"},
		{"int", "null", "want int, have null"},
		{"int", "{", "cannot read JSON: unexpected EOF"},
		{"int?", "null", ""},
		{"float", "3", ""},
		{"float", "true", "want float, have a truth value"},
		{"string", `"x"`, ""},
		{"string", "{}", "want string, have a map"},
		{"bool", "false", ""},
		{"bool", "[]", "want bool, have a list"},
		{"json", `{"a": [1]}`, ""},
		{"json", "null", ""},
		{"file", `"clip.mp4"`, "want file, have text"},
		{"list<int>", "[1, 2]", ""},
		{"list<int>", "[1, null]", "item 1: want int, have null"},
		{"list<int>", "1", "want list<int>, have the number 1"},
		{"list<string?>", `["a", null]`, ""},
		{"list<list<int>>", `[[1], ["x"]]`, "item 1: item 0: want int, have text"},
	} {
		got := ""
		if err := types[tt.typ].CheckInput(json.RawMessage(tt.text)); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s as %s: got %q, want %q", tt.text, tt.typ, got, tt.want)
		}
	}
}

func TestSizesAreReadInPowersOf1000And1024(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"5": 5, "5B": 5, "2KB": 2000, "2k": 2000, "1.5MB": 1_500_000, "3GB": 3e9, "1TB": 1e12,
		"2KiB": 2048, "2Ki": 2048, "1MiB": 1 << 20, "4 GiB": 4 << 30, "1TiB": 1 << 40, "0": 0,
	} {
		src := fmt.Sprintf("version: 1\nname: w\nsteps: { a: { run: ls, resources: { memory: %s } } }\n", text)
		p, _, err := dsl.Compile("w.yaml", []byte(src))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := p.Functions[0].Resources.Memory; got != want {
			t.Errorf("%s is read as %d, want %d", text, got, want)
		}
	}
	for _, text := range []string{"-1", "1e3MB", "5 bananas", "MB", "99999999TB", ".", "1.2.3KB"} {
		src := fmt.Sprintf("version: 1\nname: w\nsteps: { a: { run: ls, resources: { memory: %s } } }\n", text)
		if p, _, err := dsl.Compile("w.yaml", []byte(src)); err == nil {
			t.Errorf("%s is read as %d", text, p.Functions[0].Resources.Memory)
		}
	}
}

func TestAnExpressionKnowsItsPlaceAndWhetherItAsksForAStatus(t *testing.T) {
	t.Parallel()
	p, _, err := dsl.Compile("w.yaml", []byte(`version: 1
name: w
steps:
  a: { run: ls, if: "${{ 1 < 2 }}" }
  b: { run: ls, needs: [a], if: "${{ 1 < 2 && (failed() || succeeded()) }}" }
  c:
    run: ls
    needs: [a]
    if: >-
      ${{ always() }}
`))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		onStatus bool
		pos      dsl.Pos
		text     string
	}{
		{false, dsl.Pos{Line: 4, Column: 26}, "${{ 1 < 2 }}"},
		{true, dsl.Pos{Line: 5, Column: 38}, "${{ 1 < 2 && (failed() || succeeded()) }}"},
		{true, dsl.Pos{Line: 10, Column: 11}, "${{ always() }}"},
	} {
		e := p.Steps[i].If
		if e.OnStatus() != want.onStatus || e.Pos() != want.pos || e.String() != want.text {
			t.Errorf("%s: on status %v at %v", e, e.OnStatus(), e.Pos())
		}
	}
}
