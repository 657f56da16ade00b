package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

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
	err = db.writer.do(ctx, func(tx *sql.Conn) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO workflows (name, version, source, created, pins) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, w.Name, w.Version, notNil(w.Source), w.Created.UnixMicro(), pins)
		if err != nil || w.Part {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO latest (name, version) VALUES (?, ?)
			ON CONFLICT DO UPDATE SET version = excluded.version`, w.Name, w.Version)
		return err
	})
	if err != nil {
		return fmt.Errorf("cannot keep workflow %s: %w", w.Name, err)
	}
	return nil
}

// Workflow implements journal.Catalog.
func (db *DB) Workflow(ctx context.Context, name, version string) (journal.Workflow, error) {
	const columns = `SELECT w.name, w.version, w.source, w.created, w.pins FROM workflows w `
	var row *sql.Row
	switch {
	case version == "":
		row = db.reader.QueryRowContext(ctx, columns+`JOIN latest USING (name, version) WHERE w.name = ?`, name)
	case name == "":
		row = db.reader.QueryRowContext(ctx, columns+`WHERE w.version = ? ORDER BY w.name LIMIT 1`, version)
	default:
		row = db.reader.QueryRowContext(ctx, columns+`WHERE w.name = ? AND w.version = ?`, name, version)
	}
	w, err := scanWorkflow(row)
	if errors.Is(err, sql.ErrNoRows) {
		err = journal.ErrNotFound
	}
	if err != nil {
		return journal.Workflow{}, fmt.Errorf("cannot read workflow %q %q: %w", name, version, err)
	}
	return w, nil
}

// Workflows implements journal.Catalog.
func (db *DB) Workflows(ctx context.Context, after string, limit int) ([]journal.Workflow, error) {
	rows, err := db.reader.QueryContext(ctx, `
		SELECT w.name, w.version, w.source, w.created, w.pins FROM workflows w JOIN latest USING (name, version)
		WHERE w.name > ? ORDER BY w.name LIMIT ?`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("cannot list workflows: %w", err)
	}
	defer rows.Close()
	var list []journal.Workflow
	for rows.Next() {
		w, err := scanWorkflow(rows)
		if err != nil {
			return nil, fmt.Errorf("cannot list workflows: %w", err)
		}
		list = append(list, w)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("cannot list workflows: %w", err)
	}
	return list, nil
}

// A scanner is a *sql.Row or *sql.Rows.
type scanner interface{ Scan(dest ...any) error }

func scanWorkflow(s scanner) (w journal.Workflow, err error) {
	var created sql.NullInt64
	var pins []byte
	if err := s.Scan(&w.Name, &w.Version, &w.Source, &created, &pins); err != nil {
		return w, err
	}
	w.Created = fromMicros(created)
	w.Pins, err = journal.DecodePins(pins)
	return w, err
}

// notNil returns data, or an empty slice, which is no NULL, for nil.
func notNil(data []byte) []byte {
	if data == nil {
		return []byte{}
	}
	return data
}
