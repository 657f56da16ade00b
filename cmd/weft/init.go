package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"
)

// firstFiles are the workflows that init writes, by the language of their
// function, each with a test.
//
//go:embed first
var firstFiles embed.FS

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a first workflow, and a test of it",
		Args:  args(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, dirs []string) error {
			dir := "."
			if len(dirs) > 0 {
				dir = dirs[0]
			}
			if err := writeFirst(dir, firstLanguage()); err != nil {
				return err
			}
			workflow := filepath.Join(dir, "workflow.yaml")
			fmt.Fprintf(a.stdout, "wrote %s\n\n  weft run %s\n  weft run %s -i name=Ada\n  weft test %s\n",
				workflow, workflow, workflow, filepath.Join(dir, "workflow.test.yaml"))
			return nil
		},
	}
}

// firstLanguage is what every machine that can run the workflow has.
func firstLanguage() string {
	if _, err := exec.LookPath("python3"); err == nil {
		return "python"
	}
	return "shell"
}

// writeFirst writes the files into a folder, or none if one is there already.
func writeFirst(dir, language string) error {
	files, err := fs.Sub(firstFiles, "first/"+language)
	if err != nil {
		return err
	}
	names := []string{"workflow.yaml", "workflow.test.yaml"}
	for _, name := range names {
		at := filepath.Join(dir, name)
		if _, err := os.Lstat(at); !errors.Is(err, fs.ErrNotExist) {
			return usage(fmt.Errorf("%s is there already: name another folder", at))
		}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return usage(fmt.Errorf("cannot make the folder: %w", err))
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if err := writeNew(filepath.Join(dir, name), text); err != nil {
			return usage(fmt.Errorf("cannot write the workflow: %w", err))
		}
	}
	return nil
}

// writeNew writes a file that must not be there yet.
func writeNew(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}
