package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// Accept implements journal.Catalog.
func (db *DB) Accept(ctx context.Context, r journal.NewRun) (run executor.RunID, accepted bool, err error) {
	run, accepted, err = db.accept(ctx, r)
	if err != nil { // nothing was written
		return "", false, fmt.Errorf("cannot accept run of workflow %s: %w", r.Workflow, err)
	}
	if accepted {
		db.hub.Wake("")
	}
	return run, accepted, nil
}

func (db *DB) accept(ctx context.Context, r journal.NewRun) (run executor.RunID, accepted bool, err error) {
	for _, s := range []string{string(r.ID), r.Workflow, r.Version, r.IdempotencyKey, r.Owner, r.Group.Name} {
		if !journal.IsText(s) {
			return "", false, journal.ErrText
		}
	}
	inputs, err := json.Marshal(r.Inputs)
	if err != nil {
		return "", false, err
	}
	err = db.writer.do(ctx, func(tx *sql.Conn) (err error) {
		run, err = findAccepted(ctx, tx, r, inputs)
		if err != nil || run != "" {
			return err
		}
		run, accepted = r.ID, true
		if err := insertRun(ctx, tx, r, inputs); err != nil {
			return err
		}
		if err := joinGroup(ctx, tx, r); err != nil || r.Owner == "" {
			return err
		}
		return prolong(ctx, tx, r.Owner, time.Now().Add(r.TTL))
	})
	return run, accepted, err
}

// findAccepted returns the run that was accepted with the idempotency key of r;
// empty when there is none.
func findAccepted(ctx context.Context, tx *sql.Conn, r journal.NewRun, inputs []byte) (executor.RunID, error) {
	if r.IdempotencyKey == "" {
		return "", nil
	}
	var run executor.RunID
	var version string
	var before []byte
	err := tx.QueryRowContext(ctx, `
		SELECT id, version, inputs FROM runs JOIN run_values USING (n)
		WHERE workflow = ? AND idempotency_key = ?`, r.Workflow, r.IdempotencyKey).Scan(&run, &version, &before)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if version != r.Version || !journal.SameJSON(before, inputs) {
		return "", fmt.Errorf("run %s has the same key: %w", run, journal.ErrConflict)
	}
	return run, nil
}

func insertRun(ctx context.Context, tx *sql.Conn, r journal.NewRun, inputs []byte) error {
	options, err := json.Marshal(r.Options)
	if err != nil {
		return err
	}
	var n int64
	err = tx.QueryRowContext(ctx, `
		INSERT INTO runs (id, workflow, version, idempotency_key, status, created, owner, epoch)
		VALUES (?, ?, ?, nullif(?, ''), ?, ?, ?, 1) RETURNING n`,
		r.ID, r.Workflow, r.Version, r.IdempotencyKey, executor.StatusPending, r.Created.UnixMicro(), r.Owner).Scan(&n)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO run_values (n, inputs, options) VALUES (?, ?, ?)`, n, inputs, options)
	return err
}
