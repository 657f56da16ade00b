package main

import (
	"context"
	"flag"
	"strconv"
)

// encodeVerb is the first pass over a chunk: vpxenc decides on modes and motion
// vectors, which is what takes long.
func encodeVerb(flags *flag.FlagSet) func(context.Context, []string) error {
	quality := flags.Int("quality", 24, "vpxenc's cq-level, from 9 (best) to 63")
	rate := flags.String("rate", "", "frames per second, as a fraction; those of the raw chunk if not given")
	tick := flags.String("tick", "", "seconds per frame, as a fraction")
	out := flags.String("o", "", "the encoded chunk, an IVF `file`")
	return func(ctx context.Context, args []string) error {
		if *out == "" {
			return errNoOutput
		}
		return tool(ctx, "vpxenc", vpxencArgs(*quality, *rate, *tick, *out, args[0])...)
	}
}

// vpxencArgs: hidden and lagging frames do not fit into chunks, and min-q keeps
// the key frame in front, which is dropped, from being so good that all modes
// are chosen against something that is not there in the end.
func vpxencArgs(quality int, rate, tick, out, raw string) []string {
	args := []string{
		"--codec=vp8", "--good", "--cpu-used=0", "--end-usage=cq", "--cq-level=" + strconv.Itoa(quality),
		"--min-q=9", "--target-bitrate=1000000", "--passes=2", "--threads=1", "--auto-alt-ref=0", "--lag-in-frames=0",
	}
	if rate != "" {
		args = append(args, "--fps="+rate)
	}
	if tick != "" {
		args = append(args, "--timebase="+tick)
	}
	return append(args, "--ivf", "--quiet", "-o", out, raw)
}
