package store

import (
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"example.org/weft/object"
)

// An entry is what the store knows of one object. All of it but the inode
// stands in the name of the object's file, so that the index is one listing and
// there is no second file whose durability would have to be argued about.
type entry struct {
	kept  bool // on stable storage
	dir   bool
	size  int64
	stamp uint64 // of a file its mtime in ns, of a directory the fingerprint of its tree
	inode uint64 // 0 until the file was looked at by this process; a restored backup may change it
	sum   object.Digest
}

const (
	keptDir    = "kept" // objects on stable storage
	bootDir    = "boot" // boot/BOOT has those of one boot that are not
	tmpDir     = "tmp"
	sumPrefix  = "sha256:"
	hexSumSize = 64
)

// fileName is the object's name in its shard: "ID.f.SIZE.STAMP" and, when it is
// known, ".SHA256".
func (e *entry) fileName(id object.ID) string {
	kind := "f"
	if e.dir {
		kind = "d"
	}
	name := string(id) + "." + kind + "." + strconv.FormatInt(e.size, 10) + "." + strconv.FormatUint(e.stamp, 16)
	if e.sum != "" {
		name += "." + strings.TrimPrefix(string(e.sum), sumPrefix)
	}
	return name
}

// parseName is the inverse of fileName.
func parseName(name string) (object.ID, *entry, error) {
	parts := strings.Split(name, ".")
	if len(parts) != 4 && len(parts) != 5 {
		return "", nil, fmt.Errorf("cannot read object file name %q", name)
	}
	id, err := object.ParseID(parts[0])
	if err != nil {
		return "", nil, err
	}
	e := &entry{dir: parts[1] == "d"}
	if e.size, err = strconv.ParseInt(parts[2], 10, 64); err != nil {
		return "", nil, fmt.Errorf("cannot read size in object file name %q: %w", name, err)
	}
	if e.stamp, err = strconv.ParseUint(parts[3], 16, 64); err != nil {
		return "", nil, fmt.Errorf("cannot read stamp in object file name %q: %w", name, err)
	}
	if len(parts) == 5 {
		if _, err := hex.DecodeString(parts[4]); err != nil || len(parts[4]) != hexSumSize {
			return "", nil, fmt.Errorf("cannot read digest in object file name %q", name)
		}
		e.sum = object.Digest(sumPrefix + parts[4])
	}
	return id, e, nil
}

// shard is the folder among 1,024 that keeps folders short.
func shard(id object.ID) string { return string(id[4:6]) }

// path is where the object lies beneath the store's root.
func (s *Store) path(id object.ID, e *entry) string {
	return s.folder(id, e) + "/" + e.fileName(id)
}

func (s *Store) folder(id object.ID, e *entry) string {
	if e.kept {
		return keptDir + "/" + shard(id)
	}
	return bootDir + "/" + s.boot + "/" + shard(id)
}

func (e *entry) info() object.Info {
	return object.Info{Size: e.size, Dir: e.dir, Digest: e.sum}
}

// matches reports whether a regular file is still the one that was put.
func (e *entry) matches(fi os.FileInfo) bool {
	if !fi.Mode().IsRegular() || fi.Size() != e.size || mtime(fi) != e.stamp {
		return false
	}
	return e.inode == 0 || e.inode == inode(fi)
}

func mtime(fi os.FileInfo) uint64 { return uint64(fi.ModTime().UnixNano()) }

func inode(fi os.FileInfo) uint64 {
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		return st.Ino
	}
	return 0
}
