package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/sqlite"
)

// appender is the variable that makes the test binary a process which appends
// to the journal in that directory until it is killed.
const appender = "WEFT_TEST_APPENDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(appender); dir != "" {
		fmt.Fprintln(os.Stderr, appendUntilKilled(context.Background(), dir))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// killRuns is the number of runs that every append of the appender writes to.
const killRuns = 5

func killRun(n int) executor.RunID { return executor.RunID("run_" + strconv.Itoa(n)) }

// appendUntilKilled prints a line with the number of records that each run has
// after each append that was acknowledged.
func appendUntilKilled(ctx context.Context, dir string) error {
	db, err := sqlite.Open(ctx, dir)
	if err != nil {
		return err
	}
	leases, err := db.Acquire(ctx, "child "+strconv.Itoa(os.Getpid()), time.Hour, 2*killRuns)
	if err != nil {
		return err
	}
	if len(leases) != killRuns {
		return fmt.Errorf("got %d leases, want %d: the dead process still has them", len(leases), killRuns)
	}
	before, err := db.Read(ctx, killRun(0), 0, 1<<30)
	if err != nil {
		return err
	}
	for seq := uint64(len(before)) + 1; ; seq++ {
		batches := make([]journal.Batch, len(leases))
		for i, l := range leases {
			fact := executor.NodeLost{Node: executor.NodeID(strings.Repeat("n", int(seq)%700))}
			batches[i] = journal.Batch{Run: l.Run, Epoch: l.Epoch, Records: []executor.Record{{Seq: seq, At: time.Now(), Fact: fact}}}
		}
		if _, err := db.Append(ctx, batches); err != nil {
			return err
		}
		fmt.Println(seq)
	}
}

func TestKilledProcessLosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	for n := range killRuns {
		r := journal.NewRun{ID: killRun(n), Workflow: "w", Version: "v", Created: time.Now()}
		if _, _, err := db.Accept(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for round := range 5 {
		acknowledged := killAppender(t, dir, 20+13*round)
		db := open(t, dir)
		first := count(t, db, killRun(0))
		if first < acknowledged {
			t.Errorf("round %d: %d records are left of %d that were acknowledged", round, first, acknowledged)
		}
		for n := range killRuns {
			if got := count(t, db, killRun(n)); got != first {
				t.Errorf("round %d: run %d has %d records, run 0 has %d: half an append was kept", round, n, got, first)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killAppender lets an appender append that many times and kills it; it returns
// the last number that it printed.
func killAppender(t *testing.T, dir string, appends int) (acknowledged uint64) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), appender+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		if acknowledged, err = strconv.ParseUint(lines.Text(), 10, 64); err != nil {
			t.Fatal(err)
		}
		if n == appends {
			wantLockedBy(t, dir, cmd.Process.Pid)
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.Exited() {
		t.Fatalf("the appender ended by itself: %v", err)
	}
	return acknowledged
}

func wantLockedBy(t *testing.T, dir string, pid int) {
	t.Helper()
	_, err := sqlite.Open(t.Context(), dir)
	var locked *sqlite.LockedError
	if !errors.As(err, &locked) || locked.PID != pid {
		t.Errorf("Open beside process %d = %v, want a LockedError with its id", pid, err)
	}
}

// count returns the number of records of a run, which must have no gap.
func count(t *testing.T, db *sqlite.DB, run executor.RunID) uint64 {
	t.Helper()
	records, err := db.Read(t.Context(), run, 0, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range records {
		if r.Seq != uint64(i)+1 {
			t.Fatalf("record %d of %s has number %d", i+1, run, r.Seq)
		}
	}
	return uint64(len(records))
}
