// Package runtime is how a function runs once its inputs are there: as a
// process (exec, run) or inside this binary (builtin).
package runtime

import (
	"context"
	"errors"
	"fmt"
	"io"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/object"
)

// A Runtime runs functions of one kind. It is safe for concurrent use.
type Runtime interface {
	// Run runs one attempt and returns when nothing of it runs any more. When
	// ctx ends first, the attempt is stopped and the error is ctx's cause. The
	// usage counts in either case.
	Run(ctx context.Context, c *Call) (Outcome, error)
}

// A Call is one attempt as a runtime sees it.
type Call struct {
	Attempt  executor.AttemptID
	Function *dsl.Function
	Inputs   map[string]object.Value // what a builtin works on
	Scope    dsl.FuncScope           // what the templates of exec and run read
	Paths    Paths                   // of exec and run
	Env      []string                // further variables, "NAME=value"
	Stdout   io.Writer
	Stderr   io.Writer
}

// Paths are where a process finds things: absolute, and made by the node.
type Paths struct {
	Work   string // its working folder
	Temp   string
	Script string // the file into which a `run` script is written
	Input  string // JSON with all inputs
	Output string // JSON that the function may write
}

// An Outcome is how an attempt ended.
type Outcome struct {
	Outputs map[string]object.Value // of a builtin
	Usage   executor.Usage          // Run, CPU and MaxMemory
}

// ErrExpression says that a template of the function failed on its values.
var ErrExpression = errors.New("expression failed")

// An ExitError says that the function ran and failed.
type ExitError struct {
	Code    int    // exit code; -1 when a signal ended the process
	Signal  string // "SIGKILL"; empty when the process exited by itself
	Message string // of a builtin
}

// Error says how the function ended.
func (e *ExitError) Error() string {
	switch {
	case e.Message != "":
		return e.Message
	case e.Signal != "":
		return "killed by " + e.Signal
	default:
		return fmt.Sprintf("exit code %d", e.Code)
	}
}
