package server

import (
	"net/http"
	"strings"
	"testing"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

const handing = `version: 1
name: handing
steps:
  ask:
    run: ask
    wait: { callback: true }
    heartbeat: 1m
    retry: { max_retries: 1, interval: 0s }
    outputs: { n: int }
outputs: { n: "${{ steps.ask.outputs.n }}" }
`

// token returns the token of an attempt of the step ask.
func (p *player) token(attempt int) string {
	return executor.CallbackToken(p.id, "ask", attempt, []byte("secret"))
}

// A token is for one attempt: it is refused when that has ended, and a forged
// one does not even tell whether there is such a run.
func TestACallbackNeedsTheTokenOfItsAttempt(t *testing.T) {
	t.Parallel()
	b := newBench(t, withToken)
	auth := "Authorization: Bearer " + testToken
	b.want(http.StatusOK, nil, http.MethodPost, "/api/v1/workflows", handing, auth)
	var run api.Run
	b.want(http.StatusCreated, &run, http.MethodPost, "/api/v1/workflows/handing/runs", "{}", jsonBody, auth)
	p := b.play(run.ID)
	p.say(executor.HandedOver{Task: "ask", Attempt: 1})
	post := func(status int, token, verb, body string) {
		t.Helper()
		b.want(status, nil, http.MethodPost, callbackPrefix+token+"/"+verb, body, jsonBody)
	}

	post(http.StatusAccepted, p.token(1), "heartbeat", "")
	post(http.StatusAccepted, p.token(1), "fail", `{"message": "not today"}`)
	p.fold()
	p.say(executor.HandedOver{Task: "ask", Attempt: 2})
	post(http.StatusGone, p.token(1), "succeed", `{"n": 1}`)
	post(http.StatusGone, p.token(1), "heartbeat", "")
	for _, forged := range []string{
		executor.CallbackToken(p.id, "ask", 2, []byte("guess")),
		executor.CallbackToken(p.id, "ask", 3, []byte("secret")),
		executor.CallbackToken("run_"+executor.RunID(strings.Repeat("a", 26)), "ask", 2, []byte("secret")),
		"nonsense",
	} {
		post(http.StatusNotFound, forged, "succeed", `{"n": 1}`)
	}
	post(http.StatusUnprocessableEntity, p.token(2), "succeed", `{"n": "many"}`)
	post(http.StatusAccepted, p.token(2), "succeed", `{"n": 7}`)
	post(http.StatusAccepted, p.token(2), "succeed", `{"n": 8}`) // the first one counts
	p.fold()
	b.want(http.StatusOK, &run, http.MethodGet, "/api/v1/runs/"+string(p.id), "", auth)
	if run.Status != executor.StatusSucceeded || run.Outputs["n"] != float64(7) {
		t.Errorf("the run is %s with %v", run.Status, run.Outputs)
	}
	post(http.StatusGone, p.token(2), "succeed", `{"n": 7}`)
}
