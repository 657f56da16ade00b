package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
)

const module = "example.org/weft"

// A pkg is a package of the module. Paths are relative to the module.
type pkg struct {
	path    string
	imports []string // from the module, without those of its tests; sorted
}

// list returns the packages of the module at root, sorted by path. Packages
// that have only tests are left out.
func list(ctx context.Context, root string) ([]pkg, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-json=ImportPath,Imports,GoFiles", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("cannot list packages: %w: %s", err, exit.Stderr)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot list packages: %w", err)
	}
	return decode(bytes.NewReader(out))
}

func decode(r io.Reader) ([]pkg, error) {
	var pkgs []pkg
	for d := json.NewDecoder(r); ; {
		var p struct {
			ImportPath       string
			Imports, GoFiles []string
		}
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return pkgs, nil
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read what go list says: %w", err)
		}
		if len(p.GoFiles) == 0 {
			continue
		}
		pkgs = append(pkgs, pkg{path: relative(p.ImportPath), imports: ours(p.Imports)})
	}
}

func ours(imports []string) []string {
	var paths []string
	for _, path := range imports {
		if strings.HasPrefix(path, module+"/") {
			paths = append(paths, relative(path))
		}
	}
	slices.Sort(paths)
	return paths
}

func relative(path string) string { return strings.TrimPrefix(path, module+"/") }

// render returns the text of the file: each package at the beginning of a line,
// below it what it imports.
func render(pkgs []pkg) string {
	var b strings.Builder
	for _, p := range pkgs {
		fmt.Fprintln(&b, p.path)
		for _, path := range p.imports {
			fmt.Fprintln(&b, "\t"+path)
		}
	}
	return b.String()
}
