package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

func TestDashboard(t *testing.T) {
	t.Parallel()
	browser := openBrowser(t)
	dir := t.TempDir()
	cmd, c := serve(t, dir)
	t.Cleanup(func() { end(cmd) })
	tests := map[string]func(*testing.T, context.Context, *client){
		"shows a run finish live, over a restart":  testLiveRun,
		"says everything of a failure":             testFailedRun,
		"pauses, resumes, cancels and redrives":    testActions,
		"comes back to what its address says":      testDeepLink,
		"stays small with 10,000 tasks":            testManyTasks,
		"shows a node as a lane, an attempt a bar": testTimeline,
		"is used by keys":                          testKeys,
		"has no faults that axe finds":             testAccessible,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, browser, c)
		})
	}
}

// loom weaves a row when the file with its number is there, so that a test says
// when the run goes on.
const loom = `
version: 1
name: loom
inputs: { gates: { type: string } }
functions:
  weave:
    inputs: { n: { type: int }, gates: { type: string } }
    outputs: { cloth: { type: file } }
    run: |
      echo "waiting to weave row ${{ inputs.n }}" >&2
      until [ -e "${{ inputs.gates }}/${{ inputs.n }}" ]; do sleep 0.05; done
      echo "row ${{ inputs.n }} is woven" >&2
      head -c 50000 /dev/zero > "${{ outputs.cloth }}"
  sew:
    inputs: { before: { type: "file?" }, cloth: { type: file } }
    outputs: { seam: { type: file } }
    run: |
      before="${{ inputs.before }}"
      { if [ -n "$before" ]; then cat "$before"; fi; cat "${{ inputs.cloth }}"; } > "${{ outputs.seam }}"
steps:
  weave:
    uses: weave
    foreach: { in: "${{ range(6) }}", as: n }
    with: { n: "${{ n }}", gates: "${{ inputs.gates }}" }
  sew:
    uses: sew
    foreach: { in: "${{ steps.weave.outputs }}", as: row, index: i }
    with:
      before: "${{ i == 0 ? null : steps.sew.outputs[i - 1].seam }}"
      cloth: "${{ row.cloth }}"
outputs:
  coat: "${{ steps.sew.outputs[5].seam }}"
`

func testLiveRun(t *testing.T, browser context.Context, _ *client) {
	dir, gates := t.TempDir(), t.TempDir()
	cmd, c := serve(t, dir)
	t.Cleanup(func() { end(cmd) })
	p := openTab(t, browser)
	p.open(c.base + "/runs")
	p.shows("main", "No runs yet")
	evaluate[any](p, `window.stays = true; window.resumedAt = [];
		const plain = window.fetch;
		window.fetch = (url, options) => {
			if (options?.headers?.["last-event-id"]) window.resumedAt.push(options.headers["last-event-id"]);
			return plain(url, options);
		}; void 0`)

	id := submitText(t, c, "loom", loom, map[string]any{"gates": gates})
	p.shows("table.runs tr", "loom", "running", string(id)[:12])
	p.click(fmt.Sprintf("document.querySelector('table.runs a[href=\"/runs/%s\"]')", id))
	p.shows("[data-step=weave]", "0 of 6", "running")
	p.click(withText("table.tasks button", "weave[0]"))
	p.shows(".panel .log", "waiting to weave row 0")

	openGate(t, gates, 0)
	p.shows("[data-step=weave]", "1 of 6")
	p.shows(".panel .log", "row 0 is woven")
	openGate(t, gates, 1)
	p.shows("[data-step=weave]", "2 of 6")

	p.expectOutage(true)
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	p.shows(".live", "reconnecting")
	cmd, c = serve(t, dir, "--listen", strings.TrimPrefix(c.base, "http://"))
	p.shows(".live", "live")
	p.expectOutage(false)
	for n := 2; n < 6; n++ {
		openGate(t, gates, n)
		p.shows("[data-step=weave]", fmt.Sprintf("%d of 6", n+1))
	}
	p.shows("h1 .badge", "succeeded")
	p.shows(".live", "complete")
	p.shows("[data-step=sew]", "6 of 6")

	p.click(withText("[role=tab]", "Ledger"))
	p.shows(".ledger tr", "weave", "sew", "50 kB")
	p.click(withText("[role=tab]", "Inputs and outputs"))
	p.shows(".values", "coat", "300 kB", gates)
	checkDownload(t, c, evaluate[string](p, "document.querySelector('.values a[download]').getAttribute('href')"), 300_000)

	if !evaluate[bool](p, "window.stays === true") {
		t.Error("the page was loaded again on the way")
	}
	if resumed := evaluate[[]string](p, "window.resumedAt"); len(resumed) == 0 {
		t.Error("the event stream came back without Last-Event-ID")
	}
	p.click(withText("nav a", "Runs"))
	p.shows("table.runs tr", "succeeded")
}

// submitText registers a workflow and starts a run of it.
func submitText(t *testing.T, c *client, name, text string, inputs map[string]any) executor.RunID {
	t.Helper()
	yaml := http.Header{"Content-Type": {"application/yaml"}}
	workflow := request{method: http.MethodPost, path: "/workflows", header: yaml, body: strings.NewReader(text)}
	if err := c.call(t.Context(), workflow, nil, new(api.Workflow)); err != nil {
		t.Fatal(err)
	}
	run := new(api.Run)
	start := request{method: http.MethodPost, path: "/workflows/" + name + "/runs"}
	if err := c.call(t.Context(), start, api.NewRun{Inputs: inputs}, run); err != nil {
		t.Fatal(err)
	}
	return run.ID
}

// openGate lets row n of a loom be woven.
func openGate(t *testing.T, gates string, n int) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(gates, fmt.Sprint(n)), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// end stops a server before its folder is removed.
func end(server *exec.Cmd) {
	_ = server.Process.Kill()
	_ = server.Wait()
}

func checkDownload(t *testing.T, c *client, path string, size int64) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodHead, c.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.ContentLength != size {
		t.Errorf("%s answers %s with %d bytes, want %d", path, resp.Status, resp.ContentLength, size)
	}
}
