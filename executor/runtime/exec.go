package runtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"example.org/weft/executor"
)

// maxArgs is the most bytes of arguments that a function is started with. The
// kernel's own limit on one string is the same.
const maxArgs = 128 << 10

// DefaultPath is where programs are looked for when ExecOptions has no Path.
const DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// ExecOptions is how processes are run.
type ExecOptions struct {
	Path  string        // PATH of functions; DefaultPath when empty
	Grace time.Duration // from SIGTERM to SIGKILL; 5 s when 0
}

// Exec runs functions as processes: argv (exec) and shell scripts (run).
//
// A process gets a small environment of its own, of this process's at most the
// PATH; a process group of its own, all of which is dead when Run returns; and
// it dies with this process, children included.
type Exec struct {
	opts     ExecOptions
	watchdog watchdog
}

var _ Runtime = (*Exec)(nil)

// NewExec returns a runtime that must be closed.
func NewExec(o ExecOptions) *Exec {
	if o.Path == "" {
		o.Path = DefaultPath
	}
	if o.Grace == 0 {
		o.Grace = 5 * time.Second
	}
	return &Exec{opts: o}
}

// Close ends what Exec needed to look after processes. None may be running.
func (x *Exec) Close() error { return x.watchdog.close() }

// Run renders the function's templates and runs it.
func (x *Exec) Run(ctx context.Context, c *Call) (Outcome, error) {
	argv, vars, err := command(c)
	if err != nil {
		return Outcome{}, err
	}
	env, err := x.environment(c, vars)
	if err != nil {
		return Outcome{}, err
	}
	program, err := x.LookPath(argv[0], env)
	if err != nil {
		return Outcome{}, err
	}
	p := &process{
		path: program, argv: argv, env: env, dir: c.Paths.Work,
		stdout: c.Stdout, stderr: c.Stderr, grace: x.opts.Grace, watchdog: &x.watchdog,
	}
	return p.run(ctx)
}

// command returns what to start, and the variables that a script's expressions
// became.
func command(c *Call) (argv, vars []string, err error) {
	if c.Function.Run != nil {
		return script(c)
	}
	for _, t := range c.Function.Exec {
		args, err := t.Args(c.Scope)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrExpression, err)
		}
		argv = append(argv, args...)
	}
	if len(argv) == 0 {
		return nil, nil, errors.New("exec has no program: its first element is an empty list")
	}
	return argv, nil, fits(argv, "arguments")
}

// script writes a `run` script to its file and returns the shell that runs it.
func script(c *Call) (argv, vars []string, err error) {
	text, vars, err := c.Function.Run.Script(c.Scope)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrExpression, err)
	}
	if err := os.WriteFile(c.Paths.Script, []byte(text), 0o600); err != nil {
		return nil, nil, fmt.Errorf("cannot write script: %w", err)
	}
	argv = append(argv, c.Function.Shell...)
	if len(argv) == 0 {
		argv = []string{"bash", "-euo", "pipefail"}
	}
	return append(argv, c.Paths.Script), vars, nil
}

// environment is all that the function sees of its surroundings. What Weft
// promises comes last: a function cannot declare it away.
func (x *Exec) environment(c *Call, vars []string) ([]string, error) {
	env := []string{
		"PATH=" + x.opts.Path,
		"HOME=" + c.Paths.Work,
		"LANG=C.UTF-8",
		"TMPDIR=" + c.Paths.Temp,
	}
	for _, v := range c.Function.Env {
		text, err := v.Value.Text(c.Scope)
		if err != nil {
			return nil, fmt.Errorf("%w: env %s: %w", ErrExpression, v.Name, err)
		}
		env = append(env, v.Name+"="+text)
	}
	env = append(env, vars...)
	env = append(env, attemptVars(c.Attempt)...)
	env = append(env, c.Env...)
	env = append(env, "WEFT_INPUT="+c.Paths.Input, "WEFT_OUTPUT="+c.Paths.Output)
	for _, v := range env {
		if err := fits([]string{v}, "environment variable "+strings.SplitN(v, "=", 2)[0]); err != nil {
			return nil, err
		}
	}
	return env, nil
}

func attemptVars(a executor.AttemptID) []string {
	return []string{
		"WEFT_RUN=" + string(a.Run),
		"WEFT_TASK=" + string(a.Task),
		"WEFT_ATTEMPT=" + strconv.Itoa(a.N),
		"WEFT_IDEMPOTENCY_KEY=" + a.Key(),
	}
}

// fits refuses what the kernel would refuse with a message that helps nobody.
func fits(list []string, what string) error {
	size := 0
	for _, s := range list {
		if strings.ContainsRune(s, 0) {
			return fmt.Errorf("%w: %s: a NUL character cannot be handed to a process", ErrExpression, what)
		}
		size += len(s) + 1
	}
	if size > maxArgs {
		return fmt.Errorf("%w: %s: %d bytes, more than %d; read the value from the JSON file $WEFT_INPUT instead",
			ErrExpression, what, size, maxArgs)
	}
	return nil
}

// LookPath finds a program as a function with that environment would. A nil
// environment has the runtime's own PATH.
func (x *Exec) LookPath(program string, env []string) (string, error) {
	if strings.Contains(program, "/") {
		return program, nil
	}
	path := x.opts.Path
	for _, v := range env {
		if p, ok := strings.CutPrefix(v, "PATH="); ok {
			path = p
		}
	}
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) {
			continue
		}
		full := dir + "/" + program
		if fi, err := os.Stat(full); err == nil && fi.Mode().IsRegular() && fi.Mode()&0o111 != 0 {
			return full, nil
		}
	}
	return "", fmt.Errorf("cannot find program %q on this node (PATH is %s)", program, path)
}
