package server

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/node"
	"example.org/weft/server/api"
)

func (b *bench) tasks(id executor.RunID, query string) api.TaskPage {
	b.t.Helper()
	var page api.TaskPage
	b.want(http.StatusOK, &page, http.MethodGet, "/api/v1/runs/"+string(id)+"/tasks"+query, "")
	return page
}

func names(page api.TaskPage) string {
	var all []string
	for _, task := range page.Tasks {
		all = append(all, string(task.Task))
	}
	return strings.Join(all, " ")
}

func TestTasksAreListedByWindow(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	if got := names(b.tasks(p.id, "")); got != "split encode stitch" {
		t.Errorf("before the list is known: %s", got)
	}
	p.split(5)
	p.encode(1)
	p.encode(3)
	for query, want := range map[string]string{
		"":                             "7 split encode[0] encode[1] encode[2] encode[3] encode[4] stitch",
		"?limit=2":                     "7 split encode[0]",
		"?limit=2&cursor=2":            "7 encode[1] encode[2]",
		"?limit=3&offset=5":            "7 encode[4] stitch",
		"?step=encode&offset=3":        "5 encode[3] encode[4]",
		"?state=succeeded":             "3 split encode[1] encode[3]",
		"?state=succeeded&offset=2":    "3 encode[3]",
		"?state=placed&limit=1":        "3 encode[0]",
		"?step=stitch&state=succeeded": "0 ",
	} {
		page := b.tasks(p.id, query)
		if got := fmt.Sprint(page.Total, " ", names(page)); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	if page := b.tasks(p.id, "?limit=2"); page.Next != "2" {
		t.Errorf("next %q", page.Next)
	}
}

func TestTaskSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	p.split(3)
	p.encode(0)
	attempt := func(i int) node.AttemptStatus {
		return node.AttemptStatus{Attempt: p.invoked[executor.ItemTask("encode", i)].Attempt, Since: time.Now()}
	}
	running, queued := attempt(1), attempt(2)
	queued.WaitsFor = "a slot: 2 of 2 cores taken"
	b.mu.Lock()
	b.nodes = []node.Status{{ID: "n1", Running: []node.AttemptStatus{running}, Queued: []node.AttemptStatus{queued}}}
	b.mu.Unlock()
	page := b.tasks(p.id, "")
	if got := page.Tasks[2]; got.State != executor.TaskRunning || got.WaitsFor != nil {
		t.Errorf("running task %+v", got)
	}
	if got := page.Tasks[3]; got.State != executor.TaskPlaced || strings.Join(got.WaitsFor, "") != queued.WaitsFor {
		t.Errorf("queued task %+v", got)
	}
	if got := page.Tasks[4]; len(got.WaitsFor) != 1 || !strings.Contains(got.WaitsFor[0], "encode") {
		t.Errorf("waiting task %+v", got)
	}
	if counts := b.getRun(p.id).Steps[1].Counts; counts[executor.TaskRunning] != 1 || counts[executor.TaskPlaced] != 1 {
		t.Errorf("counts %v", counts)
	}
}

func TestTaskShowsItsAttempts(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	p.split(2)
	p.encode(1)
	for _, path := range []string{"encode[1]", "encode%5B1%5D", "%65ncode%5b1%5d"} {
		var task api.Task
		b.want(http.StatusOK, &task, http.MethodGet, "/api/v1/runs/"+string(p.id)+"/tasks/"+path, "")
		if task.Task != "encode[1]" || task.Item != 1 || len(task.Attempts) != 1 {
			t.Fatalf("%s: %+v", path, task)
		}
		a := task.Attempts[0]
		if a.Node != "n1" || a.Reason == "" || a.Outcome != "succeeded" || a.Usage.Run != 0.04 || task.Moved != 2_000_000 {
			t.Errorf("%s: moved %d, attempt %+v", path, task.Moved, a)
		}
	}
	b.want(http.StatusNotFound, nil, http.MethodGet, "/api/v1/runs/"+string(p.id)+"/tasks/encode[7]", "")
	b.want(http.StatusNotFound, nil, http.MethodGet, "/api/v1/runs/"+string(p.id)+"/tasks/..%2f..%2fetc", "")
}

func TestGraphHasEveryStepAndEdge(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	plan := `{"edges": [{"from": "split", "to": "encode", "bytes": 5}], "groups": [{"name": "split", "steps": ["split", "encode"], "reason": "heavy"}]}`
	if err := b.db.PutDocument(t.Context(), "plan", string(p.id), []byte(plan)); err != nil {
		t.Fatal(err)
	}
	var g api.Graph
	b.want(http.StatusOK, &g, http.MethodGet, "/api/v1/runs/"+string(p.id)+"/graph", "")
	var got []string
	for _, box := range g.Boxes {
		got = append(got, box.Step)
	}
	for _, edge := range g.Edges {
		got = append(got, fmt.Sprintf("%s>%s:%d", edge.From, edge.To, edge.Bytes))
		if len(edge.Points)%3 != 1 {
			t.Errorf("edge %s>%s has %d points", edge.From, edge.To, len(edge.Points))
		}
	}
	want := "inputs split encode stitch inputs>split:0 split>encode:5 encode>stitch:0"
	if strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(g.Groups) != 1 || g.Groups[0].X >= g.Boxes[1].X || g.Groups[0].X+g.Groups[0].W <= g.Boxes[2].X+g.Boxes[2].W {
		t.Errorf("groups %+v around %+v", g.Groups, g.Boxes)
	}
}

func TestLogsAreReadByPart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	a := p.invoked["split"].Attempt
	b.setLog(a, "stderr", "0123456789\xff<b>")
	path := "/api/v1/runs/" + string(p.id) + "/tasks/split/logs"
	for query, want := range map[string]string{
		"?limit=4":            "0 4 false 0123",
		"?limit=4&offset=8":   "8 12 false 89\uFFFD<",
		"?offset=20":          "14 14 false ",
		"?stream=stdout":      "0 0 false ",
		"?attempt=1&limit=99": "0 14 false 0123456789\uFFFD<b>",
	} {
		var page api.LogPage
		b.want(http.StatusOK, &page, http.MethodGet, path+query, "")
		if got := fmt.Sprint(page.Offset, page.Next, page.Ended, page.Data); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	b.want(http.StatusNotFound, nil, http.MethodGet, path+"?attempt=2", "")
	p.split(1)
	var page api.LogPage
	b.want(http.StatusOK, &page, http.MethodGet, path, "")
	if !page.Ended {
		t.Errorf("after the end: %+v", page)
	}
}

func (b *bench) setLog(a executor.AttemptID, stream, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.logs[a.String()+stream] = text
}
