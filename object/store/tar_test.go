package store

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/weft/object"
)

// Streams of the kind that led out of a folder elsewhere.
func TestAHostileTarIsRefused(t *testing.T) {
	t.Parallel()
	file := func(name string) []tar.Header {
		return []tar.Header{{Typeflag: tar.TypeReg, Name: name, Mode: 0o644}}
	}
	cases := map[string][]tar.Header{
		"parent":        file("../escaped"),
		"deep parent":   file("a/b/../../../escaped"),
		"absolute":      file("/escaped"),
		"only parent":   file(".."),
		"symbolic link": {{Typeflag: tar.TypeSymlink, Name: "link", Linkname: "/etc"}},
		"through a link": {
			{Typeflag: tar.TypeSymlink, Name: "link", Linkname: ".."},
			{Typeflag: tar.TypeReg, Name: "link/escaped", Mode: 0o644},
		},
		"hard link":   {{Typeflag: tar.TypeLink, Name: "link", Linkname: "/etc/passwd"}},
		"device":      {{Typeflag: tar.TypeChar, Name: "null", Devmajor: 1, Devminor: 3}},
		"pipe":        {{Typeflag: tar.TypeFifo, Name: "pipe"}},
		"twice":       append(file("a"), file("a")...),
		"file as dir": append(file("a"), file("a/b")...),
		"too deep":    file(strings.Repeat("d/", maxTarDepth) + "f"),
		"a folder's name": {
			{Typeflag: tar.TypeDir, Name: "a/"}, {Typeflag: tar.TypeReg, Name: "a", Mode: 0o644},
		},
	}
	for name, headers := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := openAt(t, filepath.Join(dir, "store"), "boot1")
			var b bytes.Buffer
			w := tar.NewWriter(&b)
			for _, h := range headers {
				if err := w.WriteHeader(&h); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			id := object.Mint(t.Name(), "dir")
			if _, err := s.Create(t.Context(), id, true, &b); err == nil || s.Has(id) {
				t.Errorf("extracted: %v", err)
			}
			if err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
				if filepath.Base(path) == "escaped" {
					t.Errorf("%s was made", path)
				}
				return err
			}); err != nil {
				t.Error(err)
			}
		})
	}
}

// A stream that ends early is no folder.
func TestATruncatedTarIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, d := openAt(t, filepath.Join(dir, "store"), "boot1"), newDesk(t, dir)
	d.write(t, "tree/a", strings.Repeat("x", 10_000))
	id := object.Mint(t.Name(), "tree")
	if _, err := s.Put(id, d.Root, "tree"); err != nil {
		t.Fatal(err)
	}
	r, err := s.Open(t.Context(), id, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	other := object.Mint(t.Name(), "other")
	if _, err := s.Create(t.Context(), other, true, io.LimitReader(r, 5000)); !errors.Is(err, io.ErrUnexpectedEOF) || s.Has(other) {
		t.Errorf("got %v, want an unexpected end", err)
	}
}
