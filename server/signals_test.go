package server

import (
	"net/http"
	"strings"
	"testing"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

const signalled = `version: 1
name: signalled
steps:
  a: { wait: { signal: go, timeout: 1h }, outputs: { n: int, f: "file?" } }
  each: { foreach: { in: [1, 2] }, wait: { signal: item } }
  publish: { wait: { approval: "Publish ${{ steps.a.outputs.n }}?" } }
outputs:
  n: "${{ steps.a.outputs.n }}"
  by: "${{ steps.publish.outputs.by }}"
`

// startSignalled starts a run of the workflow signalled.
func (b *bench) startSignalled() *player {
	b.t.Helper()
	b.want(http.StatusOK, nil, http.MethodPost, "/api/v1/workflows", signalled)
	var run api.Run
	b.want(http.StatusCreated, &run, http.MethodPost, "/api/v1/workflows/signalled/runs", "{}", jsonBody)
	return b.play(run.ID)
}

// fold folds the inbox into the run, as its owner does.
func (p *player) fold() {
	p.b.t.Helper()
	messages, err := p.b.db.Inbox(p.b.t.Context(), "test")
	if err != nil {
		p.b.t.Fatal(err)
	}
	for _, m := range messages {
		if !p.seen[m.ID] {
			p.seen[m.ID] = true
			p.say(m.Fact)
		}
	}
}

func TestSignalsReachTheirStep(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.startSignalled()
	path := "/api/v1/runs/" + string(p.id) + "/signals/"

	var page api.TaskPage
	b.want(http.StatusOK, &page, http.MethodGet, "/api/v1/runs/"+string(p.id)+"/tasks", "")
	if got := page.Tasks[0]; got.State != executor.TaskWaiting || !strings.HasPrefix(got.WaitsFor[0], "signal go, until ") {
		t.Errorf("the task is %s and waits for %q", got.State, got.WaitsFor)
	}
	for range 2 { // the same key counts once
		b.want(http.StatusAccepted, nil, http.MethodPost, path+"go", `{"n": 7}`, jsonBody, "Idempotency-Key: once")
	}
	b.want(http.StatusAccepted, nil, http.MethodPost, path+"item%5B1%5D", "")
	b.want(http.StatusAccepted, nil, http.MethodPost, path+"item[0]", "")
	b.want(http.StatusAccepted, nil, http.MethodPost, path+"publish", `{"approved": true, "by": "ann"}`, jsonBody)
	p.fold()
	run := b.getRun(p.id)
	if run.Status != executor.StatusSucceeded || run.Outputs["n"] != float64(7) || run.Outputs["by"] != "ann" {
		t.Errorf("the run is %s with %v", run.Status, run.Outputs)
	}
	b.want(http.StatusConflict, nil, http.MethodPost, path+"go", `{"n": 7}`, jsonBody)
}

func TestWrongSignalsAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.startSignalled()
	path := "/api/v1/runs/" + string(p.id) + "/signals/"
	for _, tt := range []struct {
		name, signal, body, want string
		status                   int
	}{
		{"no such signal", "stop", "{}", "no step of run", http.StatusNotFound},
		{"a step that is no foreach", "go[1]", "{}", "no step of run", http.StatusNotFound},
		{"something is missing", "go", "{}", "payload.n", http.StatusUnprocessableEntity},
		{"another type", "go", `{"n": "x"}`, "payload.n", http.StatusUnprocessableEntity},
		{"too much", "go", `{"n": 1, "m": 2}`, "is no output of the step that waits", http.StatusUnprocessableEntity},
		{"no object", "go", `{"n": 1, "f": "obj_aaaaaaaaaaaaaaaaaaaaaaaaaa"}`, "nobody holds", http.StatusUnprocessableEntity},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var problem api.Problem
			b.want(tt.status, &problem, http.MethodPost, path+tt.signal, tt.body, jsonBody)
			text := problem.Detail
			for _, m := range problem.Errors {
				text += " " + m.Location + " " + m.Message
			}
			if !strings.Contains(text, tt.want) {
				t.Errorf("the problem is %q", text)
			}
		})
	}
}
