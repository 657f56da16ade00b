package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"example.org/weft/executor/journal"
)

// PutWorkflow implements journal.Catalog.
func (db *DB) PutWorkflow(ctx context.Context, w journal.Workflow) error {
	if !journal.IsText(w.Name) || !journal.IsText(w.Version) {
		return fmt.Errorf("cannot keep workflow %q: %w", w.Name, journal.ErrText)
	}
	pins, err := journal.EncodePins(w.Pins)
	if err != nil {
		return fmt.Errorf("cannot keep workflow %s: %w", w.Name, err)
	}
	b := &pgx.Batch{} // is one transaction
	b.Queue(`
		INSERT INTO workflows (name, version, source, created, pins) VALUES ($1, $2, coalesce($3, ''::bytea), $4, $5)
		ON CONFLICT DO NOTHING`, w.Name, w.Version, w.Source, w.Created, pins)
	if !w.Part {
		b.Queue(`
			INSERT INTO latest (name, version) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET version = excluded.version`, w.Name, w.Version)
	}
	if err := db.pool.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("cannot keep workflow %s: %w", w.Name, err)
	}
	return nil
}

// Workflow implements journal.Catalog.
func (db *DB) Workflow(ctx context.Context, name, version string) (journal.Workflow, error) {
	w, err := db.workflow(ctx, name, version)
	if errors.Is(err, pgx.ErrNoRows) {
		err = journal.ErrNotFound
	}
	if err != nil {
		return journal.Workflow{}, fmt.Errorf("cannot read workflow %q %q: %w", name, version, err)
	}
	return w, nil
}

func (db *DB) workflow(ctx context.Context, name, version string) (w journal.Workflow, err error) {
	if !journal.IsText(name) || !journal.IsText(version) {
		return w, journal.ErrNotFound
	}
	const columns = `SELECT w.name, w.version, w.source, w.created, w.pins FROM workflows w `
	var rows pgx.Rows
	switch {
	case version == "":
		rows, err = db.pool.Query(ctx, columns+`JOIN latest USING (name, version) WHERE w.name = $1`, name)
	case name == "":
		rows, err = db.pool.Query(ctx, columns+`WHERE w.version = $1 ORDER BY w.name LIMIT 1`, version)
	default:
		rows, err = db.pool.Query(ctx, columns+`WHERE w.name = $1 AND w.version = $2`, name, version)
	}
	if err != nil {
		return w, err
	}
	return pgx.CollectExactlyOneRow(rows, scanWorkflow)
}

// Workflows implements journal.Catalog.
func (db *DB) Workflows(ctx context.Context, after string, limit int) ([]journal.Workflow, error) {
	if !journal.IsText(after) {
		return nil, fmt.Errorf("cannot list workflows: %w", journal.ErrCursor)
	}
	rows, err := db.pool.Query(ctx, `
		SELECT w.name, w.version, w.source, w.created, w.pins FROM workflows w JOIN latest USING (name, version)
		WHERE w.name > $1 ORDER BY w.name LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("cannot list workflows: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanWorkflow)
	if err != nil {
		return nil, fmt.Errorf("cannot list workflows: %w", err)
	}
	return list, nil
}

func scanWorkflow(row pgx.CollectableRow) (w journal.Workflow, err error) {
	var pins []byte
	if err := row.Scan(&w.Name, &w.Version, &w.Source, &w.Created, &pins); err != nil {
		return w, err
	}
	w.Created = w.Created.UTC()
	w.Pins, err = journal.DecodePins(pins)
	return w, err
}
