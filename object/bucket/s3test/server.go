// Package s3test starts a real server that speaks the protocol of S3, for tests
// and demonstrations on one machine.
package s3test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// The credentials that every server takes.
const (
	AccessKey = "weft-test"
	SecretKey = "weft-test-secret"
)

const (
	program = "versitygw"
	bucket  = "weft"
	region  = "us-east-1"
)

// ErrAbsent says that the server's program is not installed.
var ErrAbsent = errors.New(program + " is not installed")

// Find returns the program: in one of the folders given or, failing that, in
// PATH.
func Find(folders ...string) (string, error) {
	for _, dir := range folders {
		if dir == "" {
			continue
		}
		path := filepath.Join(dir, program)
		if fi, err := os.Stat(path); err == nil && fi.Mode().IsRegular() {
			return path, nil
		}
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return "", fmt.Errorf("%w: looked in %q and PATH", ErrAbsent, folders)
	}
	return path, nil
}

// A Server is a running server with one empty bucket.
type Server struct {
	endpoint string
	cmd      *exec.Cmd
	ended    chan struct{} // closed when the process is reaped
}

// Start runs the program on a free port of the loopback address, with the
// bucket in dir. It dies with this process. The caller stops it.
func Start(ctx context.Context, path, dir string, output io.Writer) (*Server, error) {
	if err := os.MkdirAll(filepath.Join(dir, bucket), 0o755); err != nil {
		return nil, fmt.Errorf("cannot make the bucket: %w", err)
	}
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(path, "--port", addr, "--access", AccessKey, "--secret", SecretKey, //nolint:noctx // it outlives ctx
		"--region", region, "--quiet", "posix", dir)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("cannot start %s: %w", path, err)
	}
	s := &Server{endpoint: "http://" + addr, cmd: cmd, ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		_ = cmd.Wait()
	}()
	if err := s.await(ctx, addr); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func freeAddr(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("cannot find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// await returns when the server takes connections.
func (s *Server) await(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-s.ended:
			return fmt.Errorf("%s ended before it took connections", program)
		case <-ctx.Done():
			return fmt.Errorf("%s takes no connections: %w", program, err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// URL is the address of the bucket, for bucket.Open. Its objects stand under
// the prefix, which is empty or ends with a slash.
func (s *Server) URL(prefix string) string {
	query := url.Values{"endpoint": {s.endpoint}, "region": {region}, "use_path_style": {"true"}}
	if prefix != "" {
		query.Set("prefix", prefix)
	}
	return "s3://" + bucket + "?" + query.Encode()
}

// Env is what the environment of a process needs to use the bucket.
func Env() []string {
	return []string{"AWS_ACCESS_KEY_ID=" + AccessKey, "AWS_SECRET_ACCESS_KEY=" + SecretKey}
}

// Stop ends the server.
func (s *Server) Stop() error {
	err := s.cmd.Process.Kill()
	<-s.ended
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}

// New starts a server for a test, or skips it by name where there is none. The
// program is looked for in $WEFT_TOOLS, .tools/bin above the test's folder, and
// PATH. The process must have Env in its environment.
func New(tb testing.TB) *Server {
	tb.Helper()
	folders := []string{os.Getenv("WEFT_TOOLS")} //nolint:forbidigo // where the tests find their tools
	for _, up := range []string{".", "..", "../..", "../../.."} {
		folders = append(folders, filepath.Join(up, ".tools/bin"))
	}
	path, err := Find(folders...)
	if err != nil {
		tb.Skip("no S3 server: ", err)
	}
	s, err := Start(tb.Context(), path, tb.TempDir(), tb.Output())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Stop(); err != nil {
			tb.Error(err)
		}
	})
	return s
}
