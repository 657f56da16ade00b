package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// Post implements journal.Mailbox.
func (db *DB) Post(ctx context.Context, run executor.RunID, key string, f executor.Fact) error {
	if err := db.post(ctx, run, key, f); err != nil {
		return fmt.Errorf("cannot post to run %s: %w", run, explain(err))
	}
	return nil
}

func (db *DB) post(ctx context.Context, run executor.RunID, key string, f executor.Fact) error {
	if !journal.IsText(string(run)) {
		return journal.ErrNotFound
	}
	if !journal.IsText(key) {
		return journal.ErrText
	}
	kind, data, err := executor.EncodeFact(f)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		// The lock holds back an append that ends the run, so that no message
		// is left in the inbox of a run that has ended.
		var ended bool
		err := tx.QueryRow(ctx, `SELECT ended IS NOT NULL FROM runs WHERE id = $1 FOR SHARE`, run).Scan(&ended)
		if errors.Is(err, pgx.ErrNoRows) {
			return journal.ErrNotFound
		}
		if err != nil || ended {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(`
			INSERT INTO inbox (run, key, kind, data) VALUES ($1, nullif($2, ''), $3, $4)
			ON CONFLICT (run, key) DO NOTHING`, run, key, kind, data)
		db.queueNotify(b, run)
		return tx.SendBatch(ctx, b).Close()
	})
}

// queueNotify adds what tells all servers that something happened to a run.
func (db *DB) queueNotify(b *pgx.Batch, run executor.RunID) {
	b.Queue(`SELECT pg_notify($1, $2)`, db.channel, run)
}

// Inbox implements journal.Journal.
func (db *DB) Inbox(ctx context.Context, owner string) ([]journal.Message, error) {
	rows, err := db.pool.Query(ctx, `
		SELECT i.id, i.run, i.kind, i.data FROM runs r JOIN inbox i ON i.run = r.id
		WHERE r.owner = $1 AND r.ended IS NULL AND NOT i.folded ORDER BY i.id`, owner)
	if err != nil {
		return nil, fmt.Errorf("cannot read the inbox of %s: %w", owner, err)
	}
	messages, err := pgx.CollectRows(rows, scanMessage)
	if err != nil {
		return nil, fmt.Errorf("cannot read the inbox of %s: %w", owner, err)
	}
	return messages, nil
}

func scanMessage(row pgx.CollectableRow) (m journal.Message, err error) {
	var kind string
	var data []byte
	if err := row.Scan(&m.ID, &m.Run, &kind, &data); err != nil {
		return m, err
	}
	m.Fact, err = executor.DecodeFact(kind, data)
	return m, err
}
