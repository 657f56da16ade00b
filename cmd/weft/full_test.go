package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.org/weft/executor"
	"example.org/weft/object/store/space"
	"example.org/weft/object/store/space/spacetest"
	"example.org/weft/server/api"
)

// greedy is a workflow whose function writes more than the disk has.
const greedy = `
version: 1
name: greedy
steps:
  fill:
    retry: { max_retries: 1, interval: 10ms }
    run: head -c 60000000 /dev/zero > "${{ outputs.f }}"
    outputs: { f: { type: file } }
`

// stubborn is one whose function stays when the disk is full.
const stubborn = `
version: 1
name: stubborn
steps:
  fill:
    run: |
      head -c 60000000 /dev/zero > rest || true
      sleep 1000
`

// patient is one whose function waits for a gate, leaves a line with a witness,
// and is followed by another.
const patient = `
version: 1
name: patient
inputs: { gate: { type: string }, witness: { type: string } }
functions:
  await:
    inputs: { gate: { type: string }, witness: { type: string } }
    run: |
      touch "${{ inputs.witness }}"
      while [ ! -e "${{ inputs.gate }}" ]; do sleep 0.02; done
      echo once >> "${{ inputs.witness }}"
steps:
  first: { uses: await, with: { gate: "${{ inputs.gate }}", witness: "${{ inputs.witness }}" } }
  second: { run: "true", needs: [first] }
`

// ticker is a workflow that gives the journal facts for ever, and has no
// function that would need a disk.
const ticker = `
version: 1
name: ticker
steps:
  tick:
    foreach: { in: "${{ range(100000) }}", max_parallel: 1 }
    wait: { for: 1ms }
`

// fillDisk leaves no room on the file system of dir; the returned function
// gives it back.
func fillDisk(t *testing.T, dir string) (free func()) {
	t.Helper()
	name := filepath.Join(dir, "filler")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	for block := bytes.Repeat([]byte{1}, 4<<10); err == nil; {
		_, err = f.Write(block)
	}
	if !space.IsFull(err) || f.Close() != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(name); err != nil {
			t.Error(err)
		}
	}
}

// runFile runs a workflow to its end and returns the exit code and what it
// printed.
func runFile(t *testing.T, dir, source string) (code int, printed string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "w.yaml")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := weft(t.Context(), "run", file, "--data", dir).CombinedOutput()
	return exitCode(err), string(out)
}

func TestARunThatFillsTheDiskFailsAndSaysWhy(t *testing.T) {
	t.Parallel()
	dir := spacetest.Mount(t, 40)
	code, printed := runFile(t, dir, greedy)
	for _, want := range []string{
		"task     fill, attempt 2", "cause    disk_full: exit code 1: there was no room on the disk: the file system of " + dir,
	} {
		if code != exitFailed || !strings.Contains(printed, want) {
			t.Errorf("exit code %d, want %d with %q:\n%s", code, exitFailed, want, printed)
		}
	}
	if code, printed := runFile(t, dir, small); code != exitOK {
		t.Errorf("the next run ends with %d:\n%s", code, printed)
	}
}

func TestARunOnAFullDiskCanBePaused(t *testing.T) {
	t.Parallel()
	dir := spacetest.Mount(t, 40)
	file := filepath.Join(t.TempDir(), "w.yaml")
	if err := os.WriteFile(file, []byte(stubborn), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := weft(t.Context(), "run", file, "--data", dir)
	var printed bytes.Buffer
	cmd.Stderr = &printed
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, "the disk is full", func() bool {
		s, err := space.Of(dir)
		return err == nil && s.Full()
	})
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code := exitCode(cmd.Wait()); code != exitInterrupted || !strings.Contains(printed.String(), "paused; nothing that has succeeded is lost") {
		t.Errorf("exit code %d, want %d and that it is paused:\n%s", code, exitInterrupted, &printed)
	}
}

