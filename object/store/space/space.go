// Package space tells how full a file system is, and keeps room on it for files
// that must be able to grow when it is full.
package space

import (
	"errors"
	"fmt"
	"os"

	"github.com/dustin/go-humanize"
	"golang.org/x/sys/unix"
)

// full is what a file system has left when programs find it full: each of them
// rounds up to blocks, and some need room to say that there is none.
const full = 64 << 10

// A Space is how much room a file system has.
type Space struct {
	Dir  string // where it was looked at
	Size int64  // bytes in all
	Free int64  // bytes that are left to this user

	// NoNames says that it has no place for another file or folder.
	NoNames bool
}

// Of looks at the file system that dir lies on.
func Of(dir string) (Space, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return Space{}, fmt.Errorf("cannot look at the file system of %s: %w", dir, err)
	}
	return Space{
		Dir: dir, Size: int64(st.Blocks) * st.Bsize, Free: int64(st.Bavail) * st.Bsize,
		NoNames: st.Files > 0 && st.Ffree == 0,
	}, nil
}

// Full reports whether nothing can be written any more.
func (s Space) Full() bool { return s.NoNames || s.Free < full }

// String says how much is left, and what to do when that is too little.
func (s Space) String() string {
	left := humanize.Bytes(uint64(s.Free)) + " of " + humanize.Bytes(uint64(s.Size))
	if s.NoNames {
		left = "no place for another file"
	}
	return fmt.Sprintf("the file system of %s has %s left; free some, or give weft a folder elsewhere with --data", s.Dir, left)
}

// IsFull reports whether an error says that there was no room to write.
func IsFull(err error) bool { return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) }

// Ensure gives a file blocks for its bytes up to end, as far as it has none, and
// leaves its size and content as they are: what is written there later needs no
// room that others could have taken. Some file systems cannot do that, and some
// write changed blocks to new places: then the room is not promised.
func Ensure(f *os.File, from, end int64) error {
	if end <= from {
		return nil
	}
	err := unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_KEEP_SIZE, from, end-from)
	if errors.Is(err, unix.EOPNOTSUPP) || errors.Is(err, unix.ENOSYS) {
		return nil
	}
	return err
}
