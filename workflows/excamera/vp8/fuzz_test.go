package vp8

import (
	"bytes"
	"path/filepath"
	"testing"
)

// FuzzDecode holds that no data makes the decoder panic, or take memory out of
// proportion to the data.
func FuzzDecode(f *testing.F) {
	seeds, err := filepath.Glob("testdata/*.ivf") // three small frames each
	if err != nil || len(seeds) == 0 {
		f.Fatal(err, seeds)
	}
	for _, seed := range seeds {
		frames := readIVF(f, seed)
		f.Add(frames[0], frames[1], frames[2])
	}
	f.Fuzz(func(t *testing.T, one, two, three []byte) {
		d := NewDecoder(nil)
		for _, data := range [][]byte{one, two, three} {
			frame, err := d.Decode(data)
			if err != nil || frame == nil {
				continue
			}
			if mbs := d.cols * d.rows; mbs > 1024+3*max(len(one), len(two), len(three)) {
				t.Fatalf("%d macroblocks out of %d bytes", mbs, len(data))
			}
		}
		s := d.State()
		if s == nil {
			return
		}
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
	})
}

// FuzzRebase holds that what Rebase makes of any data is decoded to the state
// that it returns.
func FuzzRebase(f *testing.F) {
	seeds, err := filepath.Glob("testdata/*.ivf")
	if err != nil || len(seeds) == 0 {
		f.Fatal(err, seeds)
	}
	var states []*State
	for i, seed := range seeds {
		frames := readIVF(f, seed)
		_, s, err := Rebase(frames, nil, nil)
		if err != nil {
			f.Fatal(err)
		}
		states = append(states, s)
		f.Add(uint8(i), frames[0], frames[1], frames[2])
	}
	f.Fuzz(func(t *testing.T, seed uint8, one, two, three []byte) {
		chunk := [][]byte{one, two, three}
		before := states[int(seed)%len(states)]
		for _, s := range []*State{nil, before} {
			frames, after, err := Rebase(chunk, gray(t, before, len(chunk)), s)
			if err != nil {
				continue
			}
			d := NewDecoder(s)
			for i, data := range frames {
				if _, err := d.Decode(data); err != nil {
					t.Fatalf("frame %d: %v", i, err)
				}
			}
			if !d.State().Equal(after) {
				t.Fatal("the frames do not end in the state that was returned")
			}
		}
	})
}

// gray is a Y4M file of the size of a state's pictures.
func gray(t *testing.T, s *State, pictures int) *Y4MReader {
	t.Helper()
	var b bytes.Buffer
	w, err := NewY4MWriter(&b, Y4MHeader{Width: s.width, Height: s.height, Rate: 25, Scale: 1})
	if err != nil {
		t.Fatal(err)
	}
	f := newFrame(s.width, s.height)
	for range pictures {
		if err := w.Write(f); err != nil {
			t.Fatal(err)
		}
	}
	r, err := NewY4MReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// FuzzReaders holds that the readers of files never panic.
func FuzzReaders(f *testing.F) {
	f.Add([]byte("DKIF\x00\x00\x20\x00VP80\x10\x00\x10\x00\x18\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00ab"))
	f.Add([]byte("YUV4MPEG2 W2 H2 F25:1 C420jpeg\nFRAME\n123456"))
	f.Add([]byte(stateMagic + "\x01\x00\x01\x00"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_ = readAll(data)
		if r, err := NewY4MReader(bytes.NewReader(data)); err == nil && r.Header.Width*r.Header.Height < 1<<20 {
			frame := r.NewFrame()
			for r.Next(frame) == nil {
				continue
			}
		}
		_ = new(State).UnmarshalBinary(data)
	})
}
