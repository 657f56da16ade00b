package sqlite_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/weft/executor/journal/sqlite"
)

func TestSecondOpenNamesTheFirst(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data dir %20?#")
	db := open(t, dir)
	wantLocked(t, dir, "")
	for _, addr := range []string{"http://127.0.0.1:12345", "http://[::1]:1"} {
		if err := db.SetAddress(addr); err != nil {
			t.Fatal(err)
		}
		wantLocked(t, dir, addr)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	// The next one does not inherit the address.
	open(t, dir)
	wantLocked(t, dir, "")
}

// wantLocked fails unless dir is locked by this process with an address.
func wantLocked(t *testing.T, dir, addr string) {
	t.Helper()
	_, err := sqlite.Open(t.Context(), dir)
	var locked *sqlite.LockedError
	if !errors.As(err, &locked) {
		t.Fatalf("second Open = %v, want a LockedError", err)
	}
	if locked.PID != os.Getpid() || locked.Address != addr || locked.Dir != dir {
		t.Errorf("LockedError is %+v; want this process and address %q", locked, addr)
	}
	if !strings.Contains(err.Error(), addr) {
		t.Errorf("%q does not name the address", err)
	}
}

func TestFilesArePrivate(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	open(t, dir)
	names := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		names++
		info, err := d.Info()
		if err != nil {
			return err
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 {
			t.Errorf("%s has mode %o", path, mode)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if names < 4 {
		t.Errorf("there are %d files, want the folder, the lock, the database and its log", names)
	}
}

func TestOpenFailsWhereItCannotWrite(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if db, err := sqlite.Open(t.Context(), file); err == nil {
		db.Close()
		t.Error("a file was opened as a data directory")
	}
}

func TestOpenRefusesWhatIsNoDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "journal.db"), []byte(strings.Repeat("no database", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the first failure must not keep the lock
		db, err := sqlite.Open(t.Context(), dir)
		var locked *sqlite.LockedError
		if err == nil {
			db.Close()
		}
		if err == nil || errors.As(err, &locked) {
			t.Errorf("Open of something else = %v, want an error of its content", err)
		}
	}
}
