package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.org/weft/executor"
	"example.org/weft/object"
	"example.org/weft/planner"
	"example.org/weft/server/api"
)

const jsonBody = "Content-Type: application/json"

func TestWorkflowMistakesHavePlaces(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var p api.Problem
	b.want(http.StatusUnprocessableEntity, &p, http.MethodPost, "/api/v1/workflows?file=my.yaml",
		strings.Replace(chunks, "foreach:", "for_each:", 1))
	if len(p.Errors) == 0 || p.Code != "invalid" || p.Status != http.StatusUnprocessableEntity {
		t.Fatalf("problem %+v", p)
	}
	first := p.Errors[0]
	if first.Location != "my.yaml:24:5" || !strings.Contains(first.Hint, "foreach") || first.Text != "for_each" {
		t.Errorf("first mistake %+v", first)
	}
}

func TestWorkflowIsKeptWithItsSource(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var put, got api.Workflow
	b.want(http.StatusOK, &put, http.MethodPost, "/api/v1/workflows", chunks)
	if put.Plan == nil || put.Source != "" || put.Inputs[0].Type != "file" || !put.Inputs[0].Required {
		t.Errorf("put answered %+v", put)
	}
	b.want(http.StatusOK, &got, http.MethodGet, "/api/v1/workflows/chunks/versions/"+put.Version, "")
	if got.Source != chunks {
		t.Errorf("source %q", got.Source)
	}
	var page api.WorkflowPage
	b.want(http.StatusOK, &page, http.MethodGet, "/api/v1/workflows", "")
	if len(page.Workflows) != 1 || page.Workflows[0].Name != "chunks" {
		t.Errorf("list %+v", page)
	}
	b.want(http.StatusNotFound, &api.Problem{}, http.MethodGet, "/api/v1/workflows/other", "")
}

func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	large := strings.Repeat("# x\n", maxBody/4+1)
	b.want(http.StatusRequestEntityTooLarge, nil, http.MethodPost, "/api/v1/workflows", large)
	b.want(http.StatusRequestEntityTooLarge, nil, http.MethodPost, "/api/v1/workflows/x/runs", `{"version": "`+large+`"}`, jsonBody)
}

func TestWorkflowsThatWouldGrowAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 10; i++ {
		repeated := strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), ", ")
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i, i, repeated)
	}
	for name, source := range map[string]string{
		"an alias bomb": bomb, "deep nesting": "a: " + strings.Repeat("[", maxBody/2),
	} {
		var p api.Problem
		b.want(http.StatusUnprocessableEntity, &p, http.MethodPost, "/api/v1/workflows", source)
		if len(p.Errors) != 1 || p.Errors[0].Location == "" || p.Errors[0].Hint == "" {
			t.Errorf("%s: got %+v", name, p)
		}
	}
}

func TestSameKeyStartsOneRun(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.want(http.StatusOK, nil, http.MethodPost, "/api/v1/workflows", chunks)
	ids := make([]string, 2)
	for i := range ids {
		ref, err := b.Put(t.Context(), "clip", "", strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		ids[i] = `{"inputs": {"video": "` + string(ref.ID) + `"}}`
	}
	var first, second api.Run
	path, key := "/api/v1/workflows/chunks/runs", "Idempotency-Key: once"
	res := b.want(http.StatusCreated, &first, http.MethodPost, path, ids[0], key, jsonBody)
	if got := res.Header.Get("Location"); got != "/api/v1/runs/"+string(first.ID) || first.Status != executor.StatusPending {
		t.Errorf("location %q, status %s", got, first.Status)
	}
	b.want(http.StatusOK, &second, http.MethodPost, path, ids[0], key, jsonBody)
	if first.ID != second.ID {
		t.Errorf("two runs: %s and %s", first.ID, second.ID)
	}
	b.want(http.StatusConflict, &api.Problem{}, http.MethodPost, path, ids[1], key, jsonBody)
}

func TestStartWaitsAsPreferred(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	var again api.Run
	b.want(http.StatusAccepted, &again, http.MethodPost, "/api/v1/workflows/chunks/runs",
		`{"inputs": {"video": "`+string(p.invoked["split"].Inputs["video"].File.ID)+`"}}`, jsonBody, "Prefer: wait=1")

	ended := make(chan api.Run)
	go func() {
		run, err := b.server.awaitRun(t.Context(), p.id, preferredWait("respond-async, wait=60"))
		if err != nil {
			t.Error(err)
		}
		ended <- run
	}()
	p.finish(2)
	run := <-ended
	if run.Status != executor.StatusSucceeded || run.Outputs["video"].(api.Object).Name != "out.webm" {
		t.Errorf("the run is %s with %v", run.Status, run.Outputs)
	}
}

func TestRunIsTheFoldOfItsJournal(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	if run := b.getRun(p.id); run.Status != executor.StatusRunning || run.Steps[0].Counts[executor.TaskPlaced] != 1 {
		t.Errorf("begun: %s, steps %+v", run.Status, run.Steps)
	}
	p.split(3)
	p.encode(1)
	run := b.getRun(p.id)
	encode := run.Steps[1]
	if !encode.Expanded || encode.Items != 3 || encode.Counts[executor.TaskSucceeded] != 1 || run.MovedBytes != 2_000_000 {
		t.Errorf("moved %d, encode %+v", run.MovedBytes, encode)
	}
	p.encode(0)
	p.encode(2)
	p.stitch()
	if run := b.getRun(p.id); run.Status != executor.StatusSucceeded || run.Seq != p.run.Seq() || run.Ended == nil {
		t.Errorf("ended: %+v", run)
	}
	other := newFold(p.id, b.server.folds.from) // another server's
	if err := other.look(t.Context(), func() error { return nil }); err != nil || other.run.Seq() != p.run.Seq() {
		t.Errorf("folded anew: %v", err)
	}
	other.close()
}

func TestRunsAreListedByPage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ended := b.start()
	ended.finish(1)
	open := []executor.RunID{b.start().id, b.start().id}
	var page api.RunPage
	b.want(http.StatusOK, &page, http.MethodGet, "/api/v1/runs?limit=2", "")
	if len(page.Runs) != 2 || page.Runs[0].ID != open[1] || page.Runs[1].ID != open[0] || page.Next == "" {
		t.Fatalf("first page %+v", page)
	}
	next := page.Next
	page = api.RunPage{}
	b.want(http.StatusOK, &page, http.MethodGet, "/api/v1/runs?limit=2&cursor="+next, "")
	if len(page.Runs) != 1 || page.Runs[0].ID != ended.id || page.Next != "" {
		t.Errorf("second page %+v", page)
	}
	page = api.RunPage{}
	b.want(http.StatusOK, &page, http.MethodGet, "/api/v1/runs?status=succeeded", "")
	if len(page.Runs) != 1 || page.Runs[0].ID != ended.id {
		t.Errorf("succeeded: %+v", page)
	}
	b.want(http.StatusUnprocessableEntity, nil, http.MethodGet, "/api/v1/runs?status=x", "")
	b.want(http.StatusUnprocessableEntity, nil, http.MethodGet, "/api/v1/runs/..x", "")
	b.want(http.StatusNotFound, nil, http.MethodGet, "/api/v1/runs/run_"+strings.Repeat("a", 26), "")
}

