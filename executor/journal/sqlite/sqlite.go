// Package sqlite keeps a journal in one file of a data directory, for one
// process at a time.
//
// There is one connection that writes, in WAL mode with synchronous=FULL: what
// was acknowledged is on the disk. Readers have connections of their own and
// neither wait for the writer nor hold it up.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/internal/hub"
	"example.org/weft/object/store/durable"
)

var (
	_ journal.Journal   = (*DB)(nil)
	_ journal.Releaser  = (*DB)(nil)
	_ journal.Mailbox   = (*DB)(nil)
	_ journal.Catalog   = (*DB)(nil)
	_ journal.Documents = (*DB)(nil)
	_ journal.Watcher   = (*DB)(nil)
)

// A DB is an open journal. It is safe for concurrent use.
type DB struct {
	lock   *lockFile
	writer *writer
	reader *sql.DB
	hub    *hub.Hub
}

// Open opens the journal in directory dir, an absolute or relative path, and
// creates both where they do not exist. While another process has it open the
// error is a *LockedError. Leases that a dead process left are over: their runs
// are free to acquire. The caller closes the DB.
func Open(ctx context.Context, dir string) (*DB, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot open journal: %w", err)
	}
	lock, err := acquireLock(dir)
	if err != nil {
		return nil, err
	}
	db := &DB{lock: lock}
	if err := db.open(ctx, dir); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot open journal in %s: %w", dir, explain(dir, err)), db.Close())
	}
	return db, nil
}

func (db *DB) open(ctx context.Context, dir string) error {
	path := filepath.Join(dir, "journal.db")
	// fdatasync makes a commit as durable as fsync does and costs half.
	if _, err := sqlite.Fdatasync(true); err != nil && !errors.Is(err, sqlite.ErrFdatasyncUnavailable) {
		return err
	}
	if err := errors.Join(giveSpare(dir), createPrivate(path)); err != nil {
		return err
	}
	var err error
	if db.writer, err = openWriter(ctx, dir, path); err != nil {
		return err
	}
	if db.reader, err = sql.Open("sqlite", source(path, "_pragma=query_only(1)")); err != nil {
		return err
	}
	db.reader.SetMaxOpenConns(8)
	db.reader.SetMaxIdleConns(8)
	db.hub = hub.New()
	return nil
}

// source returns the data source name of a database file.
func source(path, more string) string {
	u := url.URL{Scheme: "file", OmitHost: true, Path: path}
	return u.String() + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&" + more
}

// createPrivate makes sure that the file exists and that nobody else may read
// it; the files that SQLite puts beside it get the same mode.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Sync(), f.Close(), durable.SyncDir(filepath.Dir(path)))
}

// Close ends the watching, closes the files and gives the directory up for
// other processes. Leases stay as they are.
func (db *DB) Close() error {
	var errs []error
	if db.hub != nil {
		db.hub.Close()
	}
	if db.reader != nil {
		errs = append(errs, db.reader.Close())
	}
	if db.writer != nil {
		errs = append(errs, db.writer.close())
	}
	return errors.Join(append(errs, db.lock.release())...)
}

// SetAddress tells processes that find the journal locked where this one can
// be reached: it is the Address of their LockedError.
func (db *DB) SetAddress(addr string) error { return db.lock.setAddress(addr) }

// Watch implements journal.Watcher.
func (db *DB) Watch(run executor.RunID, wake func()) (stop func()) {
	return db.hub.Watch(run, wake)
}

// micros returns a time as it stands in the database.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// fromMicros is the inverse of micros.
func fromMicros(us sql.NullInt64) time.Time {
	if !us.Valid {
		return time.Time{}
	}
	return time.UnixMicro(us.Int64).UTC()
}
