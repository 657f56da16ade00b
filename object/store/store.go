// Package store keeps a node's objects on its disk.
//
// An object is a file, or a folder, that is moved in when it is made and linked
// out when it is used, so that a value of any size crosses an edge on its node
// without one byte being copied. Every path is resolved beneath an os.Root.
//
// A link is no copy: a function could change an object through it. What an
// object was when it came in is therefore kept (inode, size, time of change)
// and compared whenever it is served; a changed object is gone, never served.
package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"example.org/weft/object"
	"example.org/weft/object/store/durable"
)

// bootFile names the running boot of the machine.
const bootFile = "/proc/sys/kernel/random/boot_id"

// A Store is the objects in one folder. It is safe for concurrent use by one
// process.
type Store struct {
	root *os.Root
	boot string
	temp atomic.Uint64 // names temporary files

	making sync.Mutex      // guards shards, and is held until they are durable
	shards map[string]bool // folders of kept objects whose names are on stable storage

	mu      sync.Mutex // guards the following fields
	entries map[object.ID]*entry
	flights map[object.ID]*flight
	bytes   int64
}

// Open opens the store in dir, which is made if need be, and finds the objects
// in it. Temporary files that a crash left are removed, and so are objects that
// were not synced under an earlier boot of the machine: a power cut leaves the
// right sizes with the wrong bytes.
func Open(dir string) (*Store, error) {
	boot, err := os.ReadFile(bootFile)
	if err != nil {
		return nil, fmt.Errorf("cannot read the boot id: %w", err)
	}
	return open(dir, strings.TrimSpace(string(boot)))
}

func open(dir, boot string) (*Store, error) {
	if err := durable.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("cannot make the store's folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot open store %s: %w", dir, err)
	}
	s := &Store{
		root: root, boot: boot, shards: map[string]bool{},
		entries: map[object.ID]*entry{}, flights: map[object.ID]*flight{},
	}
	if err := s.recover(); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot open store %s: %w", dir, err), root.Close())
	}
	return s, nil
}

// Close gives up the folder. Objects stay.
func (s *Store) Close() error { return s.root.Close() }

// recover makes the folders, drops what may not stay, and builds the index.
func (s *Store) recover() error {
	if err := removeTree(s.root, tmpDir); err != nil {
		return err
	}
	current := bootDir + "/" + s.boot
	for _, dir := range []string{tmpDir, keptDir, current} {
		if err := s.root.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	boots, err := fs.ReadDir(s.root.FS(), bootDir)
	if err != nil {
		return err
	}
	for _, b := range boots {
		if b.Name() != s.boot {
			if err := removeTree(s.root, bootDir+"/"+b.Name()); err != nil {
				return err
			}
		}
	}
	if err := errors.Join(s.index(keptDir, true), s.index(current, false)); err != nil {
		return err
	}
	return errors.Join(s.syncPath("."), s.syncPath(keptDir))
}

// index adds the objects beneath dir. An object that lies in both folders was
// being synced when the process died: the kept one counts.
func (s *Store) index(dir string, kept bool) error {
	shards, err := fs.ReadDir(s.root.FS(), dir)
	if err != nil {
		return err
	}
	for _, sh := range shards {
		files, err := fs.ReadDir(s.root.FS(), dir+"/"+sh.Name())
		if err != nil {
			return err
		}
		if kept {
			s.shards[dir+"/"+sh.Name()] = true // recover flushes their names
		}
		for _, f := range files {
			id, e, err := parseName(f.Name())
			if err != nil {
				return err
			}
			e.kept = kept
			if _, ok := s.entries[id]; !ok {
				s.entries[id] = e
				s.bytes += e.size
			}
		}
	}
	return nil
}

// Usage returns the number of objects and their bytes.
func (s *Store) Usage() (objects int, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.entries), s.bytes
}

// All returns the objects as of now, sorted by ID.
func (s *Store) All() iter.Seq2[object.ID, object.Info] {
	s.mu.Lock()
	infos := make(map[object.ID]object.Info, len(s.entries))
	for id, e := range s.entries {
		infos[id] = e.info()
	}
	s.mu.Unlock()
	return func(yield func(object.ID, object.Info) bool) {
		for _, id := range slices.Sorted(maps.Keys(infos)) {
			if !yield(id, infos[id]) {
				return
			}
		}
	}
}

// Has reports whether the store has the object, without looking at the disk.
func (s *Store) Has(id object.ID) bool { return s.find(id) != nil }

// Delete removes the object; links to it and readers of it live on. It returns
// object.ErrNotFound when there is none.
func (s *Store) Delete(_ context.Context, id object.ID) error {
	s.mu.Lock()
	e := s.entries[id]
	if e == nil {
		s.mu.Unlock()
		return fmt.Errorf("cannot delete %s: %w", id, object.ErrNotFound)
	}
	delete(s.entries, id)
	s.bytes -= e.size
	path, dir := s.path(id, e), e.dir
	s.mu.Unlock()

	remove := s.root.Remove
	if dir {
		remove = func(path string) error { return removeTree(s.root, path) }
	}
	if err := remove(path); err != nil {
		return fmt.Errorf("cannot delete %s: %w", id, err)
	}
	return nil
}

// find returns the entry of id, a copy that nobody else changes, or nil.
func (s *Store) find(id object.ID) *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[id]
	if e == nil {
		return nil
	}
	c := *e
	return &c
}
