package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// Mirror implements journal.Mirror.
func (db *DB) Mirror(ctx context.Context, b journal.Batch) error {
	if _, err := journal.Merge([]journal.Batch{b}); err != nil { // it finds gaps
		return fmt.Errorf("cannot mirror: %w", err)
	}
	var rows appendRows
	if err := rows.add(b); err != nil {
		return fmt.Errorf("cannot mirror run %s: %w", b.Run, err)
	}
	if err := db.mirror(ctx, b, &rows); err != nil {
		return fmt.Errorf("cannot mirror run %s: %w", b.Run, err)
	}
	return nil
}

func (db *DB) mirror(ctx context.Context, b journal.Batch, rows *appendRows) error {
	return pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		var epoch, seq uint64
		err := tx.QueryRow(ctx, `SELECT epoch, seq FROM runs WHERE id = $1 FOR NO KEY UPDATE`, b.Run).Scan(&epoch, &seq)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return journal.ErrNotFound
		case err != nil:
			return err
		case epoch > b.Epoch:
			return journal.ErrFenced
		case len(b.Records) > 0 && b.Records[0].Seq > seq+1:
			return fmt.Errorf("record %d does not follow %d", b.Records[0].Seq, seq)
		}
		q := &pgx.Batch{}
		if len(b.Records) > 0 {
			queueMirror(q, b, rows)
		}
		q.Queue(`UPDATE inbox SET folded = true WHERE run = $1 AND id = ANY($2)`, b.Run, b.Done)
		if len(rows.ended) > 0 {
			q.Queue(emptySQL, rows.ended)
		}
		db.queueNotify(q, b.Run)
		return tx.SendBatch(ctx, q).Close()
	})
}

// queueMirror adds what puts the records in their place and brings the row of
// the run up to date. A run of which the last record is no end goes on.
func queueMirror(q *pgx.Batch, b journal.Batch, rows *appendRows) {
	r, f := &rows.batch, &rows.fact
	first, last := b.Records[0].Seq, b.Records[len(b.Records)-1].Seq
	q.Queue(`DELETE FROM records WHERE run = $1 AND seq >= $2`, b.Run, first)
	q.Queue(`
		INSERT INTO records (run, seq, at, kind, data)
		SELECT $1, seq, at, kind, data
		FROM unnest($2::bigint[], $3::timestamptz[], $4::text[], $5::bytea[]) AS f (seq, at, kind, data)`,
		b.Run, f.seqs, f.times, f.kinds, f.data)
	q.Queue(`
		UPDATE runs SET epoch = $2, seq = $3,
			status = CASE WHEN $4 THEN $5 WHEN $6::text IS NOT NULL THEN $6
				WHEN ended IS NOT NULL OR status = $5 THEN $7 ELSE status END,
			error = coalesce($8, error), started = coalesce($9, started), ended = $10, outputs = $11
		WHERE id = $1`,
		b.Run, b.Epoch, last, r.reopened[0], executor.StatusPending, r.statuses[0], executor.StatusRunning,
		r.errs[0], r.started[0], r.ended[0], r.outputs[0])
}
