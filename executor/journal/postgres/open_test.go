package postgres_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"example.org/weft/executor/journal/postgres"
	"example.org/weft/executor/journal/postgres/pgtest"
)

func TestOpenFailsWhereNoDatabaseIs(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{
		"no such socket": "postgres://weft:geheim@/postgres?host=" + filepath.Join(t.TempDir(), "none"),
		"nobody listens": "postgres://weft:geheim@127.0.0.1:1/postgres",
		"no such schema": strings.Replace(pgtest.URL(t), "search_path=", "search_path=no_", 1),
		"no such role":   strings.Replace(pgtest.URL(t), "weft@", "other:geheim@", 1),
		"no URL":         "postgres://[",
	} {
		db, err := postgres.Open(t.Context(), url)
		if err == nil {
			db.Close()
			t.Errorf("%s: a journal was opened", name)
			continue
		}
		if strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: the error shows the password: %v", name, err)
		}
	}
}

func TestServersThatStartAtOnceMakeTheTablesOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	var g errgroup.Group
	for range 5 {
		g.Go(func() error {
			db, err := postgres.Open(t.Context(), url)
			if err != nil {
				return err
			}
			return db.Close()
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}

func TestOpenRefusesNewerTables(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	open(t, url)
	execute(t, url, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`)
	if db, err := postgres.Open(t.Context(), url); err == nil {
		db.Close()
		t.Error("a journal of a newer weft was opened")
	}
}

func TestCommitsAreDurable(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	for _, tt := range []struct{ url, commit string }{
		{url, "on"},
		{url + "&synchronous_commit=off", "off"}, // whoever says so gets it
	} {
		fsync, commit, err := open(t, tt.url).Durability(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if fsync != "on" || commit != tt.commit {
			t.Errorf("fsync is %s, synchronous_commit %s; want on, %s", fsync, commit, tt.commit)
		}
	}
}

func TestSchemasAreApart(t *testing.T) {
	t.Parallel()
	one, two := open(t, pgtest.URL(t)), open(t, pgtest.URL(t))
	woken := watch(t, two, "")
	accept(t, one, "run_1", "a")
	appendOne(t, one, 1)
	if err := two.Post(t.Context(), "run_1", "", paused()); err == nil {
		t.Error("a run of another schema was found")
	}
	accept(t, two, "run_2", "")
	wantWake(t, woken)
	select {
	case <-woken:
		t.Error("an append in another schema woke")
	default:
	}
}

// connect returns a connection of the test's own.
func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
	return conn
}

func execute(t *testing.T, url, statement string) {
	t.Helper()
	if _, err := connect(t, url).Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
