package runtime

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long a test waits for another process.
const patience = 20 * time.Second

// A bench is where a test runs scripts as processes.
type bench struct {
	dir            string
	dog            *watchdog
	stdout, stderr bytes.Buffer
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{dir: t.TempDir(), dog: &watchdog{}}
	t.Cleanup(func() {
		if err := b.dog.close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *bench) run(ctx context.Context, script string) (Outcome, error) {
	p := &process{
		path: "/bin/bash", argv: []string{"bash", "-c", script},
		env: []string{"PATH=" + DefaultPath, "DIR=" + b.dir}, dir: b.dir,
		stdout: &b.stdout, stderr: &b.stderr, grace: 200 * time.Millisecond, watchdog: b.dog,
	}
	return p.run(ctx)
}

// await returns what a process wrote into a file, as soon as it did.
func (b *bench) await(t *testing.T, name string) string {
	t.Helper()
	for begun := time.Now(); time.Since(begun) < patience; {
		text, err := os.ReadFile(filepath.Join(b.dir, name))
		if err == nil && bytes.HasSuffix(text, []byte("\n")) {
			return strings.TrimSpace(string(text))
		}
		time.Sleep(time.Millisecond) // another process writes it
	}
	t.Fatalf("nobody wrote %s", name)
	return ""
}

func alive(t *testing.T, pid string) bool {
	t.Helper()
	n, err := strconv.Atoi(pid)
	if err != nil {
		t.Fatal(err)
	}
	if errors.Is(unix.Kill(n, 0), unix.ESRCH) {
		return false
	}
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	return err == nil && !bytes.Contains(stat, []byte(") Z "))
}

func TestAProcessTellsHowItEnded(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, script string
		want         *ExitError
	}{
		{"success", "echo out; echo err >&2", nil},
		{"exit code", "exit 42", &ExitError{Code: 42}},
		{"signal", "kill -SEGV $$", &ExitError{Code: -1, Signal: "SIGSEGV"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			out, err := b.run(t.Context(), c.script)
			var exit *ExitError
			if errors.As(err, &exit); c.want == nil && err != nil || c.want != nil && (exit == nil || *exit != *c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if out.Usage.Run <= 0 || out.Usage.MaxMemory < 1<<20 {
				t.Errorf("usage %+v", out.Usage)
			}
			if c.want == nil && (b.stdout.String() != "out\n" || b.stderr.String() != "err\n") {
				t.Errorf("printed %q and %q", &b.stdout, &b.stderr)
			}
		})
	}
}

func TestCPUTimeOfChildrenCounts(t *testing.T) {
	t.Parallel()
	out, err := newBench(t).run(t.Context(), `bash -c 'for ((i = 0; i < 200000; i++)); do :; done'; true`)
	if err != nil || out.Usage.CPU < 20*time.Millisecond {
		t.Errorf("CPU %v, %v", out.Usage.CPU, err)
	}
}

func TestAnAbortKillsTheWholeGroup(t *testing.T) {
	t.Parallel()
	// A child that ignores SIGTERM, with a child of its own that does too.
	const stubborn = `trap '' TERM
bash -c 'trap "" TERM; echo $$ > "$DIR/grandchild"; while :; do sleep 60; done' &
echo $$ > "$DIR/child"
while :; do sleep 60; done`
	b := newBench(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the user said so")
	var pids []string
	go func() {
		pids = []string{b.await(t, "child"), b.await(t, "grandchild")}
		cancel(why)
	}()
	_, err := b.run(ctx, stubborn)
	if !errors.Is(err, why) {
		t.Errorf("got %v, want the cause", err)
	}
	for _, pid := range pids {
		if alive(t, pid) {
			t.Errorf("process %s lives", pid)
		}
	}
}

func TestATermIsHeard(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		b.await(t, "ready")
		cancel()
	}()
	_, err := b.run(ctx, `trap 'echo tidied up; exit 0' TERM; echo > "$DIR/ready"; while :; do sleep 0.01; done`)
	if !errors.Is(err, context.Canceled) || b.stdout.String() != "tidied up\n" {
		t.Errorf("got %v and %q", err, &b.stdout)
	}
}

func TestWhatAProcessLeavesBehindIsDead(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	_, err := b.run(t.Context(), `(echo $BASHPID > "$DIR/left"; exec sleep 60) & while [ ! -s "$DIR/left" ]; do sleep 0.01; done`)
	if err != nil {
		t.Fatal(err)
	}
	if pid := b.await(t, "left"); alive(t, pid) {
		t.Errorf("process %s outlived its attempt", pid)
	}
}

func TestWhoeverLeavesTheGroupHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	begun := time.Now()
	_, err := b.run(t.Context(), `setsid bash -c 'echo $$ > "$DIR/left"; sleep 60' & while [ ! -s "$DIR/left" ]; do sleep 0.01; done; echo done`)
	if err != nil || b.stdout.String() != "done\n" || time.Since(begun) > 20*time.Second {
		t.Errorf("got %v, %q after %v", err, &b.stdout, time.Since(begun))
	}
	pid, err := strconv.Atoi(b.await(t, "left"))
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Kill(-pid, unix.SIGKILL); err != nil {
		t.Error(err)
	}
}

// hostVariable makes the test binary a node that runs one script.
const hostVariable = "WEFT_TEST_HOST"

func TestMain(m *testing.M) {
	if dir := os.Getenv(hostVariable); dir != "" {
		b := &bench{dir: dir, dog: &watchdog{}}
		_, err := b.run(context.Background(), `trap '' TERM
bash -c 'trap "" TERM HUP; echo $$ > "$DIR/grandchild"; while :; do sleep 60; done' &
echo $$ > "$DIR/child"; wait`)
		if err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestProcessesDieWithTheirNode(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	node := exec.CommandContext(t.Context(), exe)
	node.Env = append(os.Environ(), hostVariable+"="+b.dir)
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	pids := []string{b.await(t, "child"), b.await(t, "grandchild")}
	if err := node.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := node.Wait(); err == nil {
		t.Error("the node was not killed")
	}
	for _, pid := range pids {
		for begun := time.Now(); alive(t, pid); {
			if time.Since(begun) > patience {
				t.Fatalf("process %s outlived its node", pid)
			}
			time.Sleep(time.Millisecond) // the kernel kills it, and tells nobody
		}
	}
}
