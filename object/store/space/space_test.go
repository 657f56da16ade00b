package space_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/weft/object/store/space"
	"example.org/weft/object/store/space/spacetest"
)

func TestAFullFileSystemIsToldByNameAndSize(t *testing.T) {
	t.Parallel()
	dir := spacetest.Mount(t, 1)
	if s, err := space.Of(dir); err != nil || s.Full() || s.Size != 1<<20 {
		t.Fatalf("an empty file system is %+v, %v", s, err)
	}
	fill(t, dir)
	s, err := space.Of(dir)
	if err != nil || !s.Full() {
		t.Fatalf("a full file system is %+v, %v", s, err)
	}
	if want := "the file system of " + dir + " has 0 B of 1.0 MB left; free some"; !strings.HasPrefix(s.String(), want) {
		t.Errorf("got %q, want %q...", s, want)
	}
}

func TestRoomThatAFileHasIsItsOwn(t *testing.T) {
	t.Parallel()
	dir := spacetest.Mount(t, 1)
	f, err := os.Create(filepath.Join(dir, "journal"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const room = 256 << 10
	if err := space.Ensure(f, 0, room); err != nil {
		t.Fatal(err)
	}
	if fi, err := f.Stat(); err != nil || fi.Size() != 0 {
		t.Fatalf("its size is %d, %v; room is no content", fi.Size(), err)
	}
	fill(t, dir)
	if _, err := f.Write(make([]byte, room)); err != nil {
		t.Errorf("cannot write where there is room: %v", err)
	}
	if _, err := f.Write([]byte{1}); !space.IsFull(err) {
		t.Errorf("beyond it: %v, want that the disk is full", err)
	}
}

// fill writes a file until there is no room left.
func fill(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 4<<10))
	}
	if !space.IsFull(err) {
		t.Fatal(err)
	}
}
