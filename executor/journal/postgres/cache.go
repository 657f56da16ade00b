package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"example.org/weft/executor/journal"
)

var _ journal.Cache = (*DB)(nil)

// PutCached implements journal.Cache. The entries go in the order of their keys,
// so that no two calls wait for each other.
func (db *DB) PutCached(ctx context.Context, entries []journal.CacheEntry) error {
	entries = slices.Clone(entries)
	slices.SortStableFunc(entries, func(a, b journal.CacheEntry) int { return cmp.Compare(a.Key, b.Key) })
	b := &pgx.Batch{} // is one transaction
	for _, e := range entries {
		if !journal.IsText(e.Key) || !journal.IsText(e.Task) {
			return fmt.Errorf("cannot keep the result of %q: %w", e.Task, journal.ErrText)
		}
		b.Queue(`
			INSERT INTO cached (key, task, made, data) VALUES ($1, $2, $3, coalesce($4, ''::bytea))
			ON CONFLICT (key) DO UPDATE SET task = excluded.task, made = excluded.made, data = excluded.data`,
			e.Key, e.Task, e.Made, e.Data)
	}
	if err := db.pool.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("cannot keep %d results: %w", len(entries), explain(err))
	}
	return nil
}

// Cached implements journal.Cache.
func (db *DB) Cached(ctx context.Context, key string) (journal.CacheEntry, error) {
	return db.cached(ctx, `SELECT key, task, made, data FROM cached WHERE key = $1`, key)
}

// LastCached implements journal.Cache.
func (db *DB) LastCached(ctx context.Context, task string) (journal.CacheEntry, error) {
	return db.cached(ctx, `SELECT key, task, made, data FROM cached WHERE task = $1 ORDER BY made DESC LIMIT 1`, task)
}

func (db *DB) cached(ctx context.Context, query, arg string) (e journal.CacheEntry, err error) {
	if !journal.IsText(arg) {
		return e, fmt.Errorf("cannot read the result of %q: %w", arg, journal.ErrNotFound)
	}
	err = db.pool.QueryRow(ctx, query, arg).Scan(&e.Key, &e.Task, &e.Made, &e.Data)
	if errors.Is(err, pgx.ErrNoRows) {
		err = journal.ErrNotFound
	}
	if err != nil {
		return e, fmt.Errorf("cannot read the result of %s: %w", arg, err)
	}
	e.Made = e.Made.UTC()
	return e, nil
}
