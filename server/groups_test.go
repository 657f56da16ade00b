package server

import (
	"net/http"
	"slices"
	"testing"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/server/api"
)

func TestAPendingRunSaysForWhichItWaits(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var w api.Workflow
	b.want(http.StatusOK, &w, http.MethodPost, "/api/v1/workflows", "version: 1\nname: w\nconcurrency: {}\nsteps:\n  a: { builtin: noop }\n")
	ids := []executor.RunID{newRunID(), newRunID()}
	for _, id := range ids {
		_, _, err := b.Submit(t.Context(), journal.NewRun{ID: id, Workflow: "w", Version: w.Version, Group: journal.Group{Name: "w", Limit: 1}})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range [][]executor.RunID{nil, ids[:1]} {
		var run api.Run
		b.want(http.StatusOK, &run, http.MethodGet, "/api/v1/runs/"+string(ids[i]), "")
		if run.Status != executor.StatusPending || !slices.Equal(run.WaitsFor, want) {
			t.Errorf("run %d is %s and waits for %v, want %v", i, run.Status, run.WaitsFor, want)
		}
	}
}
