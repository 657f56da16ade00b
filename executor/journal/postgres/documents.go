package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"example.org/weft/executor/journal"
)

// PutDocument implements journal.Documents.
func (db *DB) PutDocument(ctx context.Context, kind, key string, data []byte) error {
	if !journal.IsText(kind) || !journal.IsText(key) {
		return fmt.Errorf("cannot keep %s %q: %w", kind, key, journal.ErrText)
	}
	_, err := db.pool.Exec(ctx, `
		INSERT INTO documents (kind, key, data) VALUES ($1, $2, coalesce($3, ''::bytea))
		ON CONFLICT (kind, key) DO UPDATE SET data = excluded.data`, kind, key, data)
	if err != nil {
		return fmt.Errorf("cannot keep %s %q: %w", kind, key, err)
	}
	return nil
}

// Document implements journal.Documents.
func (db *DB) Document(ctx context.Context, kind, key string) (data []byte, err error) {
	if !journal.IsText(kind) || !journal.IsText(key) {
		return nil, fmt.Errorf("cannot read %s %q: %w", kind, key, journal.ErrNotFound)
	}
	err = db.pool.QueryRow(ctx, `SELECT data FROM documents WHERE kind = $1 AND key = $2`, kind, key).Scan(&data)
	if errors.Is(err, pgx.ErrNoRows) {
		err = journal.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read %s %q: %w", kind, key, err)
	}
	return data, nil
}

// Documents implements journal.Documents.
func (db *DB) Documents(ctx context.Context, kind string) (map[string][]byte, error) {
	if !journal.IsText(kind) {
		return map[string][]byte{}, nil // no document is of such a kind
	}
	rows, err := db.pool.Query(ctx, `SELECT key, data FROM documents WHERE kind = $1`, kind)
	if err != nil {
		return nil, fmt.Errorf("cannot list documents of kind %s: %w", kind, err)
	}
	all := make(map[string][]byte)
	var key string
	var data []byte
	_, err = pgx.ForEachRow(rows, []any{&key, &data}, func() error {
		all[key] = append([]byte(nil), data...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("cannot list documents of kind %s: %w", kind, err)
	}
	return all, nil
}
