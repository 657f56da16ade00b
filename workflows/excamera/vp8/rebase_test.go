package vp8

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// A cut is a part of a clip as a chunk is made of it: encoded, and raw.
type cut struct {
	ivf [][]byte
	raw string
}

// cutUp encodes a clip in chunks of k frames; all but the first carry the last
// frame of the chunk before in front.
func cutUp(tb testing.TB, y4m string, k int, flags ...string) []cut {
	tb.Helper()
	header, pictures := readY4M(tb, y4m)
	var cuts []cut
	for from := 0; from < len(pictures); from += k {
		raw := filepath.Join(tb.TempDir(), "raw.y4m")
		writeY4M(tb, raw, header, pictures[max(from-1, 0):min(from+k, len(pictures))])
		cuts = append(cuts, cut{ivf: readIVF(tb, encode(tb, raw, flags...)), raw: raw})
	}
	return cuts
}

func readY4M(tb testing.TB, name string) (Y4MHeader, []*Frame) {
	tb.Helper()
	r := openY4M(tb, name)
	var pictures []*Frame
	for {
		f := r.NewFrame()
		if r.Next(f) != nil {
			return r.Header, pictures
		}
		pictures = append(pictures, f)
	}
}

func openY4M(tb testing.TB, name string) *Y4MReader {
	tb.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		tb.Fatal(err)
	}
	r, err := NewY4MReader(bytes.NewReader(data))
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func writeY4M(tb testing.TB, name string, h Y4MHeader, pictures []*Frame) {
	tb.Helper()
	var b bytes.Buffer
	w, err := NewY4MWriter(&b, h)
	if err != nil {
		tb.Fatal(err)
	}
	for _, f := range pictures {
		if err := w.Write(f); err != nil {
			tb.Fatal(err)
		}
	}
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// chain rebases the chunks one after the other, and checks what each ends in
// against a decoder.
func chain(t *testing.T, cuts []cut) [][]byte {
	t.Helper()
	var whole [][]byte
	var state *State
	d := NewDecoder(nil)
	for i, c := range cuts {
		frames, after, err := Rebase(c.ivf, openY4M(t, c.raw), state)
		if err != nil {
			t.Fatalf("chunk %d: %v", i, err)
		}
		twice, _, err := Rebase(c.ivf, openY4M(t, c.raw), state)
		if err != nil || !equalFrames(frames, twice) {
			t.Fatalf("chunk %d is another when it is rebased twice (%v)", i, err)
		}
		for j, data := range frames {
			if _, err := d.Decode(data); err != nil {
				t.Fatalf("chunk %d, frame %d: %v", i, j, err)
			}
		}
		if !d.State().Equal(after) {
			t.Fatalf("chunk %d does not end in the state that a decoder is in", i)
		}
		if after.refs[golden] != after.refs[last] || after.refs[altRef] != after.refs[last] {
			t.Fatalf("chunk %d ends in several pictures", i)
		}
		state = again(t, after)
		whole = append(whole, frames...)
	}
	return whole
}

func equalFrames(a, b [][]byte) bool {
	return bytes.Equal(bytes.Join(a, []byte("|")), bytes.Join(b, []byte("|")))
}

func writeIVF(tb testing.TB, frames [][]byte, width, height int) string {
	tb.Helper()
	var b bytes.Buffer
	w, err := NewIVFWriter(&b, IVFHeader{Width: width, Height: height, Rate: 25, Scale: 1, Frames: uint32(len(frames))})
	if err != nil {
		tb.Fatal(err)
	}
	for i, data := range frames {
		if err := w.Write(data, uint64(i)); err != nil {
			tb.Fatal(err)
		}
	}
	name := filepath.Join(tb.TempDir(), "whole.ivf")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		tb.Fatal(err)
	}
	return name
}

func TestRebasedStreamDecodesAlikeEverywhere(t *testing.T) {
	t.Parallel()
	need(t, "vpxdec", "vpxenc", "ffmpeg")
	pass := []string{"--good", "--cpu-used=0", "--auto-alt-ref=0", "--lag-in-frames=0", "--end-usage=cq", "--cq-level=24", "--min-q=9", "--target-bitrate=100000"}
	for _, c := range []struct {
		name             string
		width, height, k int
		flags            []string
	}{
		{"plain", 176, 144, 6, pass},
		{"odd size", 175, 143, 5, pass},
		{"one frame", 64, 64, 1, pass},
		{"profile 1", 176, 144, 6, append(pass, "--profile=1")},
		{"profile 3", 176, 144, 6, append(pass, "--profile=3")},
		{"partitions", 176, 144, 6, append(pass, "--token-parts=2")},
		{"key frames within", 176, 144, 8, append(pass, "--kf-max-dist=3")},
		{"segments", 320, 192, 8, []string{"--rt", "--cpu-used=-5", "--error-resilient=1", "--end-usage=cbr", "--target-bitrate=150", "--lag-in-frames=0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			raw := clip(t, c.width, c.height, 18)
			frames := chain(t, cutUp(t, raw, c.k, c.flags...))
			ivf := writeIVF(t, frames, c.width, c.height)
			ours := decodeSums(t, ivf)
			if len(ours) != 18 {
				t.Errorf("%d frames, want 18", len(ours))
			}
			if theirs := vpxdecSums(t, ivf); fmt.Sprint(ours) != fmt.Sprint(theirs) {
				t.Errorf("vpxdec sees\n%s, we\n%s", theirs, ours)
			}
			if theirs := ffmpegSums(t, ivf); fmt.Sprint(ours) != fmt.Sprint(theirs) {
				t.Errorf("ffmpeg sees\n%s, we\n%s", theirs, ours)
			}
			if c.name == "segments" {
				return // its rate is fixed, not its quality
			}
			if got, want := psnr(t, raw, ivf), psnr(t, raw, encode(t, raw, c.flags...)); got < want-2 {
				t.Errorf("the quality is %.2f dB, that of one stream %.2f", got, want)
			}
		})
	}
}

// psnr is that of the luma over all frames.
func psnr(tb testing.TB, y4m, ivf string) float64 {
	tb.Helper()
	_, pictures := readY4M(tb, y4m)
	d := NewDecoder(nil)
	var sum, n float64
	for i, data := range readIVF(tb, ivf) {
		f, err := d.Decode(data)
		if err != nil {
			tb.Fatal(err)
		}
		s, count := f.SquaredError(pictures[i])
		sum += float64(s)
		n += float64(count)
	}
	return 10 * math.Log10(255*255*n/sum)
}
