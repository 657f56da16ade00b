package embedded_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/embedded"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/postgres"
	"example.org/weft/executor/journal/postgres/pgtest"
	"example.org/weft/executor/node"
)

// Servers that share a Postgres keep to the limit of a group together.
func TestServersKeepToTheLimitOfAGroup(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	src := "version: 1\nname: w\nconcurrency: { limit: 2 }\nsteps:\n  a: { builtin: sleep, with: { seconds: 0.05 } }\n"
	p, _, err := dsl.Compile("w.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	servers := []*embedded.Engine{serveOn(t, url, "s1"), serveOn(t, url, "s2")}
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.PutWorkflow(t.Context(), journal.Workflow{Name: "w", Version: p.Version, Source: []byte(src), Created: time.Now().UTC()}); err != nil {
		t.Fatal(err)
	}
	const runs = 8
	for i := range runs {
		id := executor.RunID(fmt.Sprintf("run_%026d", i))
		if _, _, err := servers[i%2].Submit(t.Context(), journal.NewRun{ID: id, Workflow: "w", Version: p.Version, Created: time.Now().UTC()}); err != nil {
			t.Fatal(err)
		}
	}
	rows := awaitAll(t, db, runs)
	for _, r := range rows {
		together := 0
		for _, o := range rows {
			if !o.Started.After(r.Started) && o.Ended.After(r.Started) {
				together++
			}
		}
		if r.Status != executor.StatusSucceeded || together > 2 {
			t.Errorf("run %s %s, and %d went on when it began", r.ID, r.Status, together)
		}
	}
}

// serveOn runs an engine of its own on the database until the test is over.
func serveOn(t *testing.T, url, owner string) *embedded.Engine {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	n, err := node.Open(node.Config{ID: executor.NodeID("n" + owner), Dir: t.TempDir(), CPU: 8, Memory: 1 << 30, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	engine := embedded.New(embedded.Config{
		Journal: db, Releaser: db, Catalog: db, Documents: db, Watcher: db, Groups: db, Mailbox: db, Cache: db,
		Programs: journal.NewPrograms(db),
		Nodes:    []embedded.Node{n}, Owner: owner, Logger: log, LeaseTTL: 3 * time.Second,
	})
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- engine.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		for _, err := range []error{<-done, n.Close(), db.Close()} {
			if err != nil {
				t.Error(err)
			}
		}
	})
	return engine
}

// awaitAll returns the rows of so many runs when all have ended.
func awaitAll(t *testing.T, db *postgres.DB, runs int) []journal.RunRow {
	t.Helper()
	woken := make(chan struct{}, 1)
	stop := db.Watch("", func() {
		select {
		case woken <- struct{}{}:
		default:
		}
	})
	defer stop()
	patience := time.After(time.Minute)
	for {
		rows, err := db.Runs(t.Context(), journal.Filter{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		ended := 0
		for _, r := range rows {
			if r.Status.Done() {
				ended++
			}
		}
		if ended == runs {
			return rows
		}
		select {
		case <-woken:
		case <-patience:
			t.Fatalf("%d of %d runs have ended", ended, runs)
		}
	}
}
