package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"example.org/weft/object"
)

// Put moves the file or folder that lies at name beneath from into the store as
// object id: a rename, or a copy when it lies on another file system. Whoever
// made it must be dead or done. A symbolic link, or a folder that contains one,
// is refused.
func (s *Store) Put(id object.ID, from *os.Root, name string) (object.Info, error) {
	info, err := s.put(id, from, name)
	if err != nil {
		return info, fmt.Errorf("cannot put %q as %s: %w", name, id, err)
	}
	return info, nil
}

func (s *Store) put(id object.ID, from *os.Root, name string) (object.Info, error) {
	if s.Has(id) {
		return object.Info{}, object.ErrExists
	}
	fi, err := from.Lstat(name)
	if err != nil {
		return object.Info{}, err
	}
	if !fi.IsDir() && !fi.Mode().IsRegular() {
		return object.Info{}, fmt.Errorf("it is a %s; only files and folders can be kept", kindOf(fi.Mode()))
	}
	// What is refused stays where it is, for people to look at.
	if err := walkTree(from, name, func(treeNode) error { return nil }); err != nil {
		return object.Info{}, err
	}
	tmp := s.tempName()
	err = cross(rename, from, name, s.root, tmp)
	if mustCopy(err) {
		err = s.copyIn(from, name, fi.IsDir(), tmp)
	}
	if err != nil {
		return object.Info{}, err
	}
	return s.adopt(id, tmp, "")
}

// copyIn copies from another file system and removes the original.
func (s *Store) copyIn(from *os.Root, name string, dir bool, tmp string) error {
	var err error
	if dir {
		err = plantTree(from, name, s.root, tmp, func(src, dst string) error {
			return copyFile(from, src, s.root, dst)
		})
	} else {
		err = copyFile(from, name, s.root, tmp)
	}
	if err != nil {
		return errors.Join(err, removeTree(s.root, tmp))
	}
	return removeTree(from, name)
}

// Create makes an object of what r gives: the bytes of a file or, if dir, a tar
// stream of a folder. A file's digest is computed on the way. Nothing is left behind
// when r fails.
func (s *Store) Create(ctx context.Context, id object.ID, dir bool, r io.Reader) (object.Info, error) {
	info, err := s.create(ctx, id, dir, r, "")
	if err != nil {
		return info, fmt.Errorf("cannot create %s: %w", id, err)
	}
	return info, nil
}

// create refuses bytes that have not the digest want, unless that is empty.
func (s *Store) create(ctx context.Context, id object.ID, dir bool, r io.Reader, want object.Digest) (object.Info, error) {
	if s.Has(id) {
		return object.Info{}, object.ErrExists
	}
	tmp := s.tempName()
	hash := sha256.New()
	hashed := io.TeeReader(contextReader{ctx, r}, hash)
	var err error
	if dir {
		err = extract(s.root, tmp, hashed)
	} else {
		err = s.write(tmp, hashed)
	}
	sum := object.Digest(sumPrefix + hex.EncodeToString(hash.Sum(nil)))
	if err == nil && want != "" && sum != want {
		err = fmt.Errorf("%w: got %s, want %s", object.ErrCorrupt, sum, want)
	}
	if err != nil {
		return object.Info{}, errors.Join(err, removeTree(s.root, tmp))
	}
	if dir && want == "" {
		sum = "" // of somebody else's way to write tar
	}
	return s.adopt(id, tmp, sum)
}

func (s *Store) write(name string, r io.Reader) (err error) {
	f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o444)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	_, err = io.Copy(f, r)
	return err
}

// adopt makes the file or folder at tmp the object id.
func (s *Store) adopt(id object.ID, tmp string, sum object.Digest) (object.Info, error) {
	e, err := s.examine(tmp)
	if err == nil {
		e.sum = sum
		err = s.place(id, e, tmp)
	}
	if err != nil {
		return object.Info{}, errors.Join(err, removeTree(s.root, tmp))
	}
	return e.info(), nil
}

// examine makes what lies at tmp read-only and notes what it is.
func (s *Store) examine(tmp string) (*entry, error) {
	fi, err := s.root.Lstat(tmp)
	if err != nil {
		return nil, err
	}
	if fi.IsDir() {
		if err := seal(s.root, tmp); err != nil {
			return nil, err
		}
		size, stamp, err := fingerprint(s.root, tmp)
		return &entry{dir: true, size: size, stamp: stamp}, err
	}
	if mode := readOnly(fi.Mode()); mode != fi.Mode().Perm() {
		if err := s.root.Chmod(tmp, mode); err != nil {
			return nil, err
		}
	}
	return &entry{size: fi.Size(), stamp: mtime(fi), inode: inode(fi)}, nil
}

// place moves an object to where it belongs and enters it into the index.
func (s *Store) place(id object.ID, e *entry, tmp string) error {
	if err := s.root.MkdirAll(s.folder(id, e), 0o700); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.entries[id] != nil {
		return object.ErrExists
	}
	if err := s.root.Rename(tmp, s.path(id, e)); err != nil {
		return err
	}
	s.entries[id] = e
	s.bytes += e.size
	return nil
}

func (s *Store) tempName() string {
	return tmpDir + "/" + strconv.FormatUint(s.temp.Add(1), 10)
}

// A contextReader stops reading when its context ends. It lives for one call.
type contextReader struct {
	ctx context.Context //nolint:containedctx // an io.Reader has no other way to be told
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
