package postgres_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/postgres"
	"example.org/weft/executor/journal/postgres/pgtest"
)

func TestAppendSurvivesALostBackend(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t) + "&application_name=" + t.Name()
	db := open(t, url)
	accept(t, db, "run_1", "a")

	// Another transaction holds the run, so the append waits in the middle.
	admin := connect(t, url+"_admin")
	tx, err := admin.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT FROM runs FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	result := make(chan error, 1)
	go func() {
		_, err := db.Append(t.Context(), batch(1))
		result <- err
	}()
	terminate(t, connect(t, url+"_admin"), t.Name(), `wait_event_type = 'Lock'`)
	if err := <-result; err == nil {
		t.Error("an append whose backend was terminated has no error")
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}

	appendOne(t, db, 1)
	wantCount(t, db, "run_1", 1)
}

func TestWatchSurvivesALostConnection(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db, other := open(t, url+"&application_name="+t.Name()), open(t, url)
	accept(t, other, "run_1", "a")
	one, all := watch(t, db, "run_1"), watch(t, db, "")

	appendOne(t, other, 1)
	wantWake(t, one)
	wantWake(t, all)

	// What was missed meanwhile is made up for by a wake of all.
	terminate(t, connect(t, url), t.Name(), `query LIKE 'LISTEN%'`)
	wantWake(t, one)
	wantWake(t, all)

	appendOne(t, other, 2)
	wantWake(t, one)
	wantWake(t, all)
}

func TestCommitWithoutAnswerIsAnErrorAndNotRepeated(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	p := startProxy(t, url)
	db, direct := open(t, p.url), open(t, url)
	accept(t, direct, "run_1", "a")
	appendOne(t, db, 1)

	p.cut(t, "swallow the answer to this")
	fact := executor.Paused{Reason: "swallow the answer to this"}
	_, err := db.Append(t.Context(), []journal.Batch{{Run: "run_1", Epoch: 1, Records: []executor.Record{{Seq: 2, At: time.Now(), Fact: fact}}}})
	if err == nil {
		t.Fatal("an append without an answer has no error")
	}

	// It was committed all the same; the second try is refused, not doubled.
	wantCount(t, direct, "run_1", 2)
	if _, err := db.Append(t.Context(), batch(2)); err == nil {
		t.Error("record 2 was appended twice")
	}
	appendOne(t, db, 3)
	wantCount(t, direct, "run_1", 3)
}

func TestPostBesideTheEndIsDeliveredOrDropped(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := open(t, url)
	for n := range 20 {
		run := executor.RunID("run_" + string(rune('a'+n)))
		accept(t, db, run, "a")
		posted := make(chan error, 1)
		go func() { posted <- db.Post(t.Context(), run, "", paused()) }()
		end := executor.Finished{Status: executor.StatusSucceeded}
		_, err := db.Append(t.Context(), []journal.Batch{{Run: run, Epoch: 1, Records: []executor.Record{{Seq: 1, At: time.Now(), Fact: end}}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-posted; err != nil {
			t.Fatal(err)
		}
	}
	var left int
	if err := connect(t, url).QueryRow(t.Context(), `SELECT count(*) FROM inbox`).Scan(&left); err != nil {
		t.Fatal(err)
	}
	if left > 0 {
		t.Errorf("%d messages are left in inboxes of runs that ended", left)
	}
}

// terminate ends the one backend with that application name that meets the
// condition, as soon as there is one.
func terminate(t *testing.T, conn *pgx.Conn, name, condition string) {
	t.Helper()
	for begin := time.Now(); time.Since(begin) < 20*time.Second; {
		var n int
		err := conn.QueryRow(t.Context(), `
			SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE application_name = $1 AND `+condition, name).Scan(&n)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			return
		}
	}
	t.Fatalf("no backend of %s meets %s", name, condition)
}

func accept(t *testing.T, db *postgres.DB, run executor.RunID, owner string) {
	t.Helper()
	r := journal.NewRun{ID: run, Workflow: "w", Version: "v", Owner: owner, TTL: time.Hour, Created: time.Now()}
	if _, _, err := db.Accept(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func paused() executor.Fact { return executor.Paused{Reason: "p"} }

func batch(seq uint64) []journal.Batch {
	return []journal.Batch{{Run: "run_1", Epoch: 1, Records: []executor.Record{{Seq: seq, At: time.Now(), Fact: paused()}}}}
}

// appendOne appends a record to run_1.
func appendOne(t *testing.T, db *postgres.DB, seq uint64) {
	t.Helper()
	fenced, err := db.Append(t.Context(), batch(seq))
	if err != nil || len(fenced) > 0 {
		t.Fatalf("Append: fenced %v, error %v", fenced, err)
	}
}

func wantCount(t *testing.T, db *postgres.DB, run executor.RunID, want int) {
	t.Helper()
	records, err := db.Read(t.Context(), run, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != want {
		t.Errorf("%s has %d records, want %d", run, len(records), want)
	}
}

// watch returns a channel that holds a token after each wake.
func watch(t *testing.T, db *postgres.DB, run executor.RunID) <-chan struct{} {
	t.Helper()
	woken := make(chan struct{}, 1)
	t.Cleanup(db.Watch(run, func() {
		select {
		case woken <- struct{}{}:
		default:
		}
	}))
	return woken
}

func wantWake(t *testing.T, woken <-chan struct{}) {
	t.Helper()
	select {
	case <-woken:
	case <-time.After(20 * time.Second):
		t.Fatal("nobody was woken")
	}
}
