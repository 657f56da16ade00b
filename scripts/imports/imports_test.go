package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

func TestFileIsCurrent(t *testing.T) {
	t.Parallel()
	pkgs, err := list(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	if want := render(pkgs); string(have) != want {
		t.Errorf("%s is out of date: make generate, and look at what it changes; it should be\n%s", file, want)
	}
}

func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	pkgs, err := list(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range violations(pkgs, layers()) {
		t.Error(v)
	}
}

func TestViolations(t *testing.T) {
	t.Parallel()
	order := []layer{
		{parts: []string{"low"}},
		{parts: []string{"low/store", "mid", "side"}, also: []string{"side -> mid"}},
		{parts: []string{"high"}},
	}
	pkgs := []pkg{
		{path: "low", imports: []string{"mid"}},                        // upwards
		{path: "low/inner", imports: []string{"low", "low/store"}},     // a part of low: not the store
		{path: "low/store", imports: []string{"low", "low/store/sub"}}, // down, and within
		{path: "mid", imports: []string{"side"}},                       // sideways
		{path: "side", imports: []string{"mid"}},                       // sideways, permitted
		{path: "high", imports: []string{"low", "mid", "side"}},
		{path: "highest"}, // begins with the name of a part, but is none of it
	}
	want := []string{
		"low imports mid", "low/inner imports low/store", "mid imports side", "highest is in no layer",
	}
	if got := violations(pkgs, order); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDecodeKeepsOwnImportsOfPackagesWithCode(t *testing.T) {
	t.Parallel()
	const said = `{"ImportPath": "example.org/weft/b", "GoFiles": ["b.go"],
		"Imports": ["fmt", "example.org/weft/c", "example.org/weft/a"]}
		{"ImportPath": "example.org/weft/tests"}`
	pkgs, err := decode(strings.NewReader(said))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := render(pkgs), "b\n\ta\n\tc\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
