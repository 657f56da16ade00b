// Package durable makes folders that outlive a loss of power. A file that was
// flushed is lost all the same when the name of a folder above it was not.
package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// MkdirAll makes a folder, and those above it that are missing, for this user
// alone. When it returns, the names that lead there are on stable storage, also
// those that an earlier process made and had no time to flush.
func MkdirAll(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	device, err := deviceOf(dir)
	if err != nil {
		return err
	}
	for parent := filepath.Dir(dir); parent != dir; dir, parent = parent, filepath.Dir(parent) {
		if above, err := deviceOf(parent); err != nil || above != device {
			return err // dir is where the file system is mounted
		}
		err := SyncDir(parent)
		if errors.Is(err, fs.ErrPermission) {
			return nil // a folder that this user may not read, they did not make
		}
		if err != nil {
			return fmt.Errorf("cannot flush folder %s: %w", parent, err)
		}
	}
	return nil
}

// SyncDir makes the names in a folder durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func deviceOf(dir string) (uint64, error) {
	var st syscall.Stat_t
	if err := syscall.Stat(dir, &st); err != nil {
		return 0, fmt.Errorf("cannot look at folder %s: %w", dir, err)
	}
	return st.Dev, nil
}
