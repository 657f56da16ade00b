package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"example.org/weft/executor/journal"
)

var _ journal.Cache = (*DB)(nil)

// PutCached implements journal.Cache.
func (db *DB) PutCached(ctx context.Context, entries []journal.CacheEntry) error {
	err := db.writer.do(ctx, func(tx *sql.Conn) error {
		for _, e := range entries {
			if !journal.IsText(e.Key) || !journal.IsText(e.Task) {
				return journal.ErrText
			}
			_, err := tx.ExecContext(ctx, `
				INSERT INTO cached (key, task, made, data) VALUES (?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET task = excluded.task, made = excluded.made, data = excluded.data`,
				e.Key, e.Task, micros(e.Made), notNil(e.Data))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("cannot keep %d results: %w", len(entries), err)
	}
	return nil
}

// Cached implements journal.Cache.
func (db *DB) Cached(ctx context.Context, key string) (journal.CacheEntry, error) {
	return db.cached(ctx, `SELECT key, task, made, data FROM cached WHERE key = ?`, key)
}

// LastCached implements journal.Cache.
func (db *DB) LastCached(ctx context.Context, task string) (journal.CacheEntry, error) {
	return db.cached(ctx, `SELECT key, task, made, data FROM cached WHERE task = ? ORDER BY made DESC LIMIT 1`, task)
}

func (db *DB) cached(ctx context.Context, query, arg string) (e journal.CacheEntry, err error) {
	var made sql.NullInt64
	err = db.reader.QueryRowContext(ctx, query, arg).Scan(&e.Key, &e.Task, &made, &e.Data)
	if errors.Is(err, sql.ErrNoRows) {
		err = journal.ErrNotFound
	}
	if err != nil {
		return e, fmt.Errorf("cannot read the result of %s: %w", arg, err)
	}
	e.Made = fromMicros(made)
	return e, nil
}
