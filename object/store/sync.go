package store

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"example.org/weft/object"
)

// manyFiles is the number of objects from which on one flush of the whole file
// system is cheaper than one for each of them.
const manyFiles = 8

// Sync returns when the objects are on stable storage: they outlive a loss of
// power. Objects that are there already cost nothing.
//
// The order is bytes, then name: what lies in the folder of kept objects has
// the right bytes whenever the power goes.
func (s *Store) Sync(ctx context.Context, ids ...object.ID) error {
	var fresh []object.ID
	whole := len(ids) >= manyFiles
	for _, id := range ids {
		e, err := s.check(id)
		if err != nil {
			return fmt.Errorf("cannot sync %s: %w", id, err)
		}
		if !e.kept {
			fresh = append(fresh, id)
			whole = whole || e.dir
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if err := s.flush(ctx, fresh, whole); err != nil {
		return fmt.Errorf("cannot sync %d objects: %w", len(fresh), err)
	}
	return nil
}

func (s *Store) flush(ctx context.Context, ids []object.ID, whole bool) error {
	if err := s.flushBytes(ids, whole); err != nil {
		return err
	}
	folders := map[string]bool{}
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return err
		}
		folder := keptDir + "/" + shard(id)
		if !folders[folder] {
			folders[folder] = true
			if err := s.makeFolder(folder); err != nil {
				return err
			}
		}
		if err := s.rename(id, func(e *entry) { e.kept = true }); err != nil {
			return err
		}
	}
	if whole {
		return s.syncWhole()
	}
	for folder := range folders {
		if err := s.syncPath(folder); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) flushBytes(ids []object.ID, whole bool) error {
	if whole {
		return s.syncWhole()
	}
	for _, id := range ids {
		f, err := s.OpenFile(id)
		if err != nil {
			return err
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// makeFolder makes a shard whose own name is on stable storage. Who finds it
// just being made waits until it is.
func (s *Store) makeFolder(folder string) error {
	s.making.Lock()
	defer s.making.Unlock()
	if s.shards[folder] {
		return nil
	}
	if err := s.root.Mkdir(folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if err := s.syncPath(keptDir); err != nil {
		return err
	}
	s.shards[folder] = true
	return nil
}

func (s *Store) syncPath(path string) error {
	f, err := s.root.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncWhole flushes the file system that the store lies on.
func (s *Store) syncWhole() error {
	f, err := s.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(unix.Syncfs(int(f.Fd())), f.Close())
}
