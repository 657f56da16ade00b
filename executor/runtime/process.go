package runtime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// drain is how long output is still read when a process group is dead but
// someone who left the group holds its pipe.
const drain = time.Second

// A process is one program with its descendants.
type process struct {
	path     string
	argv     []string
	env      []string
	dir      string
	stdout   io.Writer
	stderr   io.Writer
	grace    time.Duration
	watchdog *watchdog
}

// run starts the program and returns when its whole group is dead and its
// output read.
func (p *process) run(ctx context.Context) (Outcome, error) {
	cmd := &exec.Cmd{Path: p.path, Args: p.argv, Env: p.env, Dir: p.dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	pipes, err := p.pipe(cmd)
	if err != nil {
		return Outcome{}, err
	}
	start := time.Now()
	err = cmd.Start()
	pipes.started()
	if err != nil {
		return Outcome{}, errors.Join(fmt.Errorf("cannot start %s: %w", p.argv[0], err), pipes.finish())
	}
	group := cmd.Process.Pid
	guardErr := p.watchdog.watch(group)
	if guardErr == nil {
		p.await(ctx, group)
	}
	waitErr := p.end(cmd, group)
	guardErr = errors.Join(guardErr, p.watchdog.release(group))

	out := Outcome{}
	out.Usage.Run = time.Since(start)
	if err := errors.Join(pipes.finish(), guardErr); err != nil {
		return out, err
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		out.Usage.CPU = time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
		out.Usage.MaxMemory = usage.Maxrss << 10 // Linux counts in KiB
	}
	if ctx.Err() != nil {
		return out, context.Cause(ctx)
	}
	return out, exitError(waitErr)
}

// await returns when the program has ended, by itself or because ctx did. The
// program is not reaped yet, so that its group cannot become another's.
func (p *process) await(ctx context.Context, group int) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			err := unix.Waitid(unix.P_PID, group, nil, unix.WEXITED|unix.WNOWAIT, nil)
			if !errors.Is(err, unix.EINTR) {
				return
			}
		}
	}()
	select {
	case <-ended:
		return
	case <-ctx.Done():
	}
	signal(group, unix.SIGTERM)
	timer := time.NewTimer(p.grace)
	defer timer.Stop()
	select {
	case <-ended:
	case <-timer.C:
		signal(group, unix.SIGKILL)
		<-ended
	}
}

// end kills what is left of the group, reaps the program, and returns when the
// group is dead.
func (p *process) end(cmd *exec.Cmd, group int) error {
	signal(group, unix.SIGKILL)
	err := cmd.Wait()
	for pause := time.Millisecond; groupAlive(group); pause = min(2*pause, 100*time.Millisecond) {
		time.Sleep(pause) // the kernel tells nobody of the death of a grandchild
	}
	return err
}

// signal reaches every process of a group; that there is none is no error.
func signal(group int, s syscall.Signal) { _ = unix.Kill(-group, s) }

// exitError is what a function is told to have done, nil if it went well.
func exitError(err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return &ExitError{Code: -1, Signal: unix.SignalName(status.Signal())}
	}
	return &ExitError{Code: exit.ExitCode()}
}

// pipes carry a process's output to its writers.
type pipes struct {
	read, write []*os.File
	wait        sync.WaitGroup
	mu          sync.Mutex // guards err
	err         error
}

func (p *process) pipe(cmd *exec.Cmd) (*pipes, error) {
	ps := &pipes{}
	for _, w := range []io.Writer{p.stdout, p.stderr} {
		r, end, err := os.Pipe()
		if err != nil {
			return nil, errors.Join(fmt.Errorf("cannot make a pipe: %w", err), ps.finish())
		}
		ps.read, ps.write = append(ps.read, r), append(ps.write, end)
		ps.wait.Go(func() { ps.copy(w, r) })
	}
	cmd.Stdout, cmd.Stderr = ps.write[0], ps.write[1]
	return ps, nil
}

func (ps *pipes) copy(w io.Writer, r *os.File) {
	_, err := io.Copy(w, r)
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		return
	}
	_, drainErr := io.Copy(io.Discard, r) // a full disk must not block the function
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.err = errors.Join(ps.err, fmt.Errorf("cannot keep output: %w", err), drainErr)
}

// started closes this process's writing ends.
func (ps *pipes) started() {
	for _, w := range ps.write {
		_ = w.Close()
	}
	ps.write = nil
}

// finish returns when everything written has been read.
func (ps *pipes) finish() error {
	ps.started()
	for _, r := range ps.read {
		if err := r.SetReadDeadline(time.Now().Add(drain)); err != nil {
			return err
		}
	}
	ps.wait.Wait()
	for _, r := range ps.read {
		_ = r.Close()
	}
	return ps.err
}
