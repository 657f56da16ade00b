package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"example.org/weft/dsl"
	"example.org/weft/executor/rehearsal"
)

// A testResult is how one test of a file went.
type testResult struct {
	File        string                 `json:"file"`
	Line        int                    `json:"line"`
	Name        string                 `json:"name"`
	Passed      bool                   `json:"passed"`
	Differences []rehearsal.Difference `json:"differences,omitempty"`
	Error       string                 `json:"error,omitempty"` // why it could not be played to its end
}

func (a *app) testCommand() *cobra.Command {
	var out outputFlag
	cmd := &cobra.Command{
		Use:   "test FILE...",
		Short: "Play runs whose functions answer what test files say; nothing is started",
		Args:  args(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, files []string) error {
			results := []testResult{}
			for _, file := range files {
				more, err := a.playTests(cmd.Context(), file)
				if err != nil {
					return err
				}
				results = append(results, more...)
			}
			return a.printTests(results, &out)
		},
	}
	out.register(cmd)
	return cmd
}

func (a *app) playTests(ctx context.Context, file string) ([]testResult, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, usage(fmt.Errorf("cannot read the tests: %w", err))
	}
	tests, err := dsl.CompileTests(file, src, func(path string) (*dsl.Program, error) {
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(file), path)
		}
		program, _, err := a.compile(path, a.namedOn(ctx))
		return program, err
	})
	if err != nil {
		return nil, a.mistakes(file, err)
	}
	results := make([]testResult, len(tests.Tests))
	for i := range tests.Tests {
		t := &tests.Tests[i]
		found, err := rehearsal.Play(tests.Program, t)
		results[i] = testResult{
			File: file, Line: t.Pos.Line, Name: t.Name, Passed: err == nil && len(found) == 0, Differences: found,
		}
		if err != nil {
			results[i].Error = err.Error()
		}
	}
	return results, nil
}

// printTests prints how tests went, and is an error when one failed.
func (a *app) printTests(results []testResult, out *outputFlag) error {
	failed := 0
	for _, r := range results {
		if !r.Passed {
			failed++
		}
	}
	if out.json() {
		if err := a.printJSON(results); err != nil {
			return err
		}
	} else {
		for _, r := range results {
			a.printTest(r)
		}
	}
	if failed > 0 {
		return &exitError{code: exitFailed, err: fmt.Errorf("%d of %s failed", failed, count(len(results), "test"))}
	}
	if !out.json() {
		fmt.Fprintf(a.stdout, "%s passed\n", count(len(results), "test"))
	}
	return nil
}

func (a *app) printTest(r testResult) {
	if r.Passed {
		fmt.Fprintf(a.stdout, "ok    %s\n", r.Name)
		return
	}
	fmt.Fprintf(a.stdout, "FAIL  %s (%s:%d)\n", r.Name, r.File, r.Line)
	if r.Error != "" {
		fmt.Fprintf(a.stdout, "      %s\n", r.Error)
	}
	for _, d := range r.Differences {
		fmt.Fprintf(a.stdout, "      %s\n        want %s\n        got  %s\n", d.What, d.Want, d.Got)
	}
}
