package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"

	"example.org/weft/bench/internal/weft"
)

// onSQLite is `weft run`, each time from an empty data folder, beside a database
// with the settings of Weft's journal.
type onSQLite struct {
	program, dir string
	db           *sql.DB
	settings     string
}

func openSQLite(ctx context.Context, program, dir string) (*onSQLite, error) {
	if _, err := sqlite.Fdatasync(true); err != nil && !errors.Is(err, sqlite.ErrFdatasyncUnavailable) {
		return nil, err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "commits.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	s := &onSQLite{program: program, dir: dir, db: db}
	var mode string
	var synchronous int
	err = errors.Join(
		db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode),
		db.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&synchronous),
	)
	if err == nil {
		s.settings = fmt.Sprintf("journal_mode=%s, synchronous=%d", mode, synchronous)
		_, err = db.ExecContext(ctx, "CREATE TABLE steps (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
	}
	return s, err
}

func (s *onSQLite) title() string { return "weft run on SQLite (" + s.settings + ")" }

func (s *onSQLite) commit(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO steps (body) VALUES ('done')")
	return err
}

func (s *onSQLite) run(ctx context.Context, file string) (cost, error) {
	data := filepath.Join(s.dir, "data")
	defer os.RemoveAll(data)
	r, err := weft.Run(ctx, s.program, nil, "run", file, "--data", data)
	if err != nil {
		return cost{}, err
	}
	return cost{run: time.Duration(r.Seconds * float64(time.Second)), process: r.Wall, weft: r.CPU}, nil
}

func (s *onSQLite) close() { _ = s.db.Close() }
