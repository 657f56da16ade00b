package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.org/weft/object"
	"example.org/weft/object/objecttest"
)

func TestStoreHoldsObjects(t *testing.T) {
	t.Parallel()
	objecttest.Run(t, func(t *testing.T) objecttest.Store {
		t.Helper()
		return openAt(t, t.TempDir(), "boot1")
	})
}

func openAt(t *testing.T, dir, boot string) *Store {
	t.Helper()
	s, err := open(dir, boot)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// A desk is a folder in which a function would work.
type desk struct {
	*os.Root
	dir string
}

func newDesk(t *testing.T, dir string) desk {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := root.Close(); err != nil {
			t.Error(err)
		}
	})
	return desk{root, dir}
}

func (d desk) write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(d.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func inodeOf(t *testing.T, path string) uint64 {
	t.Helper()
	fi, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return fi.Sys().(*syscall.Stat_t).Ino
}

func put(t *testing.T, s *Store, d desk, name, content string) object.ID {
	t.Helper()
	d.write(t, name, content)
	id := object.Mint(t.Name(), name)
	if _, err := s.Put(id, d.Root, name); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAFileCrossesAnEdgeWithoutACopy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, d := openAt(t, filepath.Join(dir, "store"), "boot1"), newDesk(t, dir)
	made := d.write(t, "made", "bytes")
	inode := inodeOf(t, made)
	id := object.Mint(t.Name(), "made")
	if _, err := s.Put(id, d.Root, "made"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(made); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file was not moved: %v", err)
	}
	copied, err := s.Link(id, d.Root, "input")
	if err != nil || copied {
		t.Fatalf("link: copied %v, %v", copied, err)
	}
	linked := filepath.Join(dir, "input")
	if got := inodeOf(t, linked); got != inode {
		t.Errorf("inode %d, want %d: the bytes were copied", got, inode)
	}
	fi, err := os.Stat(linked)
	if err != nil || fi.Mode().Perm() != 0o444 {
		t.Errorf("mode %v, %v; want read-only", fi.Mode(), err)
	}
}

func TestAFolderIsLinkedFileByFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, d := openAt(t, filepath.Join(dir, "store"), "boot1"), newDesk(t, dir)
	inode := inodeOf(t, d.write(t, "tree/a/b", "deep"))
	d.write(t, "tree/c", "flat")
	id := object.Mint(t.Name(), "tree")
	info, err := s.Put(id, d.Root, "tree")
	if err != nil || !info.Dir || info.Size != 8 {
		t.Fatalf("put: %+v, %v", info, err)
	}
	if copied, err := s.Link(id, d.Root, "in"); err != nil || copied {
		t.Fatalf("link: copied %v, %v", copied, err)
	}
	if got := inodeOf(t, filepath.Join(dir, "in/a/b")); got != inode {
		t.Errorf("inode %d, want %d", got, inode)
	}
}

func TestAnotherFileSystemIsCopied(t *testing.T) {
	t.Parallel()
	other, err := os.MkdirTemp("/dev/shm", "weft") //nolint:usetesting // not where t.TempDir is
	if err != nil {
		t.Skip("no second file system: ", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(other) })
	s, d := openAt(t, t.TempDir(), "boot1"), newDesk(t, other)
	if inodeDevice(t, other) == inodeDevice(t, t.TempDir()) {
		t.Skip("no second file system")
	}
	id := put(t, s, d, "made", "bytes")
	d.write(t, "tree/a", "deep")
	tree := object.Mint(t.Name(), "tree")
	if _, err := s.Put(tree, d.Root, "tree"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []object.ID{id, tree} {
		copied, err := s.Link(id, d.Root, string(id))
		if err != nil || !copied {
			t.Errorf("link: copied %v, %v; want a copy", copied, err)
		}
	}
	if _, err := os.Lstat(filepath.Join(other, "made")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the original is still there: %v", err)
	}
}

func inodeDevice(t *testing.T, path string) uint64 {
	t.Helper()
	fi, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return fi.Sys().(*syscall.Stat_t).Dev
}

func TestAChangedObjectIsNoticedAndGone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, d := openAt(t, filepath.Join(dir, "store"), "boot1"), newDesk(t, dir)
	d.write(t, "tree/a", "deep")
	tree := object.Mint(t.Name(), "tree")
	if _, err := s.Put(tree, d.Root, "tree"); err != nil {
		t.Fatal(err)
	}
	change := map[object.ID]string{put(t, s, d, "file", "bytes"): "in1", tree: "in2/a"}
	for id, link := range change {
		if _, err := s.Link(id, d.Root, strings.Split(link, "/")[0]); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, link)
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("changed by a function"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := s.Check(id); !errors.Is(err, object.ErrChanged) {
			t.Errorf("check: got %v, want ErrChanged", err)
		}
		if _, err := s.Open(t.Context(), id, 0); !errors.Is(err, object.ErrNotFound) {
			t.Errorf("open: got %v, want ErrNotFound", err)
		}
	}
	if objects, bytes := s.Usage(); objects != 0 || bytes != 0 {
		t.Errorf("%d objects, %d bytes; want none", objects, bytes)
	}
}

