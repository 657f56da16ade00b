package vp8

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

// Rebase fits a chunk to the state that the chunk before it ends in, and returns
// its frames and the state that it ends in itself, whose three references are
// one picture: the last.
//
// The first chunk of a stream has no state before it (nil): its frames stay as
// they are, but for the last, which is made to refresh all references. Any other
// chunk must have been encoded with one frame in front, the last of the chunk
// before. That one is dropped, and the frames after it, up to the next key frame,
// keep their modes and motion vectors, while their residues are found again
// against the state. raw holds what the chunk was encoded from, the frame in
// front included; it is not read for the first chunk.
//
// The frames of the chunk must all be shown, and none may be empty.
func Rebase(chunk [][]byte, raw *Y4MReader, s *State) ([][]byte, *State, error) {
	if len(chunk) == 0 {
		return nil, nil, errors.New("the chunk has no frames")
	}
	if s == nil {
		return finish(NewDecoder(nil), chunk, 0)
	}
	r, err := newRebaser(chunk[0], raw, s)
	if err != nil {
		return nil, nil, fmt.Errorf("frame 0: %w", err)
	}
	chunk = chunk[1:]
	if len(chunk) == 0 {
		return nil, s, nil
	}
	var frames [][]byte
	for i, data := range chunk {
		t, err := checkPlain(data)
		if err == nil && t.key {
			// From a key frame on nothing depends on what was before.
			rest, after, err := finish(NewDecoder(nil), chunk[i:], 1+i)
			return append(frames, rest...), after, err
		}
		if err == nil {
			data, err = r.rebase(data, t, raw, i == len(chunk)-1)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("frame %d: %w", 1+i, err)
		}
		frames = append(frames, data)
	}
	return frames, r.state(), nil
}

// checkPlain refuses frames that stand for no picture of their own.
func checkPlain(data []byte) (tag, error) {
	t, err := parseTag(data)
	if err == nil && !t.show {
		err = errors.New("it is hidden, as the alt-ref frames are that an encoder makes by itself (vpxenc: --auto-alt-ref=0)")
	}
	return t, err
}

// finish decodes frames that stay as they are and makes the last of them refresh
// all references. number is that of the first.
func finish(d *Decoder, frames [][]byte, number int) ([][]byte, *State, error) {
	out := slices.Clone(frames)
	for i, data := range frames {
		t, err := checkPlain(data)
		if err == nil && i == len(frames)-1 && !t.key {
			out[i], err = d.refreshAll(data)
		} else if err == nil {
			_, err = d.Decode(data)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("frame %d: %w", number+i, err)
		}
	}
	return out, d.State(), nil
}

// refreshAll writes a frame once more, as one that refreshes all references, and
// decodes that.
func (d *Decoder) refreshAll(data []byte) ([]byte, error) {
	before := d.State()
	d.keep = make([]residue, len(d.segments))
	h, _, err := d.decode(data)
	if err != nil {
		return nil, err
	}
	h.refreshEverything()
	var w frameWriter
	ctx := before.ctx
	data, err = w.write(h, &ctx, d.ctx.segments, d.ctx.deltas, &d.painter.mbs, d.keep)
	if err != nil {
		return nil, err
	}
	*d = *NewDecoder(before)
	_, err = d.Decode(data)
	return data, err
}

func (h *header) refreshEverything() {
	h.refreshGolden, h.refreshAltRef, h.refreshLast = true, true, true
	h.copyToGolden, h.copyToAltRef = 0, 0
}

// A rebaser encodes the frames of a chunk again.
type rebaser struct {
	layout
	source   context // of the frames as they came
	ctx      context // of the frames as they leave
	refs     [numRefs]*Frame
	painter  painter
	maker    residueMaker
	writer   frameWriter
	written  []uint8 // the segments that the frames left with
	residues []residue
	pool     pool
	raw      *Frame
}

