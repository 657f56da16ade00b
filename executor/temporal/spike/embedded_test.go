package spike_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/embedded"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/sqlite"
	"example.org/weft/executor/temporal/spike"
)

// runEmbedded runs the same by the embedded engine, from a journal and on a
// node of its own.
func runEmbedded(t *testing.T, in spike.Input) executor.Finished {
	t.Helper()
	db, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	n, err := openNode("n1", t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	engine := embedded.New(embedded.Config{
		Journal: db, Releaser: db, Catalog: db, Programs: journal.NewPrograms(db), Documents: db, Watcher: db,
		Nodes: []embedded.Node{n}, Owner: "embedded", Logger: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- engine.Serve(ctx) }()
	end := submit(t, db, engine, in)
	cancel()
	for _, err := range []error{<-served, n.Close(), db.Close()} {
		if err != nil {
			t.Error(err)
		}
	}
	return end
}

func submit(t *testing.T, db *sqlite.DB, engine *embedded.Engine, in spike.Input) executor.Finished {
	t.Helper()
	p, _, err := dsl.Compile("workflow.yaml", in.Source)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.PutWorkflow(t.Context(), journal.Workflow{Name: p.Name, Version: p.Version, Source: in.Source, Created: time.Now().UTC()}); err != nil {
		t.Fatal(err)
	}
	woken := make(chan struct{}, 1)
	defer db.Watch(in.Run, func() {
		select {
		case woken <- struct{}{}:
		default:
		}
	})()
	_, _, err = engine.Submit(t.Context(), journal.NewRun{
		ID: in.Run, Workflow: p.Name, Version: p.Version, Inputs: in.Inputs, Created: time.Now().UTC(),
	})
	if err != nil {
		t.Fatal(err)
	}
	for {
		rows, err := db.Runs(t.Context(), journal.Filter{ID: in.Run, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 1 && rows[0].Status.Done() {
			return executor.Finished{Status: rows[0].Status, Outputs: rows[0].Outputs, Error: rows[0].Error}
		}
		select {
		case <-woken:
		case <-t.Context().Done():
			t.Fatal("the run did not end")
		}
	}
}