func TestHostileNamesStayBeneathTheirRoot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openAt(t, filepath.Join(dir, "store"), "boot1")
	d := newDesk(t, t.TempDir())
	outside := filepath.Join(dir, "secret")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(d.dir, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, filepath.Join(d.dir, "folder")); err != nil {
		t.Fatal(err)
	}
	d.write(t, "tree/ok", "fine")
	if err := os.Symlink("ok", filepath.Join(d.dir, "tree/sym")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"link", "folder/secret", "../secret", outside, "tree", "missing", ""} {
		if _, err := s.Put(object.Mint(t.Name(), name), d.Root, name); err == nil {
			t.Errorf("put %q: want an error", name)
		}
	}
	id := put(t, s, d, "-rf\nnew line", "odd, but a file")
	if _, err := s.Link(id, d.Root, "folder/escaped"); err == nil {
		t.Errorf("linked through a symbolic link to outside")
	}
	if objects, _ := s.Usage(); objects != 1 {
		t.Errorf("%d objects, want 1", objects)
	}
}

func TestUnsyncedObjectsOfAnEarlierBootAreLost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := newDesk(t, t.TempDir())
	s := openAt(t, dir, "boot1")
	synced, lost := put(t, s, d, "synced", "here"), put(t, s, d, "lost", "gone")
	d.write(t, "tree/a", "deep")
	tree := object.Mint(t.Name(), "tree")
	if _, err := s.Put(tree, d.Root, "tree"); err != nil {
		t.Fatal(err)
	}
	if err := s.Sync(t.Context(), synced, tree); err != nil {
		t.Fatal(err)
	}

	// The process dies, the machine runs on: nothing is lost.
	same := openAt(t, dir, "boot1")
	if !same.Has(synced) || !same.Has(lost) || !same.Has(tree) {
		t.Errorf("objects were lost without a reboot")
	}

	// The power goes.
	other := openAt(t, dir, "boot2")
	if !other.Has(synced) || !other.Has(tree) {
		t.Errorf("a synced object was lost")
	}
	if other.Has(lost) {
		t.Errorf("an object that was never synced outlived the boot")
	}
	if err := other.Check(tree); err != nil {
		t.Errorf("check: %v", err)
	}
	if got := string(objecttest.Read(t, other, synced, 0)); got != "here" {
		t.Errorf("got %q", got)
	}
}

func TestADigestIsComputedOnDemandAndKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, d := openAt(t, dir, "boot1"), newDesk(t, t.TempDir())
	id := put(t, s, d, "a", "bytes")
	if info, err := s.Stat(t.Context(), id); err != nil || info.Digest != "" {
		t.Errorf("hashed before anybody asked: %+v, %v", info, err)
	}
	want := objecttest.Sum([]byte("bytes"))
	if got, err := s.Digest(t.Context(), id); err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	if info, err := openAt(t, dir, "boot1").Stat(t.Context(), id); err != nil || info.Digest != want {
		t.Errorf("opened again: %+v, %v; want the digest", info, err)
	}
}

func TestLeftoversOfACrashAreRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openAt(t, dir, "boot1")
	if err := s.write(s.tempName(), bytes.NewReader([]byte("half"))); err != nil {
		t.Fatal(err)
	}
	openAt(t, dir, "boot1")
	left, err := os.ReadDir(filepath.Join(dir, tmpDir))
	if err != nil || len(left) != 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}
