package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// Accept implements journal.Catalog.
func (db *DB) Accept(ctx context.Context, r journal.NewRun) (run executor.RunID, accepted bool, err error) {
	run, accepted, err = db.accept(ctx, r)
	if err != nil {
		return "", false, fmt.Errorf("cannot accept run of workflow %s: %w", r.Workflow, explain(err))
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
	options, err := json.Marshal(r.Options)
	if err != nil {
		return "", false, err
	}
	err = db.insertRun(ctx, r, inputs, options)
	if errors.Is(err, pgx.ErrNoRows) {
		run, err = db.findAccepted(ctx, r, inputs)
		return run, false, err
	}
	return r.ID, true, err
}

// insertRun inserts a run and takes the lease for its owner; ErrNoRows when
// there is one with the same idempotency key. The row of the owner is left
// alone while half of its time is left: otherwise runs would be accepted one
// after another. NOTIFY does that too, so a run that has an owner already is
// not announced before its first record.
func (db *DB) insertRun(ctx context.Context, r journal.NewRun, inputs, options []byte) error {
	if r.Group.Name != "" {
		return db.insertInGroup(ctx, r, inputs, options)
	}
	b := &pgx.Batch{} // is one transaction
	db.queueRun(b, r, inputs, options)
	return db.pool.SendBatch(ctx, b).Close()
}

// queueRun adds what accepts a run to a batch.
func (db *DB) queueRun(b *pgx.Batch, r journal.NewRun, inputs, options []byte) {
	if r.Owner != "" {
		b.Queue(`INSERT INTO owners (name, expires) VALUES ($1, now() + $2::interval) ON CONFLICT DO NOTHING`, r.Owner, r.TTL)
		b.Queue(`
			UPDATE owners SET expires = now() + $2::interval
			WHERE name = $1 AND expires < now() + $2::interval / 2`, r.Owner, r.TTL)
	} else {
		db.queueNotify(b, "")
	}
	b.Queue(`
		INSERT INTO runs (id, workflow, version, idempotency_key, status, created, owner, epoch, inputs, options)
		VALUES ($1, $2, $3, nullif($4, ''), $5, $6, $7, 1, $8, $9)
		ON CONFLICT (workflow, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
		RETURNING id`,
		r.ID, r.Workflow, r.Version, r.IdempotencyKey, executor.StatusPending, r.Created, r.Owner, inputs, options).
		QueryRow(func(row pgx.Row) error { return row.Scan(new(executor.RunID)) })
}

// findAccepted returns the run that was accepted with the idempotency key of r.
func (db *DB) findAccepted(ctx context.Context, r journal.NewRun, inputs []byte) (run executor.RunID, err error) {
	var version string
	var before []byte
	err = db.pool.QueryRow(ctx, `
		SELECT id, version, inputs FROM runs WHERE workflow = $1 AND idempotency_key = $2`,
		r.Workflow, r.IdempotencyKey).Scan(&run, &version, &before)
	if err != nil {
		return "", err
	}
	if version != r.Version || !journal.SameJSON(before, inputs) {
		return "", fmt.Errorf("run %s has the same key: %w", run, journal.ErrConflict)
	}
	return run, nil
}
