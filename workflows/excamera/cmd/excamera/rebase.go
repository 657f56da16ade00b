package main

import (
	"context"
	"errors"
	"flag"
	"io"

	"example.org/weft/workflows/excamera/vp8"
)

// rebaseVerb makes a chunk follow on the state that the chunk before it ends in.
func rebaseVerb(flags *flag.FlagSet) func(context.Context, []string) error {
	after := flags.String("after", "", "the state that the chunk before ends in, a `file`; none is for the first of a batch")
	raw := flags.String("raw", "", "the raw chunk, a Y4M `file`, with the frame in front; not read for the first of a batch")
	state := flags.String("state", "", "where to write the state that the chunk ends in, a `file`")
	out := flags.String("o", "", "the chunk, an IVF `file`")
	return func(_ context.Context, args []string) error {
		c, err := readChunk(args[0])
		if err != nil {
			return err
		}
		before, err := readState(*after)
		if err != nil {
			return err
		}
		next, err := c.rebase(before, *raw)
		if err != nil {
			return err
		}
		if err := create(*out, c.write); err != nil {
			return err
		}
		if *state == "" {
			return nil
		}
		data, err := next.MarshalBinary()
		if err != nil {
			return err
		}
		return create(*state, func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		})
	}
}

// rebase changes the frames of the chunk and returns the state after them.
func (c *chunk) rebase(before *vp8.State, raw string) (next *vp8.State, err error) {
	if before == nil {
		c.frames, next, err = vp8.Rebase(c.frames, nil, nil)
		return next, err
	}
	if raw == "" {
		return nil, errors.New("-raw names the raw chunk; it is needed after a state")
	}
	err = withY4M(raw, func(r *vp8.Y4MReader) error {
		c.frames, next, err = vp8.Rebase(c.frames, r, before)
		return err
	})
	return next, err
}
