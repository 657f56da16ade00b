package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"

	"example.org/weft/workflows/excamera/vp8"
)

// decodeVerb takes frames out of a video, uncompressed. An IVF file is decoded
// by the codec of this repository, any other by ffmpeg.
func decodeVerb(flags *flag.FlagSet) func(context.Context, []string) error {
	start := flags.Float64("start", 0, "seconds to skip; ffmpeg takes the first frame that begins no earlier")
	frames := flags.Int("frames", 0, "frames to take; 0 is all")
	height := flags.Int("height", 0, "lines of the pictures; 0 keeps those of the video")
	out := flags.String("o", "", "the raw chunk, a Y4M `file`")
	return func(ctx context.Context, args []string) error {
		if *out == "" {
			return errNoOutput
		}
		if isIVF(args[0]) && *start == 0 && *height == 0 {
			return create(*out, func(w io.Writer) error { return decodeIVF(w, args[0], *frames) })
		}
		return tool(ctx, "ffmpeg", ffmpegArgs(args[0], *start, *frames, *height, *out)...)
	}
}

func isIVF(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	_, err = vp8.NewIVFReader(f)
	return err == nil
}

func ffmpegArgs(video string, start float64, frames, height int, out string) []string {
	args := []string{
		"-nostdin", "-v", "error", "-y", "-threads", "1",
		"-ss", strconv.FormatFloat(start, 'f', -1, 64), "-i", video, "-map", "0:v:0", "-an",
	}
	if height > 0 {
		args = append(args, "-vf", fmt.Sprintf("scale=-2:%d:flags=bicubic+accurate_rnd+bitexact", height))
	}
	if frames > 0 {
		args = append(args, "-frames:v", strconv.Itoa(frames))
	}
	return append(args, "-fps_mode", "passthrough", "-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe", out)
}

// decodeIVF decodes frame by frame; frames that are not shown make no picture.
func decodeIVF(w io.Writer, name string, frames int) error {
	c, err := readChunk(name)
	if err != nil {
		return err
	}
	d := vp8.NewDecoder(nil)
	var to *vp8.Y4MWriter
	shown := 0
	for i, data := range c.frames {
		f, err := d.Decode(data)
		if err != nil {
			return fmt.Errorf("%s: frame %d: %w", name, i, err)
		}
		if f == nil {
			continue
		}
		if to == nil {
			h := vp8.Y4MHeader{Width: f.Width, Height: f.Height, Rate: c.header.Rate, Scale: c.header.Scale}
			if to, err = vp8.NewY4MWriter(w, h); err != nil {
				return err
			}
		}
		if err := to.Write(f); err != nil {
			return err
		}
		if shown++; shown == frames {
			break
		}
	}
	if to == nil {
		return errors.New(name + " has no frame that is shown")
	}
	return nil
}
