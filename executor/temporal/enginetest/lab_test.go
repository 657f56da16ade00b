package enginetest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A lab is hosts on rate-limited links, made by lab/lab.
type lab struct {
	t   *testing.T
	env []string
}

// newLab brings up hosts until the test is over.
func newLab(t *testing.T, hosts string) *lab {
	t.Helper()
	const probe = "weft-lab-probe"
	if err := exec.CommandContext(t.Context(), "ip", "netns", "add", probe).Run(); err != nil {
		t.Skipf("no network namespaces here (root and iproute2 are needed): %v", err)
	}
	if err := exec.CommandContext(t.Context(), "ip", "netns", "del", probe).Run(); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "weft-lab-") // not t.TempDir, which Postgres' user cannot enter
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{t: t, env: append(os.Environ(), "LAB="+dir)}
	t.Cleanup(func() {
		down := exec.Command("../../../lab/lab", "down") //nolint:noctx // also when the test is over
		down.Env = l.env
		if out, err := down.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	l.do("up", hosts, "200mbit")
	return l
}

func (l *lab) do(args ...string) string {
	l.t.Helper()
	cmd := exec.CommandContext(l.t.Context(), "../../../lab/lab", args...)
	cmd.Env = l.env
	out, err := cmd.Output()
	if err != nil {
		l.t.Fatalf("lab %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// received is the bytes that the nodes' interfaces have received.
func (l *lab) received() (sum int64) {
	l.t.Helper()
	for line := range strings.Lines(l.do("bytes")) {
		var host string
		var in, out int64
		if _, err := fmt.Sscan(line, &host, &in, &out); err != nil {
			l.t.Fatalf("%q: %v", line, err)
		}
		sum += in
	}
	return sum
}

// moved runs a workflow and returns the bytes that moved, by Weft's ledger and
// by the kernel.
func (l *lab) moved(file, mode string) (ledger, counted int64) {
	l.t.Helper()
	before := l.received()
	var result struct {
		Status string `json:"status"`
		Moved  int64  `json:"moved_bytes"`
	}
	out := l.do("weft", "submit", "../../../lab/testdata/"+file, "--wait", "--placement", mode, "-o", "json")
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		l.t.Fatal(err)
	}
	if result.Status != "succeeded" {
		l.t.Fatalf("the run %s", result.Status)
	}
	return result.Moved, l.received() - before
}

// TestTheLedgerIsWhatTheKernelCounts runs a chain of ten 50 MB steps over real
// links. The headers of packets are about a thirtieth of small ones and less of
// full ones.
func TestTheLedgerIsWhatTheKernelCounts(t *testing.T) {
	l := newLab(t, "2")
	if ledger, counted := l.moved("chain.yaml", "data"); ledger != 0 || counted > 1e6 {
		t.Errorf("placed by data, %d bytes moved by the ledger and %d by the kernel; want none", ledger, counted)
	}
	ledger, counted := l.moved("chain.yaml", "round-robin")
	if ledger < 4e8 || counted < ledger || float64(counted) > 1.02*float64(ledger)+1e6 {
		t.Errorf("placed in turn, %d bytes moved by the ledger and %d by the kernel", ledger, counted)
	}
}