func TestFailureSaysWhereAndWhatNext(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	p.split(2)
	p.encode(0)
	p.say(executor.Failed{
		Task: "encode[1]", Attempt: 1, Cause: executor.CauseError, Message: "exit code 3",
		Where: executor.Where{Node: "n1", ExitCode: 3, Stderr: "no <codec>", Dir: "/tmp/kept"},
	})
	run := b.getRun(p.id)
	if run.Status != executor.StatusFailed || run.Failure == nil {
		t.Fatalf("run %+v", run)
	}
	f := *run.Failure
	if f.Task != "encode[1]" || f.Attempt != 1 || f.ExitCode != 3 || f.Stderr != "no <codec>" || f.Node != "n1" {
		t.Errorf("failure %+v", f)
	}
	want := []string{"weft runs logs " + string(p.id) + " 'encode[1]'", "cd /tmp/kept", "weft runs redrive " + string(p.id)}
	if !slices.Equal(f.Next, want) {
		t.Errorf("next %q, want %q", f.Next, want)
	}
}

func TestLedgerStandsBesideThePlan(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	plan := `{"edges": [{"from": "split", "to": "encode", "input": "chunk", "bytes": 5000000}], "groups": []}`
	if err := b.db.PutDocument(t.Context(), "plan", string(p.id), []byte(plan)); err != nil {
		t.Fatal(err)
	}
	p.split(2)
	p.encode(0)
	p.encode(1)
	var ledger api.Ledger
	b.want(http.StatusOK, &ledger, http.MethodGet, "/api/v1/runs/"+string(p.id)+"/ledger", "")
	if len(ledger.Rows) != 2 || ledger.MovedBytes != 4_000_000 {
		t.Fatalf("ledger %+v", ledger)
	}
	if row := ledger.Rows[0]; row.Bytes != 4_000_000 || row.Transport != executor.TransportPeer ||
		row.Predicted == nil || *row.Predicted != 5_000_000 || row.Objects != 2 {
		t.Errorf("heaviest row %+v", row)
	}
	if row := ledger.Rows[1]; row.From != "inputs" || row.Predicted != nil {
		t.Errorf("row of the input %+v", row)
	}
	var got planner.Plan
	b.want(http.StatusOK, &got, http.MethodGet, "/api/v1/runs/"+string(p.id)+"/plan", "")
	if len(got.Edges) != 1 {
		t.Errorf("plan %+v", got)
	}
}

func TestActionsReachTheInbox(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	path := "/api/v1/runs/" + string(p.id)
	b.want(http.StatusAccepted, nil, http.MethodPost, path+"/pause?reason=lunch", "", "Idempotency-Key: k")
	b.want(http.StatusAccepted, nil, http.MethodPost, path+"/pause?reason=lunch", "", "Idempotency-Key: k")
	b.want(http.StatusAccepted, nil, http.MethodPost, path+"/resume", "")
	b.want(http.StatusAccepted, nil, http.MethodPost, path+"/cancel", "")
	messages, err := b.db.Inbox(t.Context(), "test")
	if err != nil || len(messages) != 3 {
		t.Fatalf("inbox %+v: %v", messages, err)
	}
	if messages[0].Fact != (executor.Paused{Reason: "lunch"}) || messages[2].Fact != (executor.Cancelled{}) {
		t.Errorf("inbox %+v", messages)
	}
}

func TestValuesArePlainJSON(t *testing.T) {
	t.Parallel()
	ref := object.Ref{ID: object.Mint("a", "b"), Size: 7, Name: "x"}
	got := plainValue(object.Value{List: []object.Value{
		{File: &ref}, {JSON: []byte(`{"a":1}`)}, {}, {Large: &object.Large{Ref: ref, IsList: true, Length: 9}},
	}}).([]any)
	if got[0].(api.Object).ID != ref.ID || got[2] != nil || got[3].(api.Object).Length != 9 {
		t.Errorf("got %+v", got)
	}
}
