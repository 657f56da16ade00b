// Build makes web/dist, which package web embeds, out of web/src:
//
//	go run ./web/build
//
// It needs npm once, to fetch the packages that web/package-lock.json names,
// and no Node afterwards: esbuild is a Go library. Nothing of the packages is
// run while they are installed.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, "web"); err != nil {
		fmt.Fprintln(os.Stderr, "web/build:", err)
		stop()
		os.Exit(1)
	}
}

// run builds the dashboard in dir, the folder of package.json.
func run(ctx context.Context, dir string) error {
	if err := install(ctx, dir); err != nil {
		return err
	}
	result := api.Build(api.BuildOptions{
		EntryPointsAdvanced: []api.EntryPoint{
			{InputPath: filepath.Join(dir, "src", "main.tsx"), OutputPath: "assets/main"},
			{InputPath: filepath.Join(dir, "src", "style.css"), OutputPath: "assets/main"},
			{InputPath: filepath.Join(dir, "src", "index.html"), OutputPath: "index"},
		},
		Outdir:            filepath.Join(dir, "dist"),
		Loader:            map[string]api.Loader{".html": api.LoaderCopy},
		Bundle:            true,
		Write:             true,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Target:            api.ES2022,
		JSX:               api.JSXAutomatic,
		JSXImportSource:   "preact",
		LogLevel:          api.LogLevelWarning,
		LegalComments:     api.LegalCommentsEndOfFile,
	})
	if len(result.Errors) > 0 {
		return errors.New("the sources have mistakes")
	}
	for _, file := range result.OutputFiles {
		size, err := zippedSize(file.Contents)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %d bytes, %d zipped\n", filepath.Base(file.Path), len(file.Contents), size)
	}
	return nil
}

// install fetches the packages, unless they are there.
func install(ctx context.Context, dir string) error {
	_, err := os.Stat(filepath.Join(dir, "node_modules", "preact"))
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund")
	npm.Dir = dir
	npm.Stdout, npm.Stderr = os.Stderr, os.Stderr
	if err := npm.Run(); err != nil {
		return fmt.Errorf("cannot install packages by npm: %w", err)
	}
	return nil
}

func zippedSize(data []byte) (int, error) {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	if _, err := w.Write(data); err != nil {
		return 0, fmt.Errorf("cannot measure: %w", err)
	}
	if err := w.Close(); err != nil {
		return 0, fmt.Errorf("cannot measure: %w", err)
	}
	return buf.Len(), nil
}
