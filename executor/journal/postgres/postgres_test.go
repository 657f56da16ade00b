package postgres_test

import (
	"testing"

	"go.uber.org/goleak"

	"example.org/weft/executor/journal/journaltest"
	"example.org/weft/executor/journal/postgres"
	"example.org/weft/executor/journal/postgres/pgtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	t.Parallel()
	journaltest.Run(t, func(t *testing.T) func() journaltest.DB {
		t.Helper()
		url := pgtest.URL(t)
		return func() journaltest.DB { return open(t, url) }
	})
}

// open opens the journal at url and closes it when the test is over.
func open(t *testing.T, url string) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
