package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// insertInGroup inserts a run of a group as insertRun does. One lock for each
// group has its runs accepted one after another: their order in the list is
// then the order in which they became visible, and a run that looks for those
// before it sees all of them.
func (db *DB) insertInGroup(ctx context.Context, r journal.NewRun, inputs, options []byte) error {
	return pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, db.channel+"/"+r.Group.Name); err != nil {
			return err
		}
		var others int
		err := tx.QueryRow(ctx, `
			SELECT count(*) FROM runs JOIN run_groups ON run = id WHERE ended IS NULL AND name = $1`, r.Group.Name).Scan(&others)
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		db.queueRun(b, r, inputs, options)
		b.Queue(`INSERT INTO run_groups (run, name, most) VALUES ($1, $2, $3)`, r.ID, r.Group.Name, r.Group.Limit)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err // ErrNoRows: the key has a run, whether there is room or not
		}
		if r.Group.NoWait && others >= r.Group.Limit {
			return journal.ErrBusy
		}
		return nil
	})
}

// Turns implements journal.Groups.
func (db *DB) Turns(ctx context.Context, owner string) ([]executor.RunID, error) {
	runs, err := db.runIDs(ctx, `
		SELECT id FROM (
			SELECT id, n, owner, seq, most, row_number() OVER (PARTITION BY name ORDER BY n) AS place
			FROM runs JOIN run_groups ON run = id WHERE ended IS NULL) AS open
		WHERE owner = $1 AND seq = 0 AND place <= most ORDER BY n`, owner)
	if err != nil {
		return nil, fmt.Errorf("cannot tell which runs have their turn: %w", err)
	}
	return runs, nil
}

// Ahead implements journal.Groups.
func (db *DB) Ahead(ctx context.Context, run executor.RunID) ([]executor.RunID, error) {
	var most int
	err := db.pool.QueryRow(ctx, `SELECT coalesce(max(most), 0) FROM run_groups WHERE run = $1`, run).Scan(&most)
	if err != nil {
		return nil, fmt.Errorf("cannot tell for which runs %s waits: %w", run, err)
	}
	runs, err := db.runIDs(ctx, `
		SELECT r.id FROM runs mine JOIN run_groups g ON g.run = mine.id JOIN run_groups other ON other.name = g.name
		JOIN runs r ON r.id = other.run AND r.n < mine.n AND r.ended IS NULL
		WHERE mine.id = $1 ORDER BY r.n`, run)
	if err != nil {
		return nil, fmt.Errorf("cannot tell for which runs %s waits: %w", run, err)
	}
	if len(runs) < most {
		return nil, nil
	}
	return runs, nil
}

func (db *DB) runIDs(ctx context.Context, query string, args ...any) ([]executor.RunID, error) {
	rows, err := db.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[executor.RunID])
}
