package sqlite_test

import (
	"testing"

	"example.org/weft/executor/journal/journaltest"
	"example.org/weft/executor/journal/sqlite"
)

func BenchmarkAppend(b *testing.B) {
	db, err := sqlite.Open(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	journaltest.Benchmark(b, db)
}
