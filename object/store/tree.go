package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path"
)

// A node of a directory object, its path relative to the object.
type treeNode struct {
	path string
	info os.FileInfo
}

// walkTree visits the folders and files beneath base in lexical order, base
// itself first, as ".". Anything else is an error: a symbolic link could lead
// out of the object, and a device is no data.
func walkTree(root *os.Root, base string, visit func(treeNode) error) error {
	info, err := root.Lstat(base)
	if err != nil {
		return err
	}
	return walkNode(root, base, treeNode{path: ".", info: info}, visit)
}

func walkNode(root *os.Root, base string, n treeNode, visit func(treeNode) error) error {
	if !n.info.IsDir() && !n.info.Mode().IsRegular() {
		return fmt.Errorf("%q is a %s; an object has files and folders only", n.path, kindOf(n.info.Mode()))
	}
	if err := visit(n); err != nil || !n.info.IsDir() {
		return err
	}
	items, err := fs.ReadDir(root.FS(), path.Join(base, n.path))
	if err != nil {
		return err
	}
	for _, item := range items {
		info, err := item.Info()
		if err != nil {
			return err
		}
		child := treeNode{path: path.Join(n.path, item.Name()), info: info}
		if err := walkNode(root, base, child, visit); err != nil {
			return err
		}
	}
	return nil
}

func kindOf(m os.FileMode) string {
	switch {
	case m&os.ModeSymlink != 0:
		return "symbolic link"
	case m&os.ModeNamedPipe != 0:
		return "pipe"
	case m&os.ModeSocket != 0:
		return "socket"
	default:
		return "device"
	}
}

// fingerprint sums up a tree: names, sizes and times of change of its files.
// Folders count by name alone, since linking a tree touches none of them.
func fingerprint(root *os.Root, base string) (size int64, stamp uint64, err error) {
	h := fnv.New64a()
	err = walkTree(root, base, func(n treeNode) error {
		var b [17]byte
		if n.info.Mode().IsRegular() {
			size += n.info.Size()
			b[0] = 1
			binary.LittleEndian.PutUint64(b[1:], uint64(n.info.Size()))
			binary.LittleEndian.PutUint64(b[9:], mtime(n.info))
		}
		h.Write([]byte(n.path + "\x00"))
		h.Write(b[:])
		return nil
	})
	return size, h.Sum64(), err
}

// seal makes the files of a tree read-only. The folders stay writable, so that
// their owner can delete them.
func seal(root *os.Root, base string) error {
	return walkTree(root, base, func(n treeNode) error {
		mode := readOnly(n.info.Mode())
		if n.info.IsDir() {
			mode = 0o755
		}
		return root.Chmod(path.Join(base, n.path), mode)
	})
}

// plantTree makes a tree at to whose files are put, one by one, by plant.
func plantTree(fromRoot *os.Root, from string, toRoot *os.Root, to string, plant func(from, to string) error) error {
	return walkTree(fromRoot, from, func(n treeNode) error {
		target := path.Join(to, n.path)
		if n.info.IsDir() {
			return toRoot.Mkdir(target, 0o755)
		}
		return plant(path.Join(from, n.path), target)
	})
}

// removeTree removes a tree, folders without write permission included. It is
// no error if there is none.
func removeTree(root *os.Root, name string) error {
	err := root.RemoveAll(name)
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	openFolders(root, name)
	return root.RemoveAll(name)
}

// openFolders makes all folders of a tree writable, as far as it can.
func openFolders(root *os.Root, name string) {
	if fi, err := root.Lstat(name); err != nil || !fi.IsDir() {
		return
	}
	if err := root.Chmod(name, 0o700); err != nil {
		return
	}
	items, err := fs.ReadDir(root.FS(), name)
	if err != nil {
		return
	}
	for _, item := range items {
		if item.IsDir() {
			openFolders(root, path.Join(name, item.Name()))
		}
	}
}
