package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"

	"example.org/weft/executor/journal"
	"example.org/weft/object/store/space"
)

// The room that the journal keeps for itself, so that failures, pauses and
// cancels become facts on a full disk. SQLite writes to the log first, which it
// begins anew each time that about logRoom is in the database: so there must be
// as much ahead in that.
const (
	logRoom   = 6 << 20
	fileRoom  = 4 << 20
	spareRoom = 256 << 10
)

// A room keeps the journal's files ahead of what they hold. Their blocks are the
// files' own: a function that fills the disk cannot take them.
type room struct {
	dir       string
	file, log *os.File
	reserved  int64 // bytes of file that have blocks
	whole     bool  // everything else is there
}

// spare is what a start needs beside the files: SQLite makes an index of its log.
func spare(dir string) string { return dir + "/journal.spare" }

// giveSpare gives a start the room that was kept for it.
func giveSpare(dir string) error {
	if err := os.Remove(spare(dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// openRoom opens the files of a database that is open already. They stay open as
// long as it: to close one would give up SQLite's locks on it.
func openRoom(dir, path string) (*room, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(path+"-wal", os.O_RDWR, 0)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	r := &room{dir: dir, file: file, log: log}
	r.keep()
	return r, nil
}

// keep has the files reach ahead again, if there is room. If there is none the
// next call tries again.
func (r *room) keep() {
	if fi, err := r.file.Stat(); err == nil && fi.Size()+fileRoom/2 > r.reserved {
		if end := fi.Size() + fileRoom; space.Ensure(r.file, fi.Size(), end) == nil {
			r.reserved = end
		}
	}
	if !r.whole {
		r.whole = space.Ensure(r.log, 0, logRoom) == nil && r.keepSpare() == nil
	}
}

func (r *room) keepSpare() error {
	f, err := os.OpenFile(spare(r.dir), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(space.Ensure(f, 0, spareRoom), f.Close())
}

func (r *room) close() error { return errors.Join(r.file.Close(), r.log.Close()) }

// keepLog has SQLite leave its log in place, with the blocks that it has, when
// the connection is closed.
func keepLog(_ context.Context, conn *sql.Conn) error {
	return conn.Raw(func(driver any) error {
		c, ok := driver.(sqlite.FileControl)
		if !ok {
			return errors.New("the driver cannot keep the log")
		}
		_, err := c.FileControlPersistWAL("main", 1)
		return err
	})
}

// explain says of an error that stands for the disk, not for what was asked,
// that it is so, and how full the disk is.
func explain(dir string, err error) error {
	var known *sqlite.Error
	if !errors.As(err, &known) {
		return err
	}
	switch known.Code() & 0xff {
	case sqlitelib.SQLITE_FULL, sqlitelib.SQLITE_IOERR, sqlitelib.SQLITE_CANTOPEN:
		if s, spaceErr := space.Of(dir); spaceErr == nil && s.Full() {
			return &journal.UnavailableError{Why: s.String(), Err: err}
		}
		return &journal.UnavailableError{Why: "the disk fails under " + dir, Err: err}
	}
	return err
}
