package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"example.org/weft/object"
)

// Stat returns what the store knows of the object. The digest is empty as long
// as nobody asked for it by Digest.
func (s *Store) Stat(_ context.Context, id object.ID) (object.Info, error) {
	e, err := s.check(id)
	if err != nil {
		return object.Info{}, fmt.Errorf("cannot stat %s: %w", id, err)
	}
	return e.info(), nil
}

// Open returns a reader of what travels of the object, from that byte on: of a
// file its bytes, of a directory a tar stream that is the same every time. The
// caller closes it.
func (s *Store) Open(ctx context.Context, id object.ID, from int64) (io.ReadCloser, error) {
	e, err := s.check(id)
	if err != nil {
		return nil, fmt.Errorf("cannot open %s: %w", id, err)
	}
	if e.dir {
		return openTar(ctx, s.root, s.path(id, e), from)
	}
	f, err := s.OpenFile(id)
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot open %s at %d: %w", id, from, err), f.Close())
	}
	return f, nil
}

// OpenFile opens an object that is a file, for readers that seek. The caller
// closes it, and must not change it.
func (s *Store) OpenFile(id object.ID) (*os.File, error) {
	for {
		e, err := s.check(id)
		if err != nil {
			return nil, fmt.Errorf("cannot open %s: %w", id, err)
		}
		if e.dir {
			return nil, fmt.Errorf("cannot open %s as a file: it is a folder", id)
		}
		f, err := s.root.Open(s.path(id, e))
		if errors.Is(err, fs.ErrNotExist) {
			continue // renamed since: check says whether it is still there
		}
		if err != nil {
			return nil, fmt.Errorf("cannot open %s: %w", id, err)
		}
		return f, nil
	}
}

// Digest returns the SHA-256 of what travels of the object. It is computed when
// it is first asked for, and kept.
func (s *Store) Digest(ctx context.Context, id object.ID) (object.Digest, error) {
	e := s.find(id)
	if e != nil && e.sum != "" {
		return e.sum, nil
	}
	r, err := s.Open(ctx, id, 0)
	if err != nil {
		return "", err
	}
	defer r.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, contextReader{ctx, r}); err != nil {
		return "", fmt.Errorf("cannot compute the digest of %s: %w", id, err)
	}
	sum := object.Digest(sumPrefix + hex.EncodeToString(hash.Sum(nil)))
	return sum, s.rename(id, func(e *entry) { e.sum = sum })
}

// rename changes the entry of an object and, with it, where the object lies.
func (s *Store) rename(id object.ID, change func(*entry)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[id]
	if e == nil {
		return fmt.Errorf("cannot rename %s: %w", id, object.ErrNotFound)
	}
	next := *e
	change(&next)
	from, to := s.path(id, e), s.path(id, &next)
	if from == to {
		return nil
	}
	if err := s.root.Rename(from, to); err != nil {
		return fmt.Errorf("cannot rename %s: %w", id, err)
	}
	*e = next
	return nil
}
