// Package objecttest is the suite that everything which holds objects must
// pass: the store on disk, another node, a bucket.
package objecttest

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"testing"

	"example.org/weft/object"
)

// A Store is what the suite is about.
type Store interface {
	Stat(ctx context.Context, id object.ID) (object.Info, error)
	Open(ctx context.Context, id object.ID, from int64) (io.ReadCloser, error)
	Create(ctx context.Context, id object.ID, dir bool, r io.Reader) (object.Info, error)
	Delete(ctx context.Context, id object.ID) error
}

// Run tests the stores that open returns, each of them empty.
func Run(t *testing.T, open func(t *testing.T) Store) {
	t.Helper()
	cases := []struct {
		name string
		test func(t *testing.T, s Store)
	}{
		{"what was created is read back", readBack},
		{"an empty file is an object", emptyFile},
		{"reading begins at any byte", readFrom},
		{"a folder travels as a tar stream", folder},
		{"an object that is not there is not found", notFound},
		{"an object is never replaced", neverReplaced},
		{"a deleted object is gone", deleted},
		{"a source that breaks leaves nothing behind", broken},
		{"a context that is over ends a read", cancelled},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, open(t))
		})
	}
}

// ID returns an object ID that differs from test to test.
func ID(t *testing.T, name string) object.ID {
	t.Helper()
	return object.Mint(t.Name(), name)
}

// Sum returns the digest of bytes.
func Sum(b []byte) object.Digest {
	sum := sha256.Sum256(b)
	return object.Digest("sha256:" + hex.EncodeToString(sum[:]))
}

// Read returns what travels of an object from a byte on.
func Read(t *testing.T, s Store, id object.ID, from int64) []byte {
	t.Helper()
	r, err := s.Open(t.Context(), id, from)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return b
}

func create(t *testing.T, s Store, id object.ID, dir bool, b []byte) object.Info {
	t.Helper()
	info, err := s.Create(t.Context(), id, dir, bytes.NewReader(b))
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	return info
}

func readBack(t *testing.T, s Store) {
	id, want := ID(t, "a"), bytes.Repeat([]byte("weft "), 200_000)
	created := create(t, s, id, false, want)
	info, err := s.Stat(t.Context(), id)
	if err != nil {
		t.Fatalf("stat: %v", err)
	}
	// Not everybody knows digests, but nobody may say a wrong one.
	if info.Digest != "" && info.Digest != Sum(want) || info.Size != int64(len(want)) || info.Dir || info != created {
		t.Errorf("stat: got %+v, created %+v, want %d bytes with %s", info, created, len(want), Sum(want))
	}
	if got := Read(t, s, id, 0); !bytes.Equal(got, want) {
		t.Errorf("read %d bytes that differ from the %d created", len(got), len(want))
	}
}

func emptyFile(t *testing.T, s Store) {
	id := ID(t, "empty")
	create(t, s, id, false, nil)
	if got := Read(t, s, id, 0); len(got) != 0 {
		t.Errorf("read %q from an empty object", got)
	}
}

func readFrom(t *testing.T, s Store) {
	id := ID(t, "a")
	create(t, s, id, false, []byte("0123456789"))
	for from, want := range map[int64]string{0: "0123456789", 4: "456789", 9: "9", 10: ""} {
		if got := string(Read(t, s, id, from)); got != want {
			t.Errorf("from %d: got %q, want %q", from, got, want)
		}
	}
}

func folder(t *testing.T, s Store) {
	id := ID(t, "dir")
	create(t, s, id, true, Tar(t, map[string]string{"b": "two", "a/x": "one"}, "a/x", "b"))
	if info, err := s.Stat(t.Context(), id); err != nil || !info.Dir {
		t.Errorf("got %+v, %v; want a directory", info, err)
	}
	first := Read(t, s, id, 0)
	if got := Untar(t, first); got["a/x"] != "one" || got["b"] != "two" || len(got) != 2 {
		t.Errorf("got files %v", got)
	}
	if rest := Read(t, s, id, 700); !bytes.Equal(rest, first[700:]) {
		t.Errorf("a tar stream resumed at byte 700 differs from the first one")
	}
}

func notFound(t *testing.T, s Store) {
	id := ID(t, "nobody")
	if _, err := s.Stat(t.Context(), id); !errors.Is(err, object.ErrNotFound) {
		t.Errorf("stat: got %v, want ErrNotFound", err)
	}
	if _, err := s.Open(t.Context(), id, 0); !errors.Is(err, object.ErrNotFound) {
		t.Errorf("open: got %v, want ErrNotFound", err)
	}
	if err := s.Delete(t.Context(), id); !errors.Is(err, object.ErrNotFound) {
		t.Errorf("delete: got %v, want ErrNotFound", err)
	}
}

func neverReplaced(t *testing.T, s Store) {
	id := ID(t, "a")
	create(t, s, id, false, []byte("first"))
	if _, err := s.Create(t.Context(), id, false, bytes.NewReader([]byte("second"))); !errors.Is(err, object.ErrExists) {
		t.Errorf("second create: got %v, want ErrExists", err)
	}
	if got := string(Read(t, s, id, 0)); got != "first" {
		t.Errorf("got %q, want what was created first", got)
	}
}

func deleted(t *testing.T, s Store) {
	id := ID(t, "a")
	create(t, s, id, false, []byte("bytes"))
	if err := s.Delete(t.Context(), id); err != nil {
		t.Fatalf("delete: %v", err)
	}
	if _, err := s.Stat(t.Context(), id); !errors.Is(err, object.ErrNotFound) {
		t.Errorf("stat after delete: got %v, want ErrNotFound", err)
	}
}

func broken(t *testing.T, s Store) {
	id := ID(t, "a")
	breaks := errors.New("cable cut")
	source := io.MultiReader(bytes.NewReader([]byte("half")), failing{breaks})
	if _, err := s.Create(t.Context(), id, false, source); !errors.Is(err, breaks) {
		t.Errorf("create: got %v, want the source's error", err)
	}
	if _, err := s.Stat(t.Context(), id); !errors.Is(err, object.ErrNotFound) {
		t.Errorf("stat: got %v, want ErrNotFound", err)
	}
}

func cancelled(t *testing.T, s Store) {
	id := ID(t, "a")
	create(t, s, id, false, bytes.Repeat([]byte("x"), 4<<20))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Create(ctx, ID(t, "b"), false, bytes.NewReader([]byte("late"))); !errors.Is(err, context.Canceled) {
		t.Errorf("create: got %v, want context.Canceled", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// Tar returns a tar stream of files, in the order of names.
func Tar(t *testing.T, files map[string]string, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range names {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(files[name]))}
		if err := w.WriteHeader(header); err != nil {
			t.Fatalf("tar: %v", err)
		}
		if _, err := w.Write([]byte(files[name])); err != nil {
			t.Fatalf("tar: %v", err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatalf("tar: %v", err)
	}
	return b.Bytes()
}

// Untar returns the files of a tar stream.
func Untar(t *testing.T, b []byte) map[string]string {
	t.Helper()
	files := map[string]string{}
	for r := tar.NewReader(bytes.NewReader(b)); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatalf("untar: %v", err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("untar: %v", err)
		}
		if header.Typeflag == tar.TypeReg {
			files[header.Name] = string(content)
		}
	}
}
