package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
)

// stitchVerb joins chunks. Nothing is decoded: each follows on the one before,
// or begins with a key frame.
func stitchVerb(flags *flag.FlagSet) func(context.Context, []string) error {
	frames := flags.Int("frames", 0, "how many frames there must be; 0 is any number")
	out := flags.String("o", "", "the video: IVF if the name of the `file` ends so, else WebM")
	return func(ctx context.Context, args []string) error {
		whole, err := join(args)
		if err != nil {
			return err
		}
		if *frames > 0 && len(whole.frames) != *frames {
			return fmt.Errorf("the chunks have %d frames, their source %d", len(whole.frames), *frames)
		}
		if strings.HasSuffix(*out, ".ivf") || *out == "" {
			return create(*out, whole.write)
		}
		return whole.mux(ctx, *out)
	}
}

func join(names []string) (chunk, error) {
	var whole chunk
	for i, name := range names {
		c, err := readChunk(name)
		if err != nil {
			return chunk{}, err
		}
		if i == 0 {
			whole.header = c.header
		}
		if c.header.Width != whole.header.Width || c.header.Height != whole.header.Height {
			return chunk{}, fmt.Errorf("%s has %d x %d pixels, the chunks before %d x %d",
				name, c.header.Width, c.header.Height, whole.header.Width, whole.header.Height)
		}
		whole.frames = append(whole.frames, c.frames...)
	}
	return whole, nil
}

// mux lets ffmpeg write WebM, without dates or random numbers, so that the same
// chunks give the same bytes.
func (c *chunk) mux(ctx context.Context, out string) error {
	ivf := out + ".ivf"
	defer os.Remove(ivf)
	if err := create(ivf, c.write); err != nil {
		return err
	}
	return tool(ctx, "ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "ivf", "-i", ivf, "-map", "0:v:0", "-c", "copy",
		"-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-f", "webm", out)
}
