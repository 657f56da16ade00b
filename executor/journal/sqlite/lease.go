package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// Acquire implements journal.Journal.
func (db *DB) Acquire(ctx context.Context, owner string, ttl time.Duration, limit int) ([]journal.Lease, error) {
	var leases []journal.Lease
	err := db.writer.do(ctx, func(tx *sql.Conn) (err error) {
		now := time.Now()
		if leases, err = takeFree(ctx, tx, owner, now, limit); err != nil || len(leases) == 0 {
			return err
		}
		return prolong(ctx, tx, owner, now.Add(ttl))
	})
	if err != nil {
		return nil, fmt.Errorf("cannot acquire runs for %s: %w", owner, err)
	}
	return leases, nil
}

func takeFree(ctx context.Context, tx *sql.Conn, owner string, now time.Time, limit int) ([]journal.Lease, error) {
	rows, err := tx.QueryContext(ctx, `
		UPDATE runs SET owner = ?, epoch = epoch + 1 WHERE n IN (
			SELECT n FROM runs WHERE ended IS NULL
				AND owner NOT IN (SELECT name FROM owners WHERE expires > ?)
			ORDER BY n LIMIT ?)
		RETURNING id, version, epoch`, owner, now.UnixMicro(), limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var leases []journal.Lease
	for rows.Next() {
		var l journal.Lease
		if err := rows.Scan(&l.Run, &l.Version, &l.Epoch); err != nil {
			return nil, err
		}
		leases = append(leases, l)
	}
	slices.SortFunc(leases, func(a, b journal.Lease) int { return strings.Compare(string(a.Run), string(b.Run)) })
	return leases, rows.Err()
}

// prolong sets the end of owner's lease, unless it is later already.
func prolong(ctx context.Context, tx *sql.Conn, owner string, expires time.Time) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO owners (name, expires) VALUES (?, ?)
		ON CONFLICT DO UPDATE SET expires = max(expires, excluded.expires)`, owner, expires.UnixMicro())
	return err
}

// Renew implements journal.Journal.
func (db *DB) Renew(ctx context.Context, owner string, ttl time.Duration) ([]executor.RunID, error) {
	var runs []executor.RunID
	err := db.writer.do(ctx, func(tx *sql.Conn) (err error) {
		if err := prolong(ctx, tx, owner, time.Now().Add(ttl)); err != nil {
			return err
		}
		runs, err = openRuns(ctx, tx, owner)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("cannot renew the leases of %s: %w", owner, err)
	}
	return runs, nil
}

func openRuns(ctx context.Context, tx *sql.Conn, owner string) ([]executor.RunID, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id FROM runs WHERE owner = ? AND ended IS NULL ORDER BY n`, owner)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var runs []executor.RunID
	for rows.Next() {
		var run executor.RunID
		if err := rows.Scan(&run); err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	return runs, rows.Err()
}

// Release implements journal.Releaser.
func (db *DB) Release(ctx context.Context, owner string, runs ...executor.RunID) error {
	err := db.writer.do(ctx, func(tx *sql.Conn) error {
		if len(runs) == 0 {
			if _, err := tx.ExecContext(ctx, `DELETE FROM owners WHERE name = ?`, owner); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `UPDATE runs SET owner = '' WHERE owner = ? AND ended IS NULL`, owner)
			return err
		}
		for _, run := range runs {
			_, err := tx.ExecContext(ctx,
				`UPDATE runs SET owner = '' WHERE id = ? AND owner = ? AND ended IS NULL`, run, owner)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("cannot release the leases of %s: %w", owner, err)
	}
	return nil
}
