package workflows_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// weft returns a command of the program, which is built once, with what the
// examples call on its path.
func weft(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Env = append(os.Environ(), "PATH="+binaries+":"+os.Getenv("PATH"))
	return cmd
}

var (
	binaries string // made by TestMain
	program  = sync.OnceValues(func() (string, error) {
		out, err := exec.CommandContext(context.Background(), "go", "build", "-o", binaries+"/",
			"../cmd/weft", "./excamera/cmd/excamera").CombinedOutput()
		if err != nil {
			return "", fmt.Errorf("cannot build the programs: %w\n%s", err, out)
		}
		return filepath.Join(binaries, "weft"), nil
	})
)

func TestMain(m *testing.M) {
	var err error
	if binaries, err = os.MkdirTemp("", "weft"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(binaries)
	os.Exit(code)
}

// serve starts a server on a free port, which ends with the test, and returns
// its address ("host:port").
func serve(t *testing.T) string {
	t.Helper()
	cmd := weft(t, "serve", "--listen", "127.0.0.1:0", "--nodes", "2", "--data", t.TempDir())
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(said)
	address := make(chan string, 1)
	go func() {
		defer close(address)
		for lines.Scan() {
			if at, ok := strings.CutPrefix(lines.Text(), "weft serves at http://"); ok {
				address <- at
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		for range address { // the reader ends with the server
		}
		_ = cmd.Wait()
	})
	at, ok := <-address
	if !ok {
		t.Fatal("the server ended before it served")
	}
	return at
}

// needs skips the test where a program that it runs is missing.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("there is no %s: scripts/need video installs what the examples run", p)
		}
	}
}
