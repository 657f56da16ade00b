package vp8

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// clip writes a moving picture of a size as Y4M: a detailed still that is
// dragged about, and now and then a cut, so that all kinds of prediction pay.
func clip(tb testing.TB, width, height, frames int) string {
	tb.Helper()
	need(tb, "ffmpeg")
	name := filepath.Join(tb.TempDir(), "clip.y4m")
	source := fmt.Sprintf("testsrc2=size=%dx%d:rate=25,split[a][b];[b]negate,hue=H=t,rotate=t[c];[a][c]overlay=x=mod(t*90\\,W)-W/2:y=H/3*sin(t*5),scale=%d:%d",
		max(width, 64)&^1, max(height, 64)&^1, width, height)
	run(tb, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-frames:v", fmt.Sprint(frames), "-pix_fmt", "yuv420p", name)
	return name
}

func need(tb testing.TB, programs ...string) {
	tb.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			tb.Skipf("no %s", program)
		}
	}
}

func run(tb testing.TB, program string, args ...string) []byte {
	tb.Helper()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(tb.Context(), program, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, stderr.String())
	}
	return out
}

// encode runs vpxenc and returns the name of the IVF file.
func encode(tb testing.TB, y4m string, flags ...string) string {
	tb.Helper()
	need(tb, "vpxenc")
	name := filepath.Join(tb.TempDir(), "stream.ivf")
	args := append([]string{"--codec=vp8", "--ivf", "--quiet", "--threads=1", "-o", name}, flags...)
	run(tb, "vpxenc", append(args, y4m)...)
	return name
}

func TestDecodesAsVpxdecDoes(t *testing.T) {
	t.Parallel()
	need(t, "vpxdec")
	const good = "--good"
	for _, c := range []struct {
		name          string
		width, height int
		flags         []string
	}{
		{"plain", 176, 144, []string{good, "--cpu-used=0"}},
		{"one pixel", 1, 1, []string{good}},
		{"odd size", 175, 143, []string{good, "--end-usage=q", "--cq-level=10"}},
		{"narrow", 17, 201, []string{good}},
		{"wide", 333, 15, []string{good}},
		{"two partitions", 176, 144, []string{good, "--token-parts=1"}},
		{"eight partitions", 176, 300, []string{good, "--token-parts=3"}},
		{"more partitions than rows", 64, 64, []string{good, "--token-parts=3"}},
		{"error resilient", 176, 144, []string{good, "--error-resilient=1"}},
		{"independent partitions", 176, 144, []string{good, "--error-resilient=3", "--token-parts=2"}},
		{"profile 1", 178, 142, []string{good, "--profile=1"}},
		{"profile 2", 178, 142, []string{good, "--profile=2"}},
		{"profile 3", 178, 142, []string{good, "--profile=3"}},
		{"hidden alt-ref frames", 176, 144, []string{good, "--auto-alt-ref=1", "--lag-in-frames=12", "--arnr-maxframes=5", "--passes=2"}},
		{"segments", 176, 144, []string{"--rt", "--cpu-used=-4", "--static-thresh=100", "--end-usage=cbr", "--target-bitrate=100"}},
		{"temporal noise", 176, 144, []string{"--rt", "--cpu-used=-6", "--noise-sensitivity=3"}},
		{"sharp", 176, 144, []string{good, "--sharpness=7"}},
		{"a little sharp", 176, 144, []string{good, "--sharpness=3", "--target-bitrate=50"}},
		{"coarsest", 176, 144, []string{good, "--min-q=55", "--max-q=63"}},
		{"finest", 176, 144, []string{good, "--min-q=0", "--max-q=8"}},
		{"many key frames", 176, 144, []string{good, "--kf-max-dist=3"}},
		{"dropped frames", 176, 144, []string{"--rt", "--drop-frame=60", "--end-usage=cbr", "--target-bitrate=20"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ivf := encode(t, clip(t, c.width, c.height, 30), c.flags...)
			got := decodeSums(t, ivf)
			want := vpxdecSums(t, ivf)
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

// vpxdecSums returns the MD5 of each frame that vpxdec shows.
func vpxdecSums(tb testing.TB, ivf string) []string {
	tb.Helper()
	need(tb, "vpxdec")
	var sums []string
	out := run(tb, "vpxdec", "--i420", "--md5", "-o", filepath.Join(tb.TempDir(), "%4"), ivf)
	for line := range strings.Lines(string(out)) {
		sum, _, _ := strings.Cut(line, " ")
		sums = append(sums, sum)
	}
	return sums
}

// readIVF returns the frames of a file.
func readIVF(tb testing.TB, name string) [][]byte {
	tb.Helper()
	f, err := os.Open(name)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	r, err := NewIVFReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	var frames [][]byte
	for {
		data, _, err := r.Next()
		if errors.Is(err, io.EOF) {
			return frames
		}
		if err != nil {
			tb.Fatal(err)
		}
		frames = append(frames, data)
	}
}

// ffmpegSums returns the MD5 of each frame that ffmpeg shows.
func ffmpegSums(tb testing.TB, ivf string) []string {
	tb.Helper()
	var sums []string
	out := run(tb, "ffmpeg", "-v", "error", "-i", ivf, "-fps_mode", "passthrough", "-f", "framemd5", "-")
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); !strings.HasPrefix(line, "#") {
			sums = append(sums, fields[len(fields)-1])
		}
	}
	return sums
}
