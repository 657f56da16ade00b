package sqlite

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"example.org/weft/object/store/durable"
)

// A LockedError says that another process has the journal open.
type LockedError struct {
	Dir     string
	PID     int    // of that process; 0 when it is not known
	Address string // where it serves, as given to SetAddress; empty when it does not
}

func (e *LockedError) Error() string {
	msg := fmt.Sprintf("journal in %s is in use by process %d", e.Dir, e.PID)
	if e.Address != "" {
		msg += " at " + e.Address
	}
	return msg
}

// A lockFile is a file that this process has locked. The kernel gives the lock
// up when the process ends, however it ends.
type lockFile struct{ f *os.File }

// holder is the content of a lock file.
type holder struct {
	PID     int    `json:"pid"`
	Address string `json:"address,omitempty"`
}

func acquireLock(dir string) (*lockFile, error) {
	if err := durable.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("cannot create data directory: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "journal.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot open lock file: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(lockedError(dir, f), f.Close())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot lock %s: %w", f.Name(), err), f.Close())
	}
	l := &lockFile{f}
	if err := l.setAddress(""); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return l, nil
}

// lockedError reads who has the lock. The holder may be writing it just now:
// then nothing is known of it.
func lockedError(dir string, f io.Reader) *LockedError {
	var h holder
	if json.NewDecoder(f).Decode(&h) != nil {
		h = holder{}
	}
	return &LockedError{Dir: dir, PID: h.PID, Address: h.Address}
}

func (l *lockFile) setAddress(addr string) error {
	data, err := json.Marshal(holder{PID: os.Getpid(), Address: addr})
	if err != nil {
		return fmt.Errorf("cannot encode address: %w", err)
	}
	data = append(data, '\n')
	if _, err := l.f.WriteAt(data, 0); err != nil {
		return fmt.Errorf("cannot write address to lock file: %w", err)
	}
	if err := l.f.Truncate(int64(len(data))); err != nil {
		return fmt.Errorf("cannot write address to lock file: %w", err)
	}
	return nil
}

// release unlocks the file before it closes it: a process that is being forked
// just now has the file too, until it becomes another program, and would keep
// the lock.
func (l *lockFile) release() error {
	err := syscall.Flock(int(l.f.Fd()), syscall.LOCK_UN)
	return errors.Join(err, l.f.Close())
}
