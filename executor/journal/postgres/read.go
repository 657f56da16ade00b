package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// Read implements journal.Journal.
func (db *DB) Read(ctx context.Context, run executor.RunID, after uint64, limit int) ([]executor.Record, error) {
	if !journal.IsText(string(run)) {
		return nil, nil // no run has such an id
	}
	rows, err := db.pool.Query(ctx,
		`SELECT seq, at, kind, data FROM records WHERE run = $1 AND seq > $2 ORDER BY seq LIMIT $3`, run, after, limit)
	if err != nil {
		return nil, fmt.Errorf("cannot read run %s: %w", run, err)
	}
	records, err := pgx.CollectRows(rows, scanRecord)
	if err != nil {
		return nil, fmt.Errorf("cannot read run %s: %w", run, err)
	}
	return records, nil
}

func scanRecord(row pgx.CollectableRow) (r executor.Record, err error) {
	var at time.Time
	var kind string
	var data []byte
	if err := row.Scan(&r.Seq, &at, &kind, &data); err != nil {
		return r, err
	}
	r.At = at.UTC()
	r.Fact, err = executor.DecodeFact(kind, data)
	return r, err
}
