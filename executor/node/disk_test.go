package node

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/weft/executor"
	"example.org/weft/object/store/space"
	"example.org/weft/object/store/space/spacetest"
)

const greedy = `
  fill:
    run: head -c 60000000 /dev/zero > "${{ outputs.f }}"
    outputs: { f: { type: file } }
  tidy: # as programs do that remove what they could not finish
    run: head -c 60000000 /dev/zero > part || { rm part; exit 3; }
  partly:
    run: |
      head -c 8000000 /dev/zero > "${{ outputs.a }}"
      head -c 60000000 /dev/zero > rest || true
    outputs: { a: { type: file }, b: { type: file, path: missing } }
  print:
    run: |
      head -c 60000000 /dev/zero > rest 2>&- || true
      echo hello
      rm rest
  small:
    run: echo hello > "${{ outputs.f }}"
    outputs: { f: { type: file } }
`

// newSmallLab is a lab whose node has a disk of 24 MB.
func newSmallLab(t *testing.T) *lab {
	t.Helper()
	return newLab(t, Config{Dir: spacetest.Mount(t, 24), CPU: 1}, greedy)
}

func TestAFunctionThatFillsTheDiskFailsAndGivesItBack(t *testing.T) {
	t.Parallel()
	for _, function := range []string{"fill", "tidy", "partly"} {
		t.Run(function, func(t *testing.T) {
			t.Parallel()
			l := newSmallLab(t)
			before, err := space.Of(l.dir)
			if err != nil {
				t.Fatal(err)
			}
			f := l.fail(t, function, nil)
			want := "there was no room on the disk: the file system of " + l.dir
			if f.Cause != executor.CauseDiskFull || !strings.Contains(f.Message, want) || f.Where.Dir != "" {
				t.Errorf("cause %s, message %q, folder %q; want %s, %q and no folder", f.Cause, f.Message, f.Where.Dir, executor.CauseDiskFull, want)
			}
			l.succeed(t, "small", nil)
			const logs = 1 << 20
			if after, err := space.Of(l.dir); err != nil || before.Free-after.Free > logs {
				t.Errorf("%d bytes were free, now %d, %v", before.Free, after.Free, err)
			}
		})
	}
}

func TestAFullDiskDoesNotEndAFunctionThatPrints(t *testing.T) {
	t.Parallel()
	l := newSmallLab(t)
	inv := l.invocation(t, "print", nil)
	if f := last(t, l.invoke(inv)); executor.KindOf(f) != "succeeded" {
		t.Fatal(show(f))
	}
	log, err := l.Logs(inv.Attempt, Stdout)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if text, err := io.ReadAll(log); err != nil || string(text) != "hello\n" {
		t.Errorf("it printed %q, %v", text, err)
	}
}

func TestAttemptsWaitForRoomOnTheDisk(t *testing.T) {
	t.Parallel()
	l := newSmallLab(t)
	filler := filepath.Join(l.dir, "filler")
	if err := os.WriteFile(filler, bytes.Repeat([]byte{1}, 21<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	facts := l.invoke(l.invocation(t, "small", nil))
	if s := l.Status(); len(s.Queued) != 1 || s.Queued[0].WaitsFor != "room on the disk of n1" {
		t.Fatalf("queued: %+v", s.Queued)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	select {
	case f := <-facts:
		if executor.KindOf(f) != "succeeded" {
			t.Error(show(f))
		}
	case <-time.After(time.Minute):
		t.Error("it waits although there is room")
	}
}
