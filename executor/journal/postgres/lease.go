package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// Acquire implements journal.Journal. Owners acquire one after another: else one
// could take what another has just taken, whose lease it does not see yet.
func (db *DB) Acquire(ctx context.Context, owner string, ttl time.Duration, limit int) (leases []journal.Lease, err error) {
	b := &pgx.Batch{} // is one transaction
	b.Queue(`SELECT pg_advisory_xact_lock(hashtextextended($1, 1))`, db.channel)
	b.Queue(`
		WITH taken AS (
			SELECT id FROM runs WHERE ended IS NULL
				AND owner NOT IN (SELECT name FROM owners WHERE expires > now())
			ORDER BY n LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED
		), lease AS (
			INSERT INTO owners (name, expires) SELECT $1, now() + $2::interval WHERE EXISTS (SELECT FROM taken)
			ON CONFLICT (name) DO UPDATE SET expires = greatest(owners.expires, excluded.expires)
		)
		UPDATE runs r SET owner = $1, epoch = epoch + 1 FROM taken WHERE r.id = taken.id
		RETURNING r.id, r.version, r.epoch`, owner, ttl, limit).
		Query(func(rows pgx.Rows) (err error) {
			leases, err = pgx.CollectRows(rows, pgx.RowToStructByPos[journal.Lease])
			return err
		})
	if err := db.pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("cannot acquire runs for %s: %w", owner, explain(err))
	}
	slices.SortFunc(leases, func(a, b journal.Lease) int { return strings.Compare(string(a.Run), string(b.Run)) })
	return leases, nil
}

// Renew implements journal.Journal.
func (db *DB) Renew(ctx context.Context, owner string, ttl time.Duration) ([]executor.RunID, error) {
	rows, err := db.pool.Query(ctx, `
		WITH lease AS (
			INSERT INTO owners (name, expires) VALUES ($1, now() + $2::interval)
			ON CONFLICT (name) DO UPDATE SET expires = greatest(owners.expires, excluded.expires)
		)
		SELECT id FROM runs WHERE owner = $1 AND ended IS NULL ORDER BY n`, owner, ttl)
	if err != nil {
		return nil, fmt.Errorf("cannot renew the leases of %s: %w", owner, explain(err))
	}
	runs, err := pgx.CollectRows(rows, pgx.RowTo[executor.RunID])
	if err != nil {
		return nil, fmt.Errorf("cannot renew the leases of %s: %w", owner, err)
	}
	return runs, nil
}

// Release implements journal.Releaser. It locks the runs in the order in which
// Append does.
func (db *DB) Release(ctx context.Context, owner string, runs ...executor.RunID) error {
	_, err := db.pool.Exec(ctx, `
		WITH mine AS (
			SELECT id FROM runs WHERE owner = $1 AND ended IS NULL AND (cardinality($2::text[]) = 0 OR id = ANY($2))
			ORDER BY id FOR NO KEY UPDATE
		), lease AS (
			DELETE FROM owners WHERE name = $1 AND cardinality($2::text[]) = 0
		)
		UPDATE runs r SET owner = '' FROM mine WHERE r.id = mine.id`, owner, append([]executor.RunID{}, runs...))
	if err != nil {
		return fmt.Errorf("cannot release the leases of %s: %w", owner, explain(err))
	}
	return nil
}
