package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// Post implements journal.Mailbox.
func (db *DB) Post(ctx context.Context, run executor.RunID, key string, f executor.Fact) error {
	if err := db.post(ctx, run, key, f); err != nil {
		return fmt.Errorf("cannot post to run %s: %w", run, err)
	}
	db.hub.Wake(run)
	return nil
}

func (db *DB) post(ctx context.Context, run executor.RunID, key string, f executor.Fact) error {
	if !journal.IsText(key) {
		return journal.ErrText
	}
	kind, data, err := executor.EncodeFact(f)
	if err != nil {
		return err
	}
	return db.writer.do(ctx, func(tx *sql.Conn) error {
		var ended bool
		err := tx.QueryRowContext(ctx, `SELECT ended IS NOT NULL FROM runs WHERE id = ?`, run).Scan(&ended)
		if errors.Is(err, sql.ErrNoRows) {
			return journal.ErrNotFound
		}
		if err != nil || ended {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO inbox (run, key, kind, data) VALUES (?, nullif(?, ''), ?, ?)
			ON CONFLICT DO NOTHING`, run, key, kind, data)
		return err
	})
}

// Inbox implements journal.Journal.
func (db *DB) Inbox(ctx context.Context, owner string) ([]journal.Message, error) {
	rows, err := db.reader.QueryContext(ctx, `
		SELECT i.id, i.run, i.kind, i.data FROM runs r JOIN inbox i ON i.run = r.id
		WHERE r.owner = ? AND r.ended IS NULL AND i.folded = 0 ORDER BY i.id`, owner)
	if err != nil {
		return nil, fmt.Errorf("cannot read the inbox of %s: %w", owner, err)
	}
	defer rows.Close()
	var messages []journal.Message
	for rows.Next() {
		m, err := scanMessage(rows)
		if err != nil {
			return nil, fmt.Errorf("cannot read the inbox of %s: %w", owner, err)
		}
		messages = append(messages, m)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("cannot read the inbox of %s: %w", owner, err)
	}
	return messages, nil
}

func scanMessage(rows *sql.Rows) (m journal.Message, err error) {
	var kind string
	var data []byte
	if err := rows.Scan(&m.ID, &m.Run, &kind, &data); err != nil {
		return m, err
	}
	m.Fact, err = executor.DecodeFact(kind, data)
	return m, err
}
