package server

import (
	"net/http"
	"strings"
	"testing"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

func TestAFailedRunIsRedriven(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	path := "/api/v1/runs/" + string(p.id) + "/redrive"
	var problem api.Problem
	b.want(http.StatusConflict, &problem, http.MethodPost, path, "{}", jsonBody)
	if !strings.Contains(problem.Detail, "has not ended") {
		t.Errorf("detail %q", problem.Detail)
	}
	p.split(2)
	p.encode(0)
	p.say(executor.Failed{Task: "encode[1]", Attempt: 1, Cause: executor.CauseError, Message: "exit code 3"})
	b.want(http.StatusConflict, &problem, http.MethodPost, path, `{"from": "encod"}`, jsonBody)
	if !strings.Contains(problem.Detail, `"encod"`) {
		t.Errorf("detail %q", problem.Detail)
	}
	var todo api.Redrive
	b.want(http.StatusAccepted, &todo, http.MethodPost, path, `{"dry_run": true}`, jsonBody)
	if got := b.getRun(p.id); got.Status != executor.StatusFailed {
		t.Errorf("after a dry redrive the run is %s", got.Status)
	}
	b.want(http.StatusAccepted, &todo, http.MethodPost, path, "{}", jsonBody)
	if len(todo.Steps) != 2 || todo.Steps[0] != (api.RedriveStep{Step: "encode", Tasks: 1}) || todo.Kept != 2 {
		t.Errorf("redrive %+v", todo)
	}
	if len(todo.Gone) != 2 { // the files of this test are nowhere
		t.Errorf("gone %v", todo.Gone)
	}
	run := b.getRun(p.id)
	if run.Status != executor.StatusRunning || run.Failure != nil || run.Error != "" || run.Ended != nil {
		t.Errorf("the redriven run is %s: %+v, %q, ended %v", run.Status, run.Failure, run.Error, run.Ended)
	}
	b.want(http.StatusConflict, nil, http.MethodPost, path, "{}", jsonBody)
	b.want(http.StatusNotFound, nil, http.MethodPost, "/api/v1/runs/run_"+strings.Repeat("a", 26)+"/redrive", "{}", jsonBody)
}
