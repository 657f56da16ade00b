// Excamera measures what it costs and saves to encode a video in parallel: size
// at equal quality and processor time against one vpxenc, the speed-up on more
// cores than there are by scheduling the measured tasks, and the bytes that each
// placement moves.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"example.org/weft/bench/internal/weft"
)

const root = ".."

// layouts are compared; closed is chunks that each begin with a key frame.
var layouts = []layout{{k: 6, x: 16}, {k: 24, x: 4}, {k: 6, x: 1}, {k: 96, x: 1}} //nolint:gochecknoglobals // a table

// A layout is how a video is cut: in batches of x chunks of k frames.
type layout struct{ k, x int }

func (l layout) String() string {
	if l.x == 1 {
		return fmt.Sprintf("closed, %d", l.k)
	}
	return fmt.Sprintf("[%d,%d]", l.k, l.x)
}

func main() {
	start := flag.Float64("start", 10, "seconds of a clip to skip, if it is longer than twice that")
	frames := flag.Int("frames", 192, "how much of each clip")
	moved := flag.Bool("moved", true, "run the workflow with each placement too")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, flag.Args(), *start, *frames, *moved); err != nil {
		fmt.Fprintln(os.Stderr, "excamera:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, clips []string, start float64, frames int, moved bool) error {
	dir, err := os.MkdirTemp("", "weft-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program, err := weft.Build(ctx, root, dir)
	if err != nil {
		return err
	}
	if len(clips) == 0 {
		clip, err := weft.Clip(ctx, root)
		if err != nil {
			return err
		}
		clips = []string{clip}
		if larger := filepath.Join(filepath.Dir(clip), "bbb_720p_5s.mp4"); larger != clip {
			if _, err := os.Stat(larger); err == nil {
				clips = append(clips, larger)
			}
		}
	}
	for _, clip := range clips {
		b := bench{dir: dir, program: filepath.Join(dir, "excamera"), clip: clip, start: start, frames: frames}
		if err := b.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", clip, err)
		}
		if moved {
			if err := b.moved(ctx, program); err != nil {
				return fmt.Errorf("%s: %w", clip, err)
			}
		}
	}
	return nil
}
