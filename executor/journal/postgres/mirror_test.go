package postgres_test

import (
	"errors"
	"testing"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/postgres"
	"example.org/weft/executor/journal/postgres/pgtest"
)

const mirrored = executor.RunID("run_aaaaaaaaaaaaaaaaaaaaaaaaaa")

// openMirror returns a database with one run that was accepted.
func openMirror(t *testing.T) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.PutWorkflow(t.Context(), journal.Workflow{Name: "w", Version: "v", Created: time.Now()}); err != nil {
		t.Fatal(err)
	}
	_, _, err = db.Accept(t.Context(), journal.NewRun{
		ID: mirrored, Workflow: "w", Version: "v", Owner: "elsewhere", TTL: time.Hour, Created: time.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func facts(first uint64, list ...executor.Fact) []executor.Record {
	records := make([]executor.Record, len(list))
	for i, f := range list {
		records[i] = executor.Record{Seq: first + uint64(i), At: time.Unix(100, 0).UTC(), Fact: f}
	}
	return records
}

func row(t *testing.T, db *postgres.DB) journal.RunRow {
	t.Helper()
	rows, err := db.Runs(t.Context(), journal.Filter{ID: mirrored})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	return rows[0]
}

func TestAMirrorHasTheLastVersionOfRecords(t *testing.T) {
	t.Parallel()
	db := openMirror(t)
	mirror := func(fence uint64, records []executor.Record) error {
		return db.Mirror(t.Context(), journal.Batch{Run: mirrored, Epoch: fence, Records: records})
	}
	if err := mirror(5, facts(1, executor.Started{Workflow: "w"}, executor.Placed{Task: "a", Node: "n1"}, executor.Placed{Task: "b"})); err != nil {
		t.Fatal(err)
	}
	if err := mirror(7, facts(2, executor.Placed{Task: "a", Node: "n2"})); err != nil {
		t.Fatal(err)
	}
	if err := mirror(6, facts(2, executor.Placed{Task: "a", Node: "n3"})); !errors.Is(err, journal.ErrFenced) {
		t.Errorf("a writer that was overtaken gets %v, want ErrFenced", err)
	}
	if err := mirror(8, facts(4, executor.Resumed{})); err == nil {
		t.Error("a gap was accepted")
	}
	got, err := db.Read(t.Context(), mirrored, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[1].Fact.(executor.Placed).Node != "n2" {
		t.Errorf("the records are %+v", got)
	}
	if r := row(t, db); r.Status != executor.StatusRunning || r.Owner != "elsewhere" || r.Epoch != 7 {
		t.Errorf("the row is %+v", r)
	}
}

func TestAMirroredRunEndsAndIsOpenedAgain(t *testing.T) {
	t.Parallel()
	db := openMirror(t)
	steps := []struct {
		records []executor.Record
		want    executor.Status
	}{
		{facts(1, executor.Started{Workflow: "w"}, executor.Finished{Status: executor.StatusFailed, Error: "oh"}), executor.StatusFailed},
		{facts(3, executor.Redriven{}), executor.StatusPending},
		{facts(4, executor.Placed{Task: "a"}), executor.StatusRunning},
		{facts(5, executor.Paused{}), executor.StatusPaused},
		{facts(6, executor.Placed{Task: "b"}), executor.StatusPaused},
		{facts(7, executor.Finished{Status: executor.StatusSucceeded}), executor.StatusSucceeded},
		{facts(7, executor.Resumed{}), executor.StatusRunning}, // the end was not, after all
	}
	for _, s := range steps {
		if err := db.Mirror(t.Context(), journal.Batch{Run: mirrored, Epoch: 1, Records: s.records}); err != nil {
			t.Fatal(err)
		}
		r := row(t, db)
		if r.Status != s.want || r.Ended.IsZero() == s.want.Done() {
			t.Errorf("after %+v the row is %+v", s.records, r)
		}
	}
	leases, err := db.Acquire(t.Context(), "another", time.Minute, 10)
	if err != nil || len(leases) != 0 {
		t.Errorf("another engine acquired %v, %v", leases, err)
	}
}

func TestAMirrorFoldsMessages(t *testing.T) {
	t.Parallel()
	db := openMirror(t)
	if err := db.Post(t.Context(), mirrored, "", executor.Paused{}); err != nil {
		t.Fatal(err)
	}
	inbox, err := db.Inbox(t.Context(), "elsewhere")
	if err != nil || len(inbox) != 1 {
		t.Fatalf("%v, %v", inbox, err)
	}
	if err := db.Mirror(t.Context(), journal.Batch{Run: mirrored, Epoch: 1, Done: []int64{inbox[0].ID}}); err != nil {
		t.Fatal(err)
	}
	if inbox, err = db.Inbox(t.Context(), "elsewhere"); err != nil || len(inbox) != 0 {
		t.Errorf("%v, %v", inbox, err)
	}
}
