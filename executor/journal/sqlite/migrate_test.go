package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"example.org/weft/executor/journal/sqlite"
)

func TestOpenRefusesNewerTables(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := open(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`); err != nil {
		t.Fatal(err)
	}
	if db, err := sqlite.Open(t.Context(), dir); err == nil {
		db.Close()
		t.Error("a journal of a newer weft was opened")
	}
}

func TestSettingsAreDurable(t *testing.T) {
	t.Parallel()
	db := open(t, t.TempDir())
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		got, err := db.Pragma(t.Context(), pragma)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s is %s on the writing connection, want %s", pragma, got, want)
		}
	}
}
