package main

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/server/api"
)

// family is a workflow that runs others: each item a run of three steps, and
// each of these leaves a line with the witness.
const family = `
version: 1
name: family
inputs: { witness: string }
steps:
  each: { workflow: ./member.yaml, foreach: { in: "${{ range(6) }}", as: n }, with: { witness: "${{ inputs.witness }}", n: "${{ n }}" } }
outputs: { all: "${{ steps.each.outputs.map(e, e.n) }}" }
`

const member = `
version: 1
name: member
inputs: { witness: string, n: int }
functions:
  say: { inputs: { witness: string }, run: 'sleep 0.05; echo "$WEFT_RUN/$WEFT_TASK" >> "${{ inputs.witness }}"' }
steps:
  a: { uses: say, with: { witness: "${{ inputs.witness }}" } }
  b: { uses: say, needs: [a], with: { witness: "${{ inputs.witness }}" } }
  c: { uses: say, needs: [b], with: { witness: "${{ inputs.witness }}" } }
outputs: { n: "${{ inputs.n }}" }
`

// The server is killed while children begin, run and end: each item has one
// child, and what a child has in its journal does not run again.
func TestAKilledServerLosesNoChildAndMakesNoSecond(t *testing.T) {
	t.Parallel()
	for n := range 3 {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			killFamily(t, time.Duration(40+61*n)*time.Millisecond)
		})
	}
}

func killFamily(t *testing.T, pause time.Duration) {
	t.Helper()
	dir, witness := t.TempDir(), filepath.Join(t.TempDir(), "witness")
	cmd, c := serve(t, dir)
	id := submitFamily(t, c, witness)
	done := map[executor.TaskID]int{} // journaled tasks of children, and how often the witness saw them then
	for range executor.MaxLost - 1 {
		time.Sleep(pause) // a kill comes at any moment: there is nothing to wait for
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		cmd, c = serve(t, dir)
		for _, child := range children(t, c, id) {
			for _, task := range succeeded(t, c, child.ID) {
				name := executor.TaskID(string(child.ID) + "/" + string(task))
				if _, ok := done[name]; !ok {
					done[name] = seen(t, witness, name)
				}
			}
		}
	}
	if err := c.watch(t.Context(), id, func(api.State) {}); err != nil {
		t.Fatal(err)
	}
	for name, n := range done {
		if now := seen(t, witness, name); now != n || n == 0 {
			t.Errorf("%s was journaled when the witness had seen it %d times, and ran again: %d", name, n, now)
		}
	}
	run := new(api.Run)
	if err := c.call(t.Context(), request{method: http.MethodGet, path: runPath(id)}, nil, run); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(run.Outputs["all"]); run.Status != executor.StatusSucceeded || got != "[0 1 2 3 4 5]" {
		t.Errorf("got %s %s with %s", run.Status, run.Error, got)
	}
	list := children(t, c, id)
	for _, child := range list {
		if child.Status != executor.StatusSucceeded || child.Parent != id {
			t.Errorf("%s of %s is %s", child.ID, child.Parent, child.Status)
		}
	}
	if len(list) != 6 {
		t.Errorf("there are %d children", len(list))
	}
	stop(t, cmd)
}

func submitFamily(t *testing.T, c *client, witness string) executor.RunID {
	t.Helper()
	sources := dsl.Sources{Read: func(string) ([]byte, error) { return []byte(member), nil }}
	p, _, err := sources.Compile("family.yaml", []byte(family))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.put(t.Context(), p, []byte(family), false); err != nil {
		t.Fatal(err)
	}
	run := new(api.Run)
	body := api.NewRun{Inputs: map[string]any{"witness": witness}}
	if err := c.call(t.Context(), request{method: http.MethodPost, path: "/workflows/family/runs"}, body, run); err != nil {
		t.Fatal(err)
	}
	return run.ID
}

// children returns the runs under a run.
func children(t *testing.T, c *client, id executor.RunID) []api.Run {
	t.Helper()
	var page api.RunPage
	err := c.call(t.Context(), request{method: http.MethodGet, path: "/runs", query: url.Values{"parent": {string(id)}}}, nil, &page)
	if err != nil {
		t.Fatal(err)
	}
	return page.Runs
}
