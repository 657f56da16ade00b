package vp8

import (
	"bytes"
	"path/filepath"
	"testing"
)

// A decoder that goes on from a state that was written and read again, after
// every single frame, gives what one decoder gives.
func TestStateIsAllThatAFrameDependsOn(t *testing.T) {
	t.Parallel()
	files := []string{encode(t, clip(t, 175, 143, 20), "--good", "--auto-alt-ref=1", "--lag-in-frames=10")}
	if dir := vectors(); dir != "" {
		more, err := filepath.Glob(filepath.Join(dir, "*.ivf"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			whole := NewDecoder(nil)
			var state *State
			for i, data := range readIVF(t, file) {
				want, err := whole.Decode(data)
				if err != nil {
					t.Fatal(err)
				}
				step := NewDecoder(state)
				got, err := step.Decode(data)
				if err != nil {
					t.Fatal(err)
				}
				if (got == nil) != (want == nil) || got != nil && sumOf(t, got) != sumOf(t, want) {
					t.Fatalf("frame %d differs", i)
				}
				state = again(t, step.State())
				if i%8 == 0 && !state.Equal(whole.State()) {
					t.Fatalf("the state after frame %d differs", i)
				}
			}
		})
	}
}

// again writes a state and reads it.
func again(t *testing.T, s *State) *State {
	t.Helper()
	b, err := s.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var read State
	if err := read.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if !read.Equal(s) {
		t.Fatal("a state that was written and read is another")
	}
	twice, err := read.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b, twice) {
		t.Fatal("the form of a state changes when it is written again")
	}
	return &read
}

func TestStateWithOnePictureStoresItOnce(t *testing.T) {
	t.Parallel()
	frames := readIVF(t, encode(t, clip(t, 320, 180, 2), "--good"))
	d := NewDecoder(nil)
	if _, err := d.Decode(frames[0]); err != nil {
		t.Fatal(err)
	}
	b, err := d.State().MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if picture := 320 * 192 * 3 / 2; len(b) < picture || len(b) > picture+1500 {
		t.Errorf("the state has %d bytes; its picture has %d", len(b), picture)
	}
}

func TestStateOfAnotherFormIsRefused(t *testing.T) {
	t.Parallel()
	d := NewDecoder(nil)
	if _, err := d.Decode(readIVF(t, encode(t, clip(t, 64, 64, 1), "--good"))[0]); err != nil {
		t.Fatal(err)
	}
	good, err := d.State().MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	edit := func(at int, v byte) []byte {
		b := bytes.Clone(good)
		b[at] = v
		return b
	}
	names := len(good) - 64*64*3/2 - 3
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"empty", "cannot read a state at byte 0 of 0: unexpected EOF", nil},
		{"no state", `cannot read a state at byte 9 of 9: it begins with "DKIF\x00" instead of "VP8S\x01"`, []byte("DKIF\x00\x00 \x00V")},
		{"of later", `cannot read a state at byte 9 of 7275: it begins with "VP8S\x02" instead of "VP8S\x01"`, edit(4, 2)},
		{"huge", "cannot read a state at byte 9 of 7275: a picture of 16192 x 64 pixels takes 1554432 bytes: unexpected EOF", edit(6, 63)},
		{"no picture", "cannot read a state at byte 7275 of 7275: reference 2 is picture 2, which none before it comes to", nil},
		{"too long", "cannot read a state at byte 7275 of 7276: it ends, but 1 bytes follow", append(bytes.Clone(good), 0)},
		{"cut", "cannot read a state at byte 7200 of 7200: unexpected EOF", good[:7200]},
	} {
		data := c.data
		if c.name == "no picture" {
			data = edit(names+1, 2)
		}
		var s State
		if err := s.UnmarshalBinary(data); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}
