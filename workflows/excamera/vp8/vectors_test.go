package vp8

import (
	"bufio"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// vectors is the folder of the public test vectors, or "".
func vectors() string {
	if dir := os.Getenv("VP8_VECTORS"); dir != "" {
		return dir
	}
	shared := os.Getenv("WEFT_TESTDATA")
	if shared == "" {
		shared = "../../../../shared"
	}
	dir := filepath.Join(shared, "vp8-vectors")
	if _, err := os.Stat(dir); err != nil {
		return ""
	}
	return dir
}

func TestVectorsDecodeBitExact(t *testing.T) {
	t.Parallel()
	dir := vectors()
	if dir == "" {
		t.Skip("no test vectors; VP8_VECTORS names a folder of them")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.ivf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no .ivf in %s (%v)", dir, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			want := readSums(t, file+".md5")
			got := decodeSums(t, file)
			if len(got) != len(want) {
				t.Errorf("%d frames, want %d", len(got), len(want))
			}
			for i := range min(len(got), len(want)) {
				if got[i] != want[i] {
					t.Fatalf("frame %d has MD5 %s, want %s", i+1, got[i], want[i])
				}
			}
		})
	}
}

func readSums(t *testing.T, name string) []string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var sums []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if sum, _, found := strings.Cut(lines.Text(), " "); found {
			sums = append(sums, sum)
		}
	}
	return sums
}

// decodeSums decodes a file and returns the MD5 of each frame that is shown.
func decodeSums(t *testing.T, name string) []string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := NewIVFReader(f)
	if err != nil {
		t.Fatal(err)
	}
	d := NewDecoder(nil)
	var sums []string
	for {
		data, _, err := r.Next()
		if errors.Is(err, io.EOF) {
			return sums
		}
		if err != nil {
			t.Fatal(err)
		}
		frame, err := d.Decode(data)
		if err != nil {
			t.Fatalf("frame %d: %v", len(sums)+1, err)
		}
		if frame != nil {
			sums = append(sums, sumOf(t, frame))
		}
	}
}

func sumOf(t *testing.T, f *Frame) string {
	t.Helper()
	sum := md5.New()
	if _, err := f.WriteTo(sum); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
