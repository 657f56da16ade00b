package main

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal/postgres/pgtest"
	"example.org/weft/server/api"
)

// weft returns the program with the given arguments, ready to start.
func weft(ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, "weft", args...)
}

// serve starts a server process on the folder.
func serve(t *testing.T, dir string, more ...string) (*exec.Cmd, *client) {
	t.Helper()
	return started(t, weft(t.Context(), append(serveArgs(dir), more...)...))
}

// serveWith is serve with more in the server's environment.
func serveWith(t *testing.T, dir string, env ...string) (*exec.Cmd, *client) {
	t.Helper()
	cmd := weft(t.Context(), serveArgs(dir)...)
	cmd.Env = append(os.Environ(), env...)
	return started(t, cmd)
}

func serveArgs(dir string) []string {
	return []string{"serve", "--data", dir, "--listen", "127.0.0.1:0", "--nodes", "2"}
}

// started starts a server, and returns it with a client once it says where it
// listens.
func started(t *testing.T, cmd *exec.Cmd) (*exec.Cmd, *client) {
	t.Helper()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if base, ok := strings.CutPrefix(lines.Text(), "weft serves at "); ok {
			go func() {
				for lines.Scan() {
				}
			}()
			return cmd, newClient(base, "")
		}
		t.Log(lines.Text())
	}
	t.Fatal("the server did not start")
	return nil, nil
}

// relay is a workflow whose functions each leave a line with the witness, last
// of all that they do.
const relay = `
version: 1
name: relay
inputs: { witness: { type: string } }
functions:
  link:
    inputs: { before: { type: "file?" }, n: { type: int }, witness: { type: string } }
    outputs: { file: { type: file } }
    run: |
      before="${{ inputs.before }}"
      { if [ -n "$before" ]; then cat "$before"; fi; echo "${{ inputs.n }}"; } > "${{ outputs.file }}"
      sleep 0.05
      echo "$WEFT_TASK" >> "${{ inputs.witness }}"
steps:
  chain:
    uses: link
    foreach: { in: "${{ range(12) }}", as: n, index: i }
    with:
      n: "${{ n }}"
      witness: "${{ inputs.witness }}"
      before: "${{ i == 0 ? null : steps.chain.outputs[i - 1].file }}"
outputs:
  files: "${{ steps.chain.outputs.map(r, r.file) }}"
`

func TestAKilledServerLosesNothingAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	// Fewer kills than MaxLost: on a slow machine all may meet the same task.
	const runs, killsPerRun = 5, executor.MaxLost - 1
	for n := range runs {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			killRelay(t, killsPerRun, time.Duration(60+37*n)*time.Millisecond)
		})
	}
}

func killRelay(t *testing.T, kills int, pause time.Duration) {
	t.Helper()
	dir, witness := t.TempDir(), filepath.Join(t.TempDir(), "witness")
	cmd, c := serve(t, dir)
	id := submitRelay(t, c, witness)
	done := make(map[executor.TaskID]int) // journaled tasks, and how often the witness saw them then
	for range kills {
		time.Sleep(pause) // a kill comes at any moment: there is nothing to wait for
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		cmd, c = serve(t, dir)
		for _, task := range succeeded(t, c, id) {
			if _, ok := done[task]; !ok {
				done[task] = seen(t, witness, task)
			}
		}
	}
	if err := c.watch(t.Context(), id, func(api.State) {}); err != nil {
		t.Fatal(err)
	}
	for _, task := range slices.Sorted(maps.Keys(done)) {
		if n := seen(t, witness, task); n != done[task] || n == 0 {
			t.Errorf("%s was journaled when the witness had seen it %d times, and ran again: %d", task, done[task], n)
		}
	}
	checkRelay(t, c, id)
	stop(t, cmd)
}

func submitRelay(t *testing.T, c *client, witness string) executor.RunID {
	t.Helper()
	return submitText(t, c, "relay", relay, map[string]any{"witness": witness})
}

// succeeded returns the tasks whose success is in the journal.
func succeeded(t *testing.T, c *client, id executor.RunID) []executor.TaskID {
	t.Helper()
	var page api.TaskPage
	if err := c.call(t.Context(), request{method: http.MethodGet, path: runPath(id) + "/tasks"}, nil, &page); err != nil {
		t.Fatal(err)
	}
	var tasks []executor.TaskID
	for _, task := range page.Tasks {
		if task.State == executor.TaskSucceeded {
			tasks = append(tasks, task.Task)
		}
	}
	return tasks
}

func seen(t *testing.T, witness string, task executor.TaskID) int {
	t.Helper()
	text, err := os.ReadFile(witness)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.Count("\n"+string(text), "\n"+string(task)+"\n")
}

// checkRelay compares every output with what an undisturbed run gives.
func checkRelay(t *testing.T, c *client, id executor.RunID) {
	t.Helper()
	run := new(api.Run)
	if err := c.call(t.Context(), request{method: http.MethodGet, path: runPath(id)}, nil, run); err != nil {
		t.Fatal(err)
	}
	r, err := c.result(t.Context(), run, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	files, ok := r.Outputs["files"].([]any)
	if !ok || len(files) != 12 || r.Status != executor.StatusSucceeded {
		t.Fatalf("got %s %s with outputs %v", r.Status, r.Error, r.Outputs)
	}
	want := ""
	for i, f := range files {
		want += fmt.Sprintln(i)
		file, ok := f.(outFile)
		if !ok {
			t.Fatalf("output %d is %v", i, f)
		}
		if text, err := os.ReadFile(file.Path); err != nil || string(text) != want {
			t.Errorf("file %d is %q, %v; want %q", i, text, err, want)
		}
	}
}

func TestARunOnPostgresIsTheSame(t *testing.T) {
	t.Parallel()
	cmd, c := serve(t, t.TempDir(), "--database", pgtest.URL(t))
	id := submitRelay(t, c, filepath.Join(t.TempDir(), "witness"))
	if err := c.watch(t.Context(), id, func(api.State) {}); err != nil {
		t.Fatal(err)
	}
	checkRelay(t, c, id)
	stop(t, cmd)
}

func TestADatabaseThatCannotBeReachedIsAnError(t *testing.T) {
	t.Parallel()
	out, err := weft(t.Context(), "serve", "--data", t.TempDir(),
		"--database", "postgres://127.0.0.1:1/none?connect_timeout=2").CombinedOutput()
	if err == nil || strings.Contains(string(out), "serves at") {
		t.Errorf("it serves all the same: %s", out)
	}
}
