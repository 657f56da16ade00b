package main

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/ext"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain puts the program on the path, as weft, for tests that start it.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"weft": main})
}

var update = flag.Bool("update", false, "write what is got into the scripts")

// TestScripts types the command lines in testdata/script, each file in one
// folder and with one data folder.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			env.Setenv("WEFT_DATA", env.WorkDir+"/.data")
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("TZ", "UTC")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "await": await, "interrupt": interrupt, "capture": capture, "freeport": freeport, "json": checkJSON, "get": get,
		},
	})
}

// exits CODE COMMAND...: the command ends with that exit code. Its outputs can
// be looked at as after exec.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if code := exitCode(ts.Exec(args[1], args[2:]...)); code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// exitCode returns the exit code of a command that ended with err, as a shell
// has it.
func exitCode(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &exit):
		return -1
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return exit.ExitCode()
}

// await FILE [TEXT]: waits until the file exists, and has the text.
func await(ts *testscript.TestScript, _ bool, args []string) {
	const patience, pause = 30 * time.Second, 5 * time.Millisecond
	for until := time.Now().Add(patience); ; time.Sleep(pause) { // whoever writes the file tells nobody
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && (len(args) < 2 || strings.Contains(string(text), args[1])) {
			return
		}
		if time.Now().After(until) {
			ts.Fatalf("%v, with %q", err, text)
		}
	}
}

// interrupt CODE TIMES FILE COMMAND...: starts the command, sends it SIGINT that
// many times, each when FILE exists (which is then removed), and has it end
// with that exit code. Its outputs are the files stdout.txt and stderr.txt.
func interrupt(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	times, err := strconv.Atoi(args[1])
	ts.Check(err)
	cmd := exec.Command(args[3], args[4:]...) //nolint:noctx // it is waited for
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"WEFT_DATA", "HOME", "PATH"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	stdout, err := os.Create(ts.MkAbs("stdout.txt"))
	ts.Check(err)
	defer stdout.Close()
	stderr, err := os.Create(ts.MkAbs("stderr.txt"))
	ts.Check(err)
	defer stderr.Close()
	cmd.Stdout, cmd.Stderr = stdout, stderr
	ts.Check(cmd.Start())
	for range times {
		await(ts, false, args[2:3])
		ts.Check(os.Remove(ts.MkAbs(args[2])))
		ts.Check(cmd.Process.Signal(os.Interrupt))
	}
	if code := exitCode(cmd.Wait()); code != want {
		text, _ := os.ReadFile(stderr.Name())
		ts.Fatalf("exit code %d, want %d\n%s", code, want, text)
	}
}

// capture NAME FILE PATTERN: sets the variable to what the pattern's group
// matches in the file ("stdout" and "stderr" are those of the last command).
func capture(ts *testscript.TestScript, _ bool, args []string) {
	match := regexp.MustCompile(args[2]).FindStringSubmatch(ts.ReadFile(args[1]))
	if len(match) < 2 {
		ts.Fatalf("no match for %q in %s:\n%s", args[2], args[1], ts.ReadFile(args[1]))
	}
	ts.Setenv(args[0], match[1])
}

// freeport NAME: sets the variable to a loopback address that nobody listens at.
func freeport(ts *testscript.TestScript, _ bool, args []string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	ts.Check(err)
	ts.Setenv(args[0], listener.Addr().String())
	ts.Check(listener.Close())
}

// json FILE EXPRESSION...: the CEL expressions hold, in which it is the JSON value
// in the file.
func checkJSON(ts *testscript.TestScript, _ bool, args []string) {
	var it any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &it))
	env, err := cel.NewEnv(cel.Variable("it", cel.DynType), ext.Strings())
	ts.Check(err)
	for _, text := range args[1:] {
		ast, issues := env.Compile(text)
		ts.Check(issues.Err())
		program, err := env.Program(ast)
		ts.Check(err)
		result, _, err := program.Eval(map[string]any{"it": it})
		if err != nil || result.Value() != true {
			ts.Fatalf("%s is %v, %v of\n%s", text, result, err, ts.ReadFile(args[0]))
		}
	}
}

// get URL: prints what a server answers.
func get(ts *testscript.TestScript, _ bool, args []string) {
	resp, err := http.Get(args[0]) //nolint:noctx // of a server of this test
	ts.Check(err)
	defer resp.Body.Close()
	_, err = io.Copy(ts.Stdout(), resp.Body)
	ts.Check(err)
}
