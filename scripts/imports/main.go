// Imports writes docs/imports.txt: what each package of the module imports from
// the module. The file is committed, so that a review sees a new dependency.
package main

//go:generate go run . ../..

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

const file = "docs/imports.txt"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: imports ROOT")
		os.Exit(2)
	}
	if err := write(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "imports:", err)
		os.Exit(1)
	}
}

func write(ctx context.Context, root string) error {
	pkgs, err := list(ctx, root)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(root, file), []byte(render(pkgs)), 0o644); err != nil {
		return fmt.Errorf("cannot write %s: %w", file, err)
	}
	return nil
}
