package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"example.org/weft/bench/internal/weft"
)

// A bench measures one clip.
type bench struct {
	dir, program, clip string
	start              float64 // seconds to skip
	frames             int
	whole              string // all frames, uncompressed
}

// A point is what one way to encode the clip came to.
type point struct {
	bytes      int64
	psnr, ssim float64 // dB, both
}

// qualities are those of the single runs that the others are compared with, in
// vpxenc's cq-level; wanted is that of the chunks.
const wanted = 24

var qualities = []int{24, 36, 48} //nolint:gochecknoglobals // a table

func (b *bench) run(ctx context.Context) error {
	b.whole = filepath.Join(b.dir, "whole.y4m")
	if err := b.decode(ctx); err != nil {
		return err
	}
	var curve []point
	single := 0.0
	for _, q := range qualities {
		out := filepath.Join(b.dir, "single.ivf")
		cpu, err := b.do(ctx, "encode", "-quality", strconv.Itoa(q), "-o", out, b.whole)
		if err != nil {
			return err
		}
		p, err := b.measure(ctx, out)
		if err != nil {
			return err
		}
		if q == wanted {
			single = cpu
		}
		curve = append(curve, p)
	}
	fmt.Printf("\n%s, %d frames; one vpxenc takes %.1f s of a core for cq-level %d\n\n", filepath.Base(b.clip), b.frames, single, wanted)
	fmt.Print("| chunks | bytes | PSNR-Y | size at equal PSNR | at equal SSIM | PSNR at equal size | CPU | without decode |")
	for _, n := range cores {
		fmt.Printf(" %d cores |", n)
	}
	fmt.Print(" decode + encode + rebase + verify |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
	for range cores {
		fmt.Print(" ---: |")
	}
	fmt.Println(" ---: |")
	for _, l := range layouts {
		tasks, out, err := b.encode(ctx, l)
		if err != nil {
			return fmt.Errorf("%s: %w", l, err)
		}
		p, err := b.measure(ctx, out)
		if err != nil {
			return err
		}
		by := spent(tasks)
		all := by["decode"] + by["encode"] + by["rebase"] + by["verify"] + by["stitch"]
		fmt.Printf("| %s | %d | %.2f dB | %+.1f %% | %+.1f %% | %+.2f dB | %.2f x | %.2f x |", l, p.bytes, p.psnr,
			100*(float64(p.bytes)/sizeAt(curve, func(q point) float64 { return q.psnr }, p.psnr)-1),
			100*(float64(p.bytes)/sizeAt(curve, func(q point) float64 { return q.ssim }, p.ssim)-1),
			p.psnr-psnrAt(curve, p.bytes), all/single, (all-by["decode"])/single)
		for _, n := range cores {
			fmt.Printf(" %.1f x |", single/makespan(tasks, n))
		}
		fmt.Printf(" %.1f + %.1f + %.1f + %.1f s |\n", by["decode"], by["encode"], by["rebase"], by["verify"])
	}
	return nil
}

// decode takes the frames out of the clip; one that is too short is taken from
// its beginning, and as far as it goes.
func (b *bench) decode(ctx context.Context) error {
	length, err := weft.Seconds(ctx, b.clip)
	if err != nil {
		return err
	}
	if length < 2*b.start {
		b.start = 0
	}
	_, err = b.do(ctx, "decode", "-start", fmt.Sprint(b.start), "-frames", strconv.Itoa(b.frames), "-o", b.whole, b.clip)
	if err != nil {
		return err
	}
	rate, err := b.rate()
	if err != nil {
		return err
	}
	b.frames = min(b.frames, int((length-b.start)*rate+0.5))
	return nil
}

// do runs a verb of the program and returns the processor time that it and what
// it calls took.
func (b *bench) do(ctx context.Context, args ...string) (seconds float64, err error) {
	return weft.Spent(ctx, b.program, args...)
}

// measure compares an IVF file with the raw clip.
func (b *bench) measure(ctx context.Context, ivf string) (point, error) {
	out := filepath.Join(b.dir, "loss.json")
	if _, err := b.do(ctx, "verify", "-raw", b.whole, "-o", out, ivf); err != nil {
		return point{}, err
	}
	text, err := os.ReadFile(out)
	if err != nil {
		return point{}, err
	}
	var loss struct{ MSE, SSIM float64 }
	if err := json.Unmarshal(text, &loss); err != nil {
		return point{}, err
	}
	info, err := os.Stat(ivf)
	if err != nil {
		return point{}, err
	}
	return point{
		bytes: info.Size() - 32 - 12*int64(b.frames), // the frames alone
		psnr:  10 * math.Log10(255*255/loss.MSE),
		ssim:  -10 * math.Log10(1-loss.SSIM),
	}, nil
}

// sizeAt is the size of a single run of a quality, between two of the curve or
// beyond its ends: the logarithm of the size goes nearly straight.
func sizeAt(curve []point, quality func(point) float64, want float64) float64 {
	i := 1
	for i < len(curve)-1 && quality(curve[i]) > want {
		i++
	}
	a, c := curve[i-1], curve[i]
	t := (want - quality(a)) / (quality(c) - quality(a))
	return math.Exp(math.Log(float64(a.bytes)) + t*(math.Log(float64(c.bytes))-math.Log(float64(a.bytes))))
}

// psnrAt is the PSNR of a single run of a size.
func psnrAt(curve []point, bytes int64) float64 {
	i := 1
	for i < len(curve)-1 && curve[i].bytes > bytes {
		i++
	}
	a, c := curve[i-1], curve[i]
	t := (math.Log(float64(bytes)) - math.Log(float64(a.bytes))) / (math.Log(float64(c.bytes)) - math.Log(float64(a.bytes)))
	return a.psnr + t*(c.psnr-a.psnr)
}
