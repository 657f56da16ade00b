package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

// brittle fails at one of its items, in a way that the input says, until a file
// is there.
const brittle = `
version: 1
name: NAME
inputs: { end: { type: string }, mended: { type: string } }
functions:
  step:
    inputs: { n: { type: int }, end: { type: string }, mended: { type: string } }
    outputs: { made: { type: file } }
    retry: { max_retries: 1, interval: 10ms }
    run: |
      echo "step ${{ inputs.n }}" > "${{ outputs.made }}"
      if [ "${{ inputs.n }}" -ne 1 ] || [ -e "${{ inputs.mended }}" ]; then exit 0; fi
      echo "reading the second part" | tee notes.txt >&2
      echo "row 17: expected 12 columns" >&2
      if [ "${{ inputs.end }}" = crash ]; then kill -SEGV $$; fi
      exit 3
steps:
  step:
    uses: step
    foreach: { in: "${{ range(3) }}", as: n }
    with: { n: "${{ n }}", end: "${{ inputs.end }}", mended: "${{ inputs.mended }}" }
outputs:
  made: "${{ steps.step.outputs.map(s, s.made) }}"
`

// fail runs brittle to its end, and returns it with the file that mends it.
func fail(t *testing.T, c *client, name, how string) (run *api.Run, mended string) {
	t.Helper()
	mended = filepath.Join(t.TempDir(), "mended")
	id := submitText(t, c, name, strings.Replace(brittle, "NAME", name, 1), map[string]any{"end": how, "mended": mended})
	if err := c.watch(t.Context(), id, func(api.State) {}); err != nil {
		t.Fatal(err)
	}
	return getRun(t, c, id), mended
}

func getRun(t *testing.T, c *client, id executor.RunID) *api.Run {
	t.Helper()
	run := new(api.Run)
	if err := c.call(t.Context(), request{method: http.MethodGet, path: runPath(id)}, nil, run); err != nil {
		t.Fatal(err)
	}
	return run
}

func testFailedRun(t *testing.T, browser context.Context, c *client) {
	for _, how := range []string{"exit", "crash"} {
		run, _ := fail(t, c, "brittle-"+how, how)
		f := run.Failure
		if f == nil || f.Dir == "" || len(f.Next) < 3 || (how == "crash") != (f.Signal != "") {
			t.Fatalf("run %+v has failure %+v", run, f)
		}
		ended := map[string]string{"exit": "exit code 3", "crash": "signal " + f.Signal}[how]
		if _, err := os.Stat(filepath.Join(f.Dir, "notes.txt")); err != nil {
			t.Errorf("the kept folder does not have what the function wrote: %v", err)
		}
		p := openTab(t, browser)
		p.open(c.base + "/runs/" + string(run.ID))
		everything := append([]string{
			"step[1]", "attempt 2", "node " + string(f.Node), ended,
			"row 17: expected 12 columns", "kept folder " + f.Dir,
		}, f.Next...)
		p.shows(".run-main .failure", everything...)
		p.shows("h1 .badge", "failed")
		p.shows("[data-step=step]", "2 of 3 · 1 failed")
		p.click("document.querySelector('.failure h2 button')")
		p.shows(".panel .failure", everything...)
		p.shows(".panel .attempts", "#1 failed", "#2 failed")
		p.shows(".panel .log", "reading the second part")
		p.shows(".panel .why", string(f.Node))
		p.do(chromedp.EmulateViewport(360, 720))
		if wide := evaluate[int](p, "document.documentElement.scrollWidth"); wide > 360 {
			t.Errorf("in a window of 360 pixels the page is %d wide", wide)
		}
		p.open(c.base + "/runs?status=failed")
		p.shows("table.runs tr", run.Error)
	}
}

func testActions(t *testing.T, browser context.Context, c *client) {
	gates := t.TempDir()
	id := submitText(t, c, "loom", loom, map[string]any{"gates": gates})
	p := openTab(t, browser)
	p.open(c.base + "/runs/" + string(id))
	p.shows("[data-step=weave]", "running")
	p.click(withText(".actions button", "Pause"))
	p.shows("h1 .badge", "paused")
	p.click(withText(".actions button", "Resume"))
	p.shows("h1 .badge", "running")
	evaluate[any](p, "void (window.confirm = () => true)")
	p.click(withText(".actions button", "Cancel"))
	p.shows("h1 .badge", "cancelled")

	run, mended := fail(t, c, "mended", "exit")
	p.open(c.base + "/runs/" + string(run.ID))
	p.shows(".live", "complete")
	p.click(withText(".actions button", "Redrive…"))
	p.shows("dialog[open] li", "step 1 task")
	p.shows("dialog[open]", "The results of 2 tasks are used again")
	if err := os.WriteFile(mended, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p.click(withText("dialog button", "Redrive"))
	p.shows("h1 .badge", "succeeded")
	p.until("document.querySelector('.failure, dialog[open]') === null")
	p.shows("[data-step=step]", "3 of 3")
}

func testDeepLink(t *testing.T, browser context.Context, c *client) {
	run, _ := fail(t, c, "linked", "exit")
	p := openTab(t, browser)
	p.open(c.base + "/runs/" + string(run.ID))
	p.click(withText("table.tasks button", "step[2]"))
	p.click(withText("[role=tab]", "Ledger"))
	p.shows(".panel h2", "step[2]")
	address := evaluate[string](p, "location.href")
	for _, part := range []string{"task=" + url.QueryEscape("step[2]"), "tab=ledger"} {
		if !strings.Contains(address, part) {
			t.Errorf("the address %s has no %s", address, part)
		}
	}
	evaluate[any](p, "history.back()")
	p.shows("[role=tab][aria-selected=true]", "Tasks")
	p.open("about:blank")
	p.open(address)
	p.shows(".panel h2", "step[2]")
	p.shows("[role=tab][aria-selected=true]", "Ledger")
	p.shows(".ledger", "inputs")
}

func testManyTasks(t *testing.T, browser context.Context, c *client) {
	const tasks, most = 10_000, 1200
	id := submitText(t, c, "many", fmt.Sprintf(`
version: 1
name: many
steps:
  item: { builtin: noop, foreach: { in: "${{ range(%d) }}", as: n }, with: { n: "${{ n }}" } }
`, tasks), nil)
	p := openTab(t, browser)
	p.open(c.base + "/runs/" + string(id))
	p.shows("h1 .badge", "succeeded")
	p.shows("[data-step=item]", "10,000 of 10,000")
	p.shows(".tasks button", "item[0]")
	bounded := func() {
		t.Helper()
		if n := evaluate[int](p, "document.getElementsByTagName('*').length"); n > most {
			t.Errorf("the page has %d elements", n)
		}
	}
	bounded()
	evaluate[any](p, "void (document.querySelector('.scroll.tall').scrollTop = 1e9)")
	p.shows(".tasks button", fmt.Sprintf("item[%d]", tasks-1))
	bounded()
	p.click(withText("[role=tab]", "Timeline"))
	p.shows(".timeline", "item")
	bounded()
}