func TestAServerOnAFullDiskHoldsItsRunsAndGoesOnByItself(t *testing.T) {
	t.Parallel()
	dir, aside := spacetest.Mount(t, 40), t.TempDir()
	witness, gate, log := filepath.Join(aside, "witness"), filepath.Join(aside, "gate"), filepath.Join(aside, "log")
	cmd, c := serveLogged(t, dir, log)
	id := startOf(t, c, patient, "gate="+gate, "witness="+witness)
	wait(t, "the function runs", func() bool { return exists(witness) })

	startOf(t, c, ticker)
	free := fillDisk(t, dir)
	exhaust(t, c)
	wait(t, "runs are held", func() bool { return seenIn(t, log, "runs are held") > 0 })
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wait(t, "the function has ended", func() bool { return seen(t, witness, "once") == 1 })
	if done := succeeded(t, c, id); len(done) > 0 {
		t.Errorf("held, the success of %v is in the journal", done)
	}
	free()
	if run := endOf(t, c, id); run.Status != executor.StatusSucceeded {
		t.Errorf("it ended as %s: %s", run.Status, run.Error)
	}
	if n := seen(t, witness, "once"); n != 1 {
		t.Errorf("the function ran %d times", n)
	}
	stop(t, cmd)
	for _, said := range []string{"runs are held", "runs go on"} {
		if n := seenIn(t, log, said); n != 1 {
			t.Errorf("the log says %d times that %s", n, said)
		}
	}
}

// serveLogged is serve with what the server says in a file.
func serveLogged(t *testing.T, dir, log string) (*exec.Cmd, *client) {
	t.Helper()
	cmd := weft(t.Context(), serveArgs(dir)...)
	f, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cmd.Stderr = f
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	const serves = "weft serves at "
	wait(t, "it serves", func() bool { return seenIn(t, log, serves) > 0 })
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), serves)
	base, _, _ := strings.Cut(rest, "\n")
	return cmd, newClient(base, "")
}

// seenIn returns how often a file says something.
func seenIn(t *testing.T, file, what string) int {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(text), what)
}

// exhaust uses up the room that the journal keeps for itself, until the server
// answers that there is none, and which disk is full.
func exhaust(t *testing.T, c *client) {
	t.Helper()
	size := 200_000
	for n := range 10_000 {
		source := strings.Replace(small, "name: small", fmt.Sprint("name: w", n), 1) + "# " + strings.Repeat("x", size)
		err := c.call(context.WithoutCancel(t.Context()), request{
			method: http.MethodPost, path: "/workflows",
			header: http.Header{"Content-Type": {"application/yaml"}}, body: strings.NewReader(source),
		}, nil, nil)
		if err == nil {
			continue
		}
		var problem *api.Problem
		if !errors.As(err, &problem) || problem.Status != http.StatusServiceUnavailable ||
			!strings.Contains(problem.Detail, "the journal cannot be written: the file system of ") {
			t.Fatalf("a full journal answers %v", err)
		}
		if size == 0 {
			return
		}
		size /= 4 // there may be room for less
	}
	t.Error("the journal never fills")
}

func TestAStartOnAFullDiskLooksAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	dir := spacetest.Mount(t, 40)
	if code, printed := runFile(t, dir, small); code != exitOK {
		t.Fatalf("exit code %d:\n%s", code, printed)
	}
	free := fillDisk(t, dir)
	if out, err := weft(t.Context(), "runs", "list", "--data", dir).CombinedOutput(); err != nil || !strings.Contains(string(out), "succeeded") {
		t.Errorf("weft runs list: %v\n%s", err, out)
	}
	fresh := filepath.Join(dir, "fresh")
	if code, printed := runFile(t, fresh, small); code != exitFailed || !strings.Contains(printed, " has 0 B of 42 MB left; free some") ||
		strings.Count(printed, "\n") != 1 {
		t.Errorf("a first start ends with %d, want %d and one line:\n%s", code, exitFailed, printed)
	}
	free()
	for _, dir := range []string{dir, fresh} {
		if code, printed := runFile(t, dir, small); code != exitOK {
			t.Errorf("with room, exit code %d:\n%s", code, printed)
		}
	}
}

// wait waits for what nobody tells.
func wait(t *testing.T, what string, holds func() bool) {
	t.Helper()
	const patience, pause = time.Minute, 5 * time.Millisecond
	for until := time.Now().Add(patience); !holds(); time.Sleep(pause) {
		if time.Now().After(until) {
			t.Fatalf("in vain: %s", what)
		}
	}
}
