package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"github.com/spf13/cobra"

	"example.org/weft/dsl"
)

// readWorkflow reads a workflow file; of one that is too big no more than is
// needed to tell.
func readWorkflow(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, usage(fmt.Errorf("cannot read the workflow: %w", err))
	}
	defer file.Close()
	src, err := io.ReadAll(io.LimitReader(file, dsl.MaxFileSize+1))
	if err != nil {
		return nil, usage(fmt.Errorf("cannot read the workflow: %w", err))
	}
	return src, nil
}

// compile reads a workflow file and those that it runs, which named finds when
// they have a name. All mistakes go to stderr, one a line.
func (a *app) compile(file string, named dsl.Resolver) (*dsl.Program, []byte, error) {
	src, err := readWorkflow(file)
	if err != nil {
		return nil, nil, err
	}
	program, warnings, err := sources(named).Compile(file, src)
	for _, w := range warnings {
		fmt.Fprintln(a.stderr, w.Error()+" [warning]")
	}
	if err != nil {
		return nil, nil, a.mistakes(file, err)
	}
	return program, src, nil
}

// mistakes prints what is wrong with a file, one mistake a line.
func (a *app) mistakes(file string, err error) error {
	var mistakes dsl.Errors
	if !errors.As(err, &mistakes) {
		return usage(err)
	}
	for _, m := range mistakes {
		fmt.Fprintln(a.stderr, m.Error())
	}
	return &exitError{code: exitUsage, err: fmt.Errorf("%s has %s", file, count(len(mistakes), "mistake"))}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (a *app) validateCommand() *cobra.Command {
	var out outputFlag
	cmd := &cobra.Command{
		Use:   "validate FILE...",
		Short: "Report every mistake of workflow files, with its position",
		Args:  args(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, files []string) error {
			if out.json() {
				return a.validateJSON(files, a.namedOn(cmd.Context()))
			}
			var failed error
			for _, file := range files {
				program, _, err := a.compile(file, a.namedOn(cmd.Context()))
				if err != nil {
					failed = errors.Join(failed, err)
					continue
				}
				for _, w := range missingPrograms(file, program) {
					fmt.Fprintln(a.stderr, w.Error()+" [warning]")
				}
				fmt.Fprintf(a.stdout, "%s: ok: %s, %s, version %s\n",
					file, program.Name, count(len(program.Steps), "step"), short(program.Version))
			}
			if failed != nil {
				return &exitError{code: exitUsage, err: failed}
			}
			return nil
		},
	}
	out.register(cmd)
	return cmd
}

// missingPrograms warns of functions that this machine cannot run; others may.
func missingPrograms(file string, p *dsl.Program) dsl.Errors {
	var warnings dsl.Errors
	for _, child := range p.Children {
		if child.IsPath() {
			warnings = append(warnings, missingPrograms(path.Join(path.Dir(file), child.Name), child.Program)...)
		}
	}
	for i := range p.Functions {
		f := &p.Functions[i]
		for _, program := range f.Requires {
			if missing(program) {
				warnings = append(warnings, &dsl.Error{
					File: file, Pos: f.Pos, Text: program,
					Msg:  fmt.Sprintf("%s requires %s, which this machine does not have", f.Name, program),
					Hint: "install it, or have a node that has it",
				})
			}
		}
	}
	return warnings
}

// validateJSON prints the mistakes of all files as one JSON list.
func (a *app) validateJSON(files []string, named dsl.Resolver) error {
	type mistake struct {
		File    string `json:"file"`
		Line    int    `json:"line"`
		Column  int    `json:"column"`
		Text    string `json:"text,omitempty"`
		Message string `json:"message"`
		Hint    string `json:"hint,omitempty"`
		Warning bool   `json:"warning,omitempty"`
	}
	list := []mistake{}
	code := exitOK
	for _, file := range files {
		src, err := readWorkflow(file)
		if err != nil {
			return err
		}
		program, warnings, err := sources(named).Compile(file, src)
		if err == nil {
			warnings = append(warnings, missingPrograms(file, program)...)
		}
		var mistakes dsl.Errors
		if errors.As(err, &mistakes) {
			code = exitUsage
		} else if err != nil {
			return usage(err)
		}
		for _, m := range mistakes {
			list = append(list, mistake{m.File, m.Pos.Line, m.Pos.Column, m.Text, m.Msg, m.Hint, false})
		}
		for _, w := range warnings {
			list = append(list, mistake{w.File, w.Pos.Line, w.Pos.Column, w.Text, w.Msg, w.Hint, true})
		}
	}
	if err := a.printJSON(list); err != nil || code == exitOK {
		return err
	}
	return &exitError{code: code}
}

func (a *app) schemaCommand() *cobra.Command {
	var tests bool
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the language, for editors",
		Args:  args(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			schema := dsl.Schema()
			if tests {
				schema = dsl.TestSchema()
			}
			_, err := a.stdout.Write(schema)
			return err
		},
	}
	cmd.Flags().BoolVar(&tests, "test", false, "of test files, those that weft test reads")
	return cmd
}

// short returns a version as people quote it: the first characters of its
// digest.
func short(version string) string {
	const start, length = len("sha256:"), 12
	if len(version) < start+length {
		return version
	}
	return version[start : start+length]
}
