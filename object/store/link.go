package store

import (
	"fmt"
	"os"

	"example.org/weft/object"
)

// Link makes the object appear at name beneath to, read-only: by a hard link
// or, of a folder, a tree of them. Where the file system does not allow that
// the bytes are copied, which copied reports.
//
// It returns object.ErrNotFound, or object.ErrChanged for an object that is not
// what it was; such an object is forgotten.
func (s *Store) Link(id object.ID, to *os.Root, name string) (copied bool, err error) {
	for {
		e, err := s.check(id)
		if err != nil {
			return false, fmt.Errorf("cannot link %s: %w", id, err)
		}
		copied, err := s.link(id, e, to, name)
		if err == nil {
			return copied, nil
		}
		// Synced or digested since we looked, it has another name by now.
		if now := s.find(id); now == nil || s.path(id, now) == s.path(id, e) {
			return false, fmt.Errorf("cannot link %s to %q: %w", id, name, err)
		}
		if err := removeTree(to, name); err != nil {
			return false, fmt.Errorf("cannot link %s to %q: %w", id, name, err)
		}
	}
}

func (s *Store) link(id object.ID, e *entry, to *os.Root, name string) (copied bool, err error) {
	plant := func(from, target string) error {
		err := cross(hardLink, s.root, from, to, target)
		if mustCopy(err) {
			copied = true
			return copyFile(s.root, from, to, target)
		}
		return err
	}
	if e.dir {
		err = plantTree(s.root, s.path(id, e), to, name, plant)
		return copied, err
	}
	err = plant(s.path(id, e), name)
	return copied, err
}

// Check looks whether the object is what it was when it was put. It returns
// object.ErrNotFound, or object.ErrChanged, after which the object is gone.
func (s *Store) Check(id object.ID) error {
	if _, err := s.check(id); err != nil {
		return fmt.Errorf("cannot check %s: %w", id, err)
	}
	return nil
}

func (s *Store) check(id object.ID) (*entry, error) {
	e := s.find(id)
	if e == nil {
		return nil, object.ErrNotFound
	}
	path := s.path(id, e)
	if e.dir {
		_, stamp, err := fingerprint(s.root, path)
		if err != nil || stamp != e.stamp {
			return nil, s.changed(id, e)
		}
		return e, nil
	}
	fi, err := s.root.Lstat(path)
	if err != nil || !e.matches(fi) {
		return nil, s.changed(id, e)
	}
	if e.inode == 0 {
		s.update(id, func(e *entry) { e.inode = inode(fi) })
	}
	return e, nil
}

// changed forgets an object that is not what seen says. If it was moved in the
// meantime (synced, named after its digest), that is not its fault: look again.
func (s *Store) changed(id object.ID, seen *entry) error {
	now := s.find(id)
	if now == nil {
		return object.ErrNotFound
	}
	if s.path(id, now) != s.path(id, seen) {
		_, err := s.check(id)
		return err
	}
	s.mu.Lock()
	delete(s.entries, id)
	s.bytes -= seen.size
	s.mu.Unlock()
	if err := removeTree(s.root, s.path(id, seen)); err != nil {
		return fmt.Errorf("%w; nor can it be removed: %w", object.ErrChanged, err)
	}
	return object.ErrChanged
}

// update changes the entry of id, if it is still there.
func (s *Store) update(id object.ID, change func(*entry)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.entries[id]; e != nil {
		change(e)
	}
}
