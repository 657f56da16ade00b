package postgres_test

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/journaltest"
	"example.org/weft/executor/journal/postgres"
	"example.org/weft/executor/journal/postgres/pgtest"
)

func openForBenchmark(b *testing.B) (db *postgres.DB, url string) {
	b.Helper()
	url = pgtest.URL(b)
	db, err := postgres.Open(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	fsync, commit, err := db.Durability(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("fsync=%s synchronous_commit=%s", fsync, commit)
	return db, url
}

func BenchmarkAppend(b *testing.B) {
	db, _ := openForBenchmark(b)
	journaltest.Benchmark(b, db)
}

// BenchmarkOneRow is the measure for the others: what the database takes for a
// transaction of one insert.
func BenchmarkOneRow(b *testing.B) {
	_, url := openForBenchmark(b)
	conn, err := pgx.Connect(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(b.Context()))
	if _, err := conn.Exec(b.Context(), `CREATE TABLE one (n bigint)`); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := conn.Exec(b.Context(), `INSERT INTO one VALUES ($1)`, 1); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAccept(b *testing.B) {
	db, _ := openForBenchmark(b)
	var n atomic.Int64
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := journal.NewRun{
				ID: executor.RunID("run_" + strconv.FormatInt(n.Add(1), 10)), Workflow: "w", Version: "v",
				Owner: "a", TTL: time.Minute, Created: time.Now(),
			}
			if _, _, err := db.Accept(b.Context(), r); err != nil {
				b.Error(err)
			}
		}
	})
}
