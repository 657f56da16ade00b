package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"example.org/weft/executor/journal"
)

// PutDocument implements journal.Documents.
func (db *DB) PutDocument(ctx context.Context, kind, key string, data []byte) error {
	if !journal.IsText(kind) || !journal.IsText(key) {
		return fmt.Errorf("cannot keep %s %q: %w", kind, key, journal.ErrText)
	}
	err := db.writer.do(ctx, func(tx *sql.Conn) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO documents (kind, key, data) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET data = excluded.data`, kind, key, notNil(data))
		return err
	})
	if err != nil {
		return fmt.Errorf("cannot keep %s %q: %w", kind, key, err)
	}
	return nil
}

// Document implements journal.Documents.
func (db *DB) Document(ctx context.Context, kind, key string) (data []byte, err error) {
	err = db.reader.QueryRowContext(ctx, `SELECT data FROM documents WHERE kind = ? AND key = ?`, kind, key).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		err = journal.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read %s %q: %w", kind, key, err)
	}
	return data, nil
}

// Documents implements journal.Documents.
func (db *DB) Documents(ctx context.Context, kind string) (map[string][]byte, error) {
	rows, err := db.reader.QueryContext(ctx, `SELECT key, data FROM documents WHERE kind = ?`, kind)
	if err != nil {
		return nil, fmt.Errorf("cannot list documents of kind %s: %w", kind, err)
	}
	defer rows.Close()
	all := make(map[string][]byte)
	for rows.Next() {
		var key string
		var data []byte
		if err := rows.Scan(&key, &data); err != nil {
			return nil, fmt.Errorf("cannot list documents of kind %s: %w", kind, err)
		}
		all[key] = data
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("cannot list documents of kind %s: %w", kind, err)
	}
	return all, nil
}
