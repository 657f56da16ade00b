package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// joinGroup puts a run that was just inserted into its group, or refuses it
// when it is not to wait.
func joinGroup(ctx context.Context, tx *sql.Conn, r journal.NewRun) error {
	if r.Group.Name == "" {
		return nil
	}
	var others int
	err := tx.QueryRowContext(ctx, `
		SELECT count(*) FROM runs JOIN run_groups ON run = id WHERE ended IS NULL AND name = ?`, r.Group.Name).Scan(&others)
	if err != nil {
		return err
	}
	if r.Group.NoWait && others >= r.Group.Limit {
		return journal.ErrBusy
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO run_groups (run, name, most) VALUES (?, ?, ?)`, r.ID, r.Group.Name, r.Group.Limit)
	return err
}

// Turns implements journal.Groups.
func (db *DB) Turns(ctx context.Context, owner string) ([]executor.RunID, error) {
	runs, err := db.runIDs(ctx, `
		SELECT id FROM (
			SELECT id, n, owner, seq, most, row_number() OVER (PARTITION BY name ORDER BY n) AS place
			FROM runs JOIN run_groups ON run = id WHERE ended IS NULL)
		WHERE owner = ? AND seq = 0 AND place <= most ORDER BY n`, owner)
	if err != nil {
		return nil, fmt.Errorf("cannot tell which runs have their turn: %w", err)
	}
	return runs, nil
}

// Ahead implements journal.Groups.
func (db *DB) Ahead(ctx context.Context, run executor.RunID) ([]executor.RunID, error) {
	var most int
	err := db.reader.QueryRowContext(ctx, `SELECT coalesce(max(most), 0) FROM run_groups WHERE run = ?`, run).Scan(&most)
	if err != nil {
		return nil, fmt.Errorf("cannot tell for which runs %s waits: %w", run, err)
	}
	runs, err := db.runIDs(ctx, `
		SELECT r.id FROM runs mine JOIN run_groups g ON g.run = mine.id JOIN run_groups other ON other.name = g.name
		JOIN runs r ON r.id = other.run AND r.n < mine.n AND r.ended IS NULL
		WHERE mine.id = ? ORDER BY r.n`, run)
	if err != nil {
		return nil, fmt.Errorf("cannot tell for which runs %s waits: %w", run, err)
	}
	if len(runs) < most {
		return nil, nil
	}
	return runs, nil
}

func (db *DB) runIDs(ctx context.Context, query string, args ...any) ([]executor.RunID, error) {
	rows, err := db.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var runs []executor.RunID
	for rows.Next() {
		var id executor.RunID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		runs = append(runs, id)
	}
	return runs, rows.Err()
}
