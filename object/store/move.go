package store

import (
	"errors"
	"io"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// openParent opens the folder that name lies in, beneath root, so that the
// calls of the kernel which take two folders can be used across two roots.
func openParent(root *os.Root, name string) (dir *os.File, base string, err error) {
	folder, base := path.Split(path.Clean(name))
	if folder == "" {
		folder = "."
	}
	dir, err = root.Open(folder)
	return dir, base, err
}

// A crossing is a call of the kernel on a name in each of two folders.
type crossing func(fromDir int, from string, toDir int, to string) error

func rename(fromDir int, from string, toDir int, to string) error {
	return unix.Renameat(fromDir, from, toDir, to)
}

func hardLink(fromDir int, from string, toDir int, to string) error {
	return unix.Linkat(fromDir, from, toDir, to, 0)
}

// cross does call on from beneath one root and to beneath another.
func cross(call crossing, fromRoot *os.Root, from string, toRoot *os.Root, to string) error {
	fromDir, fromBase, err := openParent(fromRoot, from)
	if err != nil {
		return err
	}
	defer fromDir.Close()
	toDir, toBase, err := openParent(toRoot, to)
	if err != nil {
		return err
	}
	defer toDir.Close()
	return call(int(fromDir.Fd()), fromBase, int(toDir.Fd()), toBase)
}

// mustCopy reports whether err says that the bytes cannot be linked or moved
// there: another file system, too many links, or a kernel that forbids it.
func mustCopy(err error) bool {
	return errors.Is(err, unix.EXDEV) || errors.Is(err, unix.EMLINK) ||
		errors.Is(err, unix.EPERM) || errors.Is(err, unix.EOPNOTSUPP)
}

// copyFile copies a regular file, which must not be there yet.
func copyFile(fromRoot *os.Root, from string, toRoot *os.Root, to string) (err error) {
	in, err := fromRoot.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	fi, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := toRoot.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, readOnly(fi.Mode()))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = io.Copy(out, in)
	return err
}

// readOnly is the mode of a file once it is an object.
func readOnly(m os.FileMode) os.FileMode { return m.Perm()&0o111 | 0o444 }
