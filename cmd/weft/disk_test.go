package main

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A disk is a file system beneath one folder, as a sequence of operations made
// it, that can tell what a loss of power would leave. It promises as little as
// POSIX does:
//
//   - what was written to a file is safe after fsync or fdatasync of that file;
//     before, each sector of it may be there or not, and the file's size with it;
//   - that a name is in a folder, or is no more, is safe after fsync of that
//     folder; before, changes of one folder are kept up to any point, and
//     folders know nothing of each other;
//   - syncfs makes everything safe.
type disk struct {
	path   string // of the folder
	root   *inode // of the folder that the folder lies in: its own name may be lost too
	inodes int
}

// sector is the size of what a disk writes whole.
const sector = 512

// An inode is a file or a folder: as programs see it, as it is safe, and what
// leads from the latter to the former.
type inode struct {
	number  int // in order of creation
	folder  bool
	names   map[string]*inode
	safe    map[string]*inode
	changes []change
	data    []byte
	stable  []byte
	writes  []write
}

// A change gives a name to an inode, or to none.
type change struct {
	when  int
	name  string
	inode *inode
	old   string // of a rename within the folder: the name that goes
}

// A write puts data at an offset, or, without data, cuts the file there.
type write struct {
	when   int
	offset int
	data   []byte
}

func newDisk(path string) *disk {
	d := &disk{path: path}
	d.root = d.inode(true)
	return d
}

func (d *disk) inode(folder bool) *inode {
	d.inodes++
	n := &inode{number: d.inodes, folder: folder}
	if folder {
		n.names, n.safe = map[string]*inode{}, map[string]*inode{}
	}
	return n
}

// holds reports whether a path is on the disk. The index that SQLite shares
// between processes is not: it is made anew after a crash.
func (d *disk) holds(path string) bool {
	return (path == d.path || strings.HasPrefix(path, d.path+"/")) && !strings.HasSuffix(path, "-shm")
}

// parent returns the folder that a path lies in, nil if there is none.
func (d *disk) parent(path string) (*inode, string) {
	rest := strings.TrimPrefix(path, filepath.Dir(d.path)+"/")
	dir := d.root
	for {
		first, more, deeper := strings.Cut(rest, "/")
		if !deeper || dir == nil {
			return dir, rest
		}
		dir, rest = dir.names[first], more
	}
}

func (d *disk) find(path string) *inode {
	dir, name := d.parent(path)
	if dir == nil {
		return nil
	}
	return dir.names[name]
}

// apply lets a change happen, as programs see it.
func (n *inode) apply(c change) {
	n.changes = append(n.changes, c)
	c.on(n.names)
}

func (c change) on(names map[string]*inode) {
	if c.old != "" {
		delete(names, c.old)
	}
	if c.inode == nil {
		delete(names, c.name)
	} else {
		names[c.name] = c.inode
	}
}

// create makes a file or a folder, if there is none.
func (d *disk) create(when int, path string, folder bool) {
	dir, name := d.parent(path)
	if dir.names[name] == nil {
		dir.apply(change{when: when, name: name, inode: d.inode(folder)})
	}
}

func (d *disk) link(when int, from, to string) {
	n := d.find(from)
	dir, name := d.parent(to)
	dir.apply(change{when: when, name: name, inode: n})
}

func (d *disk) remove(when int, path string) {
	dir, name := d.parent(path)
	dir.apply(change{when: when, name: name})
}

// rename moves a name. Within a folder that is one change, else it is two, of
// which either may be lost.
func (d *disk) rename(when int, from, to string) {
	n := d.find(from)
	fromDir, fromName := d.parent(from)
	toDir, toName := d.parent(to)
	if fromDir == toDir {
		toDir.apply(change{when: when, name: toName, inode: n, old: fromName})
		return
	}
	toDir.apply(change{when: when, name: toName, inode: n})
	fromDir.apply(change{when: when, name: fromName})
}

// write puts data into a file; an offset of -1 is its end.
func (n *inode) write(when, offset int, data []byte) {
	if offset < 0 {
		offset = len(n.data)
	}
	w := write{when: when, offset: offset, data: data}
	n.writes = append(n.writes, w)
	n.data = w.on(n.data)
}

func (w write) on(data []byte) []byte {
	if w.data == nil {
		return resize(data, w.offset)
	}
	data = resize(data, max(len(data), w.offset+len(w.data)))
	copy(data[w.offset:], w.data)
	return data
}

func resize(data []byte, size int) []byte {
	if size <= len(data) {
		return data[:size]
	}
	return append(data, make([]byte, size-len(data))...)
}

// sync makes safe what happened to a file or a folder before a moment.
func (n *inode) sync(before int) {
	for len(n.changes) > 0 && n.changes[0].when < before {
		n.changes[0].on(n.safe)
		n.changes = n.changes[1:]
	}
	for len(n.writes) > 0 && n.writes[0].when < before {
		n.stable = n.writes[0].on(n.stable)
		n.writes = n.writes[1:]
	}
}

// syncAll makes safe all that happened before a moment.
func (d *disk) syncAll(before int) {
	var visit func(n *inode)
	seen := map[*inode]bool{}
	visit = func(n *inode) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, name := range slices.Sorted(maps.Keys(n.names)) {
			visit(n.names[name])
		}
		n.sync(before)
	}
	visit(d.root)
}

// A luck draws what is kept of that which is not safe.
type luck func() bool

func noLuck() bool  { return false }
func allLuck() bool { return true }

func drawn(rng *rand.Rand) luck { return func() bool { return rng.IntN(2) == 0 } }

// left returns what a loss of power leaves of a folder.
func (n *inode) left(l luck) map[string]*inode {
	names := maps.Clone(n.safe)
	for _, c := range n.changes {
		if !l() {
			break
		}
		c.on(names)
	}
	return names
}

// leftData is the same of a file.
func (n *inode) leftData(l luck) []byte {
	data := bytes.Clone(n.stable)
	for _, w := range n.writes {
		if w.data == nil {
			if l() {
				data = w.on(data)
			}
			continue
		}
		for at := 0; at < len(w.data); {
			end := min(len(w.data), at+sector-(w.offset+at)%sector)
			if l() {
				data = write{offset: w.offset + at, data: w.data[at:end]}.on(data)
			}
			at = end
		}
	}
	return data
}

// A rescue writes what a loss of power left of a disk to a folder.
type rescue struct {
	luck  luck
	times map[int]time.Time // when inodes were changed last
	made  map[*inode]string
}

func (r *rescue) folder(n *inode, to string) error {
	if err := os.Mkdir(to, 0o755); err != nil {
		return err
	}
	names := n.left(r.luck)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		child, at := names[name], filepath.Join(to, name)
		var err error
		switch before, ok := r.made[child]; {
		case child.folder && ok: // it was moved, and both names are left: it is under the first
		case child.folder:
			r.made[child] = at
			err = r.folder(child, at)
		case ok:
			err = os.Link(before, at)
		default:
			r.made[child] = at
			err = r.file(child, at)
		}
		if err != nil {
			return fmt.Errorf("cannot rebuild %s: %w", at, err)
		}
	}
	return nil
}

func (r *rescue) file(n *inode, to string) error {
	if err := os.WriteFile(to, n.leftData(r.luck), 0o644); err != nil {
		return err
	}
	if when, ok := r.times[n.number]; ok {
		return os.Chtimes(to, when, when)
	}
	return nil
}
