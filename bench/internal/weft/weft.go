// Package weft builds the program of the tree above and runs workflows with it.
package weft

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Build returns the path of the program, built in dir from the tree whose root
// is given. Beside it is what the example workflows call.
func Build(ctx context.Context, root, dir string) (string, error) {
	path := filepath.Join(dir, "weft")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", dir+"/", "./cmd/weft", "./workflows/excamera/cmd/excamera")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("cannot build weft: %w\n%s", err, out)
	}
	return path, nil
}

// A Result is what a run came to, as `-o json` has it.
type Result struct {
	Status  string
	Seconds float64 // of the run, without the start of the process
	Outputs map[string]json.RawMessage
	Moved   int64 `json:"moved_bytes"`
	Ledger  []Row

	Wall   time.Duration `json:"-"` // of the process
	Memory int64         `json:"-"` // bytes that it had at most
	CPU    time.Duration `json:"-"` // of the process and of those that it waited for
}

// A Row is one line of a run's ledger.
type Row struct {
	From, To, Transport string
	Bytes               int64
}

// Run runs the program with these arguments and `-o json`.
func Run(ctx context.Context, program string, env []string, arguments ...string) (*Result, error) {
	var out, said bytes.Buffer
	cmd := exec.CommandContext(ctx, program, append(arguments, "-o", "json")...)
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(program)+":"+os.Getenv("PATH"))
	cmd.Env = append(cmd.Env, env...)
	cmd.Stdout, cmd.Stderr = &out, &said
	begun := time.Now()
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("weft %v: %w\n%s%s", arguments, err, out.Bytes(), said.Bytes())
	}
	r := &Result{Wall: time.Since(begun), CPU: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.Memory = usage.Maxrss << 10
	}
	if err := json.Unmarshal(out.Bytes(), r); err != nil {
		return nil, fmt.Errorf("weft %v printed no JSON: %w", arguments, err)
	}
	if r.Status != "succeeded" {
		return nil, fmt.Errorf("weft %v: the run ended as %s", arguments, r.Status)
	}
	return r, nil
}

// A Server is a running `weft serve`.
type Server struct {
	URL string
	cmd *exec.Cmd
}

// Serve starts a server on a free port, with these further arguments. What it
// says besides its address goes to log. The caller stops it.
func Serve(ctx context.Context, program string, log io.Writer, arguments ...string) (*Server, error) {
	s := &Server{cmd: exec.CommandContext(ctx, program, append([]string{"serve", "--listen", "127.0.0.1:0"}, arguments...)...)}
	said, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	lines := newLines(said)
	for line := range lines {
		if _, err := fmt.Sscanf(line, "weft serves at %s", &s.URL); err == nil {
			break
		}
		fmt.Fprintln(log, line)
	}
	go func() {
		for line := range lines {
			fmt.Fprintln(log, line)
		}
	}()
	if s.URL == "" {
		return nil, fmt.Errorf("weft serve ended before it served: %w", s.cmd.Wait())
	}
	return s, nil
}

// CPU is the processor time that the server has used so far.
func (s *Server) CPU() (time.Duration, error) { return CPU(s.cmd.Process.Pid) }

// Stop ends the server.
func (s *Server) Stop() error {
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return s.cmd.Wait()
}
