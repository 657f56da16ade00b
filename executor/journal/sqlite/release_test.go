package sqlite

import (
	"syscall"
	"testing"
)

// A second descriptor of the lock file is what a process has that is forked
// while the journal is closed.
func TestAForkedProcessDoesNotKeepTheLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := acquireLock(dir)
	if err != nil {
		t.Fatal(err)
	}
	second, err := syscall.Dup(int(l.f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Close(second); err != nil {
			t.Error(err)
		}
	}()
	if err := l.release(); err != nil {
		t.Fatal(err)
	}
	l, err = acquireLock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.release(); err != nil {
		t.Fatal(err)
	}
}
