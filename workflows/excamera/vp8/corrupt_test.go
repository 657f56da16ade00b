package vp8

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
)

// Whatever is cut off a frame, the decoder says so or shows what it could make
// of it, and goes on as if nothing had been.
func TestTruncatedFrameIsAnErrorAndLeavesTheStateAlone(t *testing.T) {
	t.Parallel()
	frames := readIVF(t, encode(t, clip(t, 96, 80, 4), "--good", "--token-parts=2"))
	d := NewDecoder(nil)
	for i, data := range frames {
		before := d.State()
		for n := 1; n < len(data)-4; n += 1 + n/40 {
			if _, err := d.Decode(data[:n]); err == nil {
				t.Fatalf("frame %d: %d bytes of %d were taken for the whole", i, n, len(data))
			}
		}
		if after := d.State(); before == nil && after != nil || before != nil && !before.Equal(after) {
			t.Fatalf("frame %d changed the state though it failed", i)
		}
		if _, err := d.Decode(data); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCorruptFrameIsNamedWithItsPosition(t *testing.T) {
	t.Parallel()
	frames := readIVF(t, encode(t, clip(t, 96, 80, 2), "--good", "--token-parts=1"))
	key := frames[0]
	first := int(key[0])>>5 | int(key[1])<<3 | int(key[2])<<11
	edit := func(at int, b ...byte) []byte {
		data := bytes.Clone(key)
		copy(data[at:], b)
		return data
	}
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"no tag", "byte 2 of the frame: the frame ends within its tag of 3 bytes", key[:2]},
		{"no size", "byte 9 of the frame: the key frame ends within its tag of 10 bytes", key[:9]},
		{"version", "byte 0 of the frame: version 5 is not defined; there are 0 to 3", edit(0, key[0]|5<<1)},
		{"start code", "byte 3 of the frame: a key frame has the start code 9d 01 2a here, not 9d 01 00", edit(5, 0)},
		{"no width", "byte 6 of the frame: the picture is 0 x 80 pixels", edit(6, 0, 0)},
		{"huge", fmt.Sprintf("byte 6 of the frame: the picture is 16383 x 16383 pixels, too many for a first partition of %d bytes", first), edit(6, 255, 255, 255, 255)},
		{"partition", fmt.Sprintf("byte %d of the frame: partition 1 has 16777215 bytes, but only %d follow", 10+first, len(key)-13-first), edit(10+first, 255, 255, 255)},
	} {
		_, err := NewDecoder(nil).Decode(c.data)
		if _, ok := errors.AsType[*CorruptError](err); !ok {
			t.Errorf("%s: %v is no CorruptError", c.name, err)
		} else if err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	for _, data := range [][]byte{frames[1], nil} {
		if _, err := NewDecoder(nil).Decode(data); !errors.Is(err, ErrNoKeyFrame) {
			t.Errorf("a frame without a key frame before it: %v", err)
		}
	}
}

func TestEmptyFrameRepeatsTheOneBefore(t *testing.T) {
	t.Parallel()
	frames := readIVF(t, encode(t, clip(t, 96, 80, 2), "--good"))
	d := NewDecoder(nil)
	f, err := d.Decode(frames[0])
	if err != nil {
		t.Fatal(err)
	}
	want := sumOf(t, f)
	for _, empty := range [][]byte{nil, {}} {
		f, err = d.Decode(empty)
		if err != nil || f == nil || sumOf(t, f) != want {
			t.Errorf("got %v, %v", f, err)
		}
	}
}

func TestKeyFrameMayChangeTheSize(t *testing.T) {
	t.Parallel()
	small := readIVF(t, encode(t, clip(t, 33, 47, 3), "--good"))
	big := readIVF(t, encode(t, clip(t, 175, 143, 3), "--good"))
	d := NewDecoder(nil)
	for _, stream := range [][][]byte{big, small, big} {
		alone := NewDecoder(nil)
		for i, data := range stream {
			want, err := alone.Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			got, err := d.Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			if sumOf(t, got) != sumOf(t, want) {
				t.Fatalf("frame %d of %d x %d differs", i, want.Width, want.Height)
			}
		}
	}
}

func TestIVFErrorsNameTheFrameAndItsPosition(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	w, err := NewIVFWriter(&file, IVFHeader{Width: 16, Height: 16, Rate: 24, Scale: 1})
	if err != nil {
		t.Fatal(err)
	}
	for pts := range uint64(2) {
		if err := w.Write([]byte("12345"), pts); err != nil {
			t.Fatal(err)
		}
	}
	data := file.Bytes()
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"short", "cannot read the header of 32 bytes of an IVF file: unexpected EOF", data[:31]},
		{"magic", `no IVF file: it begins with "YUV4" instead of "DKIF"`, append([]byte("YUV4"), data[4:]...)},
		{"codec", `the IVF file holds "VP90" instead of "VP80"`, append([]byte("DKIF\x00\x00 \x00VP90"), data[12:]...)},
		{"cut", "cannot read frame 1 of the IVF file, at byte 49: unexpected EOF", data[:len(data)-1]},
	} {
		if err := readAll(c.data); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if err := readAll(data); err != nil {
		t.Error(err)
	}
}

func readAll(ivf []byte) error {
	r, err := NewIVFReader(bytes.NewReader(ivf))
	for err == nil {
		_, _, err = r.Next()
	}
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

func TestY4MErrorsSayWhatIsWanted(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                             "cannot read the header of a Y4M file: unexpected EOF",
		"RIFF W2 H2\n":                 `no Y4M file: it begins with "RIFF W2 H2" instead of "YUV4MPEG2"`,
		"YUV4MPEG2 W2 F25:1\n":         "the header of the Y4M file lacks the width (W) or the height (H)",
		"YUV4MPEG2 W-2 H2\n":           `cannot read "W-2" in the header of the Y4M file: want 1 to 16383 pixels`,
		"YUV4MPEG2 W2 H2 F25\n":        `cannot read "F25" in the header of the Y4M file: want the frames per second as a fraction, like 24:1`,
		"YUV4MPEG2 W2 H2 C444\n":       `cannot read "C444" in the header of the Y4M file: the pictures must be 4:2:0 with 8 bits (yuv420p)`,
		"YUV4MPEG2 W2 H2 C420p10\n":    `cannot read "C420p10" in the header of the Y4M file: the pictures must be 4:2:0 with 8 bits (yuv420p)`,
		"YUV4MPEG2 W2 H2\nFRAME\n1234": "cannot read picture 0 of the Y4M file: unexpected EOF",
		"YUV4MPEG2 W2 H2\nFROM\n":      `cannot read picture 0 of the Y4M file: it begins with "FROM" instead of "FRAME"`,
	} {
		r, err := NewY4MReader(bytes.NewReader([]byte(in)))
		if err == nil {
			err = r.Next(r.NewFrame())
		}
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
}
