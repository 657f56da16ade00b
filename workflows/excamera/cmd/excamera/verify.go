package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"example.org/weft/workflows/excamera/vp8"
)

// A loss is what encoding took from a chunk.
type loss struct {
	Frames int     `json:"frames"` // compared
	MSE    float64 `json:"mse"`    // mean squared error of the luma
	SSIM   float64 `json:"ssim"`   // similarity of the luma, mean over the frames
}

// verifyVerb decodes a chunk and compares it with what it was made from.
func verifyVerb(flags *flag.FlagSet) func(context.Context, []string) error {
	after := flags.String("after", "", "the state that the chunk before ends in, a `file`; none is for the first of a batch")
	skip := flags.Int("skip", 0, "raw frames in front that the chunk does not have")
	raw := flags.String("raw", "", "the raw chunk, a Y4M `file`")
	out := flags.String("o", "", "where to write the JSON; stdout if not given")
	return func(_ context.Context, args []string) error {
		c, err := readChunk(args[0])
		if err != nil {
			return err
		}
		before, err := readState(*after)
		if err != nil {
			return err
		}
		var lost loss
		err = withY4M(*raw, func(r *vp8.Y4MReader) error {
			lost, err = c.compare(r, before, *skip)
			return err
		})
		if err != nil {
			return err
		}
		write := func(w io.Writer) error { return json.NewEncoder(w).Encode(lost) }
		if *out == "" {
			return write(os.Stdout)
		}
		return create(*out, write)
	}
}

// compare needs a raw picture for each frame, and a frame for each raw picture.
func (c *chunk) compare(raw *vp8.Y4MReader, before *vp8.State, skip int) (loss, error) {
	want := raw.NewFrame()
	for i := range skip {
		if err := raw.Next(want); err != nil {
			return loss{}, fmt.Errorf("raw picture %d: %w", i, err)
		}
	}
	d := vp8.NewDecoder(before)
	var lost loss
	var squares, pixels, similar float64
	for i, data := range c.frames {
		got, err := d.Decode(data)
		if err == nil && (got == nil || got.Width != want.Width || got.Height != want.Height) {
			err = errors.New("it does not show a picture of the size of the raw ones")
		}
		if err != nil {
			return loss{}, fmt.Errorf("frame %d: %w", i, err)
		}
		if err := raw.Next(want); err != nil {
			return loss{}, fmt.Errorf("the chunk has %d frames, the raw chunk %d to compare: %w", len(c.frames), i, err)
		}
		sum, n := got.SquaredError(want)
		squares += float64(sum)
		pixels += float64(n)
		similar += got.SSIM(want)
		lost.Frames++
	}
	if err := raw.Next(want); !errors.Is(err, io.EOF) {
		return loss{}, fmt.Errorf("the chunk has %d frames, the raw chunk more to compare", len(c.frames))
	}
	if lost.Frames > 0 {
		lost.MSE, lost.SSIM = squares/pixels, similar/float64(lost.Frames)
	}
	return lost, nil
}