// newRebaser takes the key frame that is dropped, whose context the frames after
// it were written in, and its raw picture.
func newRebaser(key []byte, raw *Y4MReader, s *State) (*rebaser, error) {
	t, err := parseTag(key)
	if err != nil {
		return nil, err
	}
	if !t.key {
		return nil, ErrNoKeyFrame
	}
	if t.width != s.width || t.height != s.height {
		return nil, fmt.Errorf("it has %d x %d pixels, the state %d x %d", t.width, t.height, s.width, s.height)
	}
	if raw.Header.Width != s.width || raw.Header.Height != s.height {
		return nil, fmt.Errorf("the raw pictures have %d x %d pixels, the state %d x %d",
			raw.Header.Width, raw.Header.Height, s.width, s.height)
	}
	r := &rebaser{
		layout: newLayout(s.width, s.height),
		ctx:    s.ctx,
		refs:   s.refs,
		raw:    raw.NewFrame(),

		written: slices.Clone(s.segments),
	}
	r.residues = make([]residue, len(r.segments))
	if err := r.readKey(key, t); err != nil {
		return nil, err
	}
	return r, r.readRaw(raw)
}

// readKey reads what the frames after the key frame inherit from it, but for
// its picture.
func (r *rebaser) readKey(data []byte, t tag) error {
	modes := newPartition(data, t.size, t.firstSize)
	h, after := parseHeader(&modes.r, t, &r.source)
	r.source = after
	mbs := newGrid(r.cols, r.rows)
	parser := modeParser{r: &modes.r, h: &h, c: &r.source, mbs: &mbs}
	for i := range r.segments {
		parser.parse(i%r.cols, i/r.cols)
		r.segments[i] = mbs.at(i%r.cols, i/r.cols).segment
	}
	if modes.r.overrun() {
		return corrupt(modes.end, "the partition ends here, within the modes")
	}
	return nil
}

func (r *rebaser) readRaw(raw *Y4MReader) error {
	err := raw.Next(r.raw)
	if errors.Is(err, io.EOF) {
		return errors.New("there is no raw picture for it")
	}
	return err
}

// rebase encodes a frame again; the final one of a chunk refreshes all
// references.
func (r *rebaser) rebase(data []byte, t tag, raw *Y4MReader, final bool) ([]byte, error) {
	if err := r.readRaw(raw); err != nil {
		return nil, err
	}
	modes := newPartition(data, t.size, t.firstSize)
	ctx := r.source
	h, after := parseHeader(&modes.r, t, &ctx)
	if final {
		h.refreshEverything()
	}
	f := r.pool.take(r.width, r.height, r.refs[last:]...)
	r.painter.begin(f, r.refs, &h, &ctx)
	r.maker.begin(r.raw, &h, &r.painter.steps, &r.ctx.coeffs)
	if err := r.encodeRows(&h, &ctx, &modes); err != nil {
		return nil, err
	}
	r.painter.finish(&h, &ctx)
	out, err := r.writer.write(&h, &r.ctx, ctx.segments, ctx.deltas, &r.painter.mbs, r.residues)
	if err != nil {
		return nil, err
	}
	r.source = after
	r.refs = h.update(r.refs, f)
	if h.segmented {
		copy(r.written, r.segments)
	}
	return out, nil
}

func (r *rebaser) encodeRows(h *header, ctx *context, modes *partition) error {
	mbs := &r.painter.mbs
	parser := modeParser{r: &modes.r, h: h, c: ctx, mbs: mbs}
	for row := range r.rows {
		for col := range r.cols {
			i := row*r.cols + col
			mbs.at(col, row).segment = r.segments[i]
			parser.parse(col, row)
			r.segments[i] = mbs.at(col, row).segment
			r.painter.encode(&r.maker, col, row, &r.residues[i])
		}
		r.painter.endRow(row)
		if modes.r.overrun() {
			return corrupt(modes.end, "the partition ends here, within row %d of %d of the macroblocks", row, r.rows)
		}
	}
	return nil
}

// state is that after the last frame.
func (r *rebaser) state() *State {
	r.refs[last].shared = true
	return &State{width: r.width, height: r.height, refs: r.refs, ctx: r.ctx, segments: r.written}
}
