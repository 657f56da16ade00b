package vp8

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// benchClip is 24 frames of 1280x720 as Y4M: of the film beside the repository,
// else of what ffmpeg draws.
func benchClip(b *testing.B) string {
	b.Helper()
	shared := os.Getenv("WEFT_TESTDATA")
	if shared == "" {
		shared = "../../../../shared"
	}
	film := filepath.Join(shared, "clips", "bbb_720p_5s.mp4")
	if _, err := os.Stat(film); err != nil {
		return clip(b, 1280, 720, 24)
	}
	name := filepath.Join(b.TempDir(), "clip.y4m")
	run(b, "ffmpeg", "-v", "error", "-i", film, "-frames:v", "24", "-pix_fmt", "yuv420p", name)
	return name
}

func benchFlags(quality int) []string {
	return []string{
		"--good", "--cpu-used=0", "--end-usage=cq", fmt.Sprintf("--cq-level=%d", quality), "--min-q=9",
		"--target-bitrate=1000000", "--auto-alt-ref=0", "--lag-in-frames=0",
	}
}

// perCore reports how many frames a core did in a second of its own time, so that
// what else the machine does changes little.
func perCore(b *testing.B, before syscall.Rusage, frames int) {
	b.Helper()
	after := usage(b)
	spent := time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
	b.ReportMetric(float64(frames)/spent.Seconds(), "frames/s-core")
}

func usage(b *testing.B) (u syscall.Rusage) {
	b.Helper()
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u
}

// BenchmarkDecode says how many frames of 720p a core decodes in a second.
func BenchmarkDecode(b *testing.B) {
	frames := readIVF(b, encode(b, benchClip(b), benchFlags(24)...))
	d := NewDecoder(nil)
	b.ReportAllocs()
	n, before := 0, usage(b)
	for b.Loop() {
		if _, err := d.Decode(frames[n%len(frames)]); err != nil {
			b.Fatal(err)
		}
		n++
	}
	perCore(b, before, n)
}

// BenchmarkRebase says how many frames of 720p a core rebases in a second.
func BenchmarkRebase(b *testing.B) {
	cuts := cutUp(b, benchClip(b), 12, benchFlags(24)...)
	_, state, err := Rebase(cuts[0].ivf, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	n, before := 0, usage(b)
	for b.Loop() {
		raw := openY4M(b, cuts[1].raw)
		frames, _, err := Rebase(cuts[1].ivf, raw, state)
		if err != nil {
			b.Fatal(err)
		}
		n += len(frames)
	}
	perCore(b, before, n)
}
