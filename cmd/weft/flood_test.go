package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/server/api"
)

// flood is a workflow whose functions print a gigabyte and make 100,000 files,
// and then wait for the gate: what the server does meanwhile it does under that
// load.
const flood = `
version: 1
name: flood
inputs: { gate: { type: string } }
functions:
  print:
    resources: { cpu: 0.5 } # so that there is room for another run
    inputs: { gate: { type: string } }
    run: |
      echo "the first line"
      head -c 1000000000 <(yes "a line that nobody will ever read to its end, as there are so many")
      echo "the last line"
      touch "${{ inputs.gate }}/printed"
      while [ ! -e "${{ inputs.gate }}/open" ]; do sleep 0.05; done
  litter:
    resources: { cpu: 0.5 }
    inputs: { gate: { type: string } }
    outputs: { files: { type: "file[]", path: "keep-*" } }
    run: |
      mkdir rest
      seq 80000 | (cd rest && xargs touch)
      seq -f 'keep-%g' 20000 | xargs touch
      while [ ! -e "${{ inputs.gate }}/open" ]; do sleep 0.05; done
steps:
  print: { uses: print, with: { gate: "${{ inputs.gate }}" } }
  litter: { uses: litter, with: { gate: "${{ inputs.gate }}" } }
outputs: { files: "${{ steps.litter.outputs.files }}" }
`

// small is another run, which ends although the flood goes on.
const small = `
version: 1
name: small
steps:
  a: { run: "true", resources: { cpu: 0.5 } }
`

// startOf starts a run of a workflow.
func startOf(t *testing.T, c *client, source string, inputs ...string) executor.RunID {
	t.Helper()
	program, _, err := dsl.Compile("test.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	s := submission{inputs: inputFlags{pairs: inputs}, placement: "data"}
	run, err := s.start(t.Context(), c, program, []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return run.ID
}

// endOf waits for a run to end and returns how it did.
func endOf(t *testing.T, c *client, id executor.RunID) *api.Run {
	t.Helper()
	if err := c.watch(t.Context(), id, func(api.State) {}); err != nil {
		t.Fatal(err)
	}
	return runOf(t, c, id)
}

func runOf(t *testing.T, c *client, id executor.RunID) *api.Run {
	t.Helper()
	run := new(api.Run)
	if err := c.call(t.Context(), request{method: http.MethodGet, path: runPath(id)}, nil, run); err != nil {
		t.Fatal(err)
	}
	return run
}

// logOf returns a part of what a task has printed; a negative offset counts
// from the end.
func logOf(t *testing.T, c *client, id executor.RunID, offset int) api.LogPage {
	t.Helper()
	var page api.LogPage
	get := request{method: http.MethodGet, path: runPath(id) + "/tasks/print/logs", query: url.Values{
		"stream": {"stdout"}, "offset": {strconv.Itoa(offset)}, "limit": {"1048576"},
	}}
	if err := c.call(t.Context(), get, nil, &page); err != nil {
		t.Fatal(err)
	}
	return page
}

func TestAFloodDoesNotHurtTheServer(t *testing.T) {
	t.Parallel()
	dir, gate := t.TempDir(), t.TempDir()
	cmd, c := serve(t, dir)
	before := peakMemory(t, cmd.Process.Pid)
	id := startOf(t, c, flood, "gate="+gate)

	for !exists(filepath.Join(gate, "printed")) {
		if run := endOf(t, c, startOf(t, c, small)); run.Status != executor.StatusSucceeded {
			t.Fatalf("meanwhile another run ended as %s %s", run.Status, run.Error)
		}
		if run := runOf(t, c, id); run.Status.Done() {
			t.Fatalf("it ended before it was to: %s %s", run.Status, run.Error)
		}
	}
	if live := logOf(t, c, id, 0); !strings.HasPrefix(live.Data, "the first line\n") || live.Ended {
		t.Errorf("the live log begins with %.40q", live.Data)
	}
	if err := os.WriteFile(filepath.Join(gate, "open"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	run := endOf(t, c, id)
	if files, ok := run.Outputs["files"]; run.Status != executor.StatusSucceeded || !ok {
		t.Fatalf("it ended as %s %s with files %v", run.Status, run.Error, files)
	}
	checkBounded(t, c, id)
	const most = 256 << 20
	if grown := peakMemory(t, cmd.Process.Pid) - before; grown > most {
		t.Errorf("the server grew by %d MB, at most %d are fair", grown>>20, most>>20)
	} else {
		t.Logf("the server grew by %d MB", grown>>20)
	}
	stop(t, cmd)
	if left, err := filepath.Glob(dir + "/nodes/*/attempts/*/*"); err != nil || len(left) > 0 {
		t.Errorf("working folders are left: %v, %v", left, err)
	}
}

// checkBounded looks at the log of a gigabyte: its beginning, its end, and
// between them how much is left out.
func checkBounded(t *testing.T, c *client, id executor.RunID) {
	t.Helper()
	const kept = 2 << 20
	end := logOf(t, c, id, -1<<10)
	if !strings.HasSuffix(end.Data, "the last line\n") || !end.Ended {
		t.Errorf("the log ends with %q, ended: %v", end.Data[max(0, len(end.Data)-40):], end.Ended)
	}
	if end.Next > kept+100 {
		t.Errorf("the log has %d bytes, at most %d and a note are fair", end.Next, kept)
	}
	note := fmt.Sprintf("\n[weft: %d bytes left out]\n", len("the first line\n")+1_000_000_000+len("the last line\n")-kept)
	if page := logOf(t, c, id, 1<<20-10); !strings.Contains(page.Data[:100], note) {
		t.Errorf("the log does not say %q but %q", note, page.Data[:100])
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// peakMemory returns the most memory that a process has had, in bytes.
func peakMemory(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(status), "VmHWM:")
	var kib int64
	if _, err := fmt.Sscan(rest, &kib); err != nil || !ok {
		t.Fatalf("cannot read the memory of process %d: %v", pid, err)
	}
	return kib << 10
}
