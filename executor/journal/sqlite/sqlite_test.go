package sqlite_test

import (
	"testing"

	"example.org/weft/executor/journal/journaltest"
	"example.org/weft/executor/journal/sqlite"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	journaltest.Run(t, func(t *testing.T) func() journaltest.DB {
		t.Helper()
		dir := t.TempDir()
		return func() journaltest.DB { return open(t, dir) }
	})
}

// open opens the journal in dir and closes it when the test is over.
func open(t *testing.T, dir string) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
