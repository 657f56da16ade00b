package embedded_test

import (
	"strings"
	"testing"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/postgres"
	"example.org/weft/executor/journal/postgres/pgtest"
	"example.org/weft/object"
)

// A child is driven by another server than its run: a pause reaches the child,
// and its end the run.
func TestARunAndItsChildOnTwoServers(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	one := serveOn(t, url, "s1")
	serveOn(t, url, "s2")
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w := &world{t: t, db: db}
	kept := keepWith(t, db, "version: 1\nname: outer\nsteps: { a: { workflow: ./in.yaml } }\noutputs: { n: \"${{ steps.a.outputs.n }}\" }\n", map[string]string{
		"./in.yaml": "version: 1\nname: in\nsteps: { a: { wait: { signal: go }, outputs: { n: int } } }\noutputs: { n: \"${{ steps.a.outputs.n }}\" }\n",
	})
	id := executor.RunID("run_" + strings.Repeat("b", 26))
	if _, _, err := one.Submit(t.Context(), journal.NewRun{ID: id, Workflow: kept.Name, Version: kept.Version, Created: time.Now().UTC()}); err != nil {
		t.Fatal(err)
	}
	child := id + ".a"
	w.await(child, has(executor.StatusRunning))
	for w.await(child, anyRow).Owner != "s2" { // s1 may be the first to take it again
		if err := db.Release(t.Context(), "s1", child); err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond) // who takes a lease tells nobody
	}
	w.post(id, executor.Paused{})
	w.await(child, has(executor.StatusPaused))
	w.post(id, executor.Resumed{})
	w.await(child, has(executor.StatusRunning))
	w.signal(child, "go", "", map[string]object.Value{"n": object.FromJSON([]byte("7"))})
	row := w.await(id, ended)
	if row.Status != executor.StatusSucceeded || string(row.Outputs["n"].JSON) != "7" || row.Owner != "s1" {
		t.Fatalf("got %s %s of %s, outputs %v", row.Status, row.Error, row.Owner, row.Outputs)
	}
}
