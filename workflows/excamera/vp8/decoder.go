package vp8

// A Decoder decodes the frames of a stream, one after the other. It is not for
// concurrent use.
type Decoder struct {
	layout
	refs    [numRefs]*Frame
	ctx     context
	painter painter
	shown   *Frame // what Decode returned last

	pool pool
	res  residue
	// keep, if it is set, holds the residues of all macroblocks of a frame, which
	// are otherwise forgotten one by one.
	keep []residue
}

// A layout is what depends on the size of the pictures.
type layout struct {
	width, height int // 0 before the first key frame
	cols, rows    int // in macroblocks
	segments      []uint8
	above         []codedContext // of each column
}

func newLayout(width, height int) layout {
	cols, rows := (width+15)/16, (height+15)/16
	return layout{
		width: width, height: height,
		cols: cols, rows: rows,
		segments: make([]uint8, cols*rows),
		above:    make([]codedContext, cols),
	}
}

// NewDecoder returns a decoder that goes on after a state; with nil it expects a
// key frame.
func NewDecoder(s *State) *Decoder {
	d := &Decoder{}
	if s == nil {
		return d
	}
	d.layout = newLayout(s.width, s.height)
	copy(d.segments, s.segments)
	d.refs, d.ctx = s.refs, s.ctx
	d.shown = s.refs[last]
	return d
}

// State returns the state after the last frame, or nil if there was none.
func (d *Decoder) State() *State {
	if d.width == 0 {
		return nil
	}
	for _, f := range d.refs[last:] {
		if !f.shared { // else others may be reading it
			f.shared = true
		}
	}
	return &State{
		width: d.width, height: d.height,
		refs:     d.refs,
		ctx:      d.ctx,
		segments: append([]uint8(nil), d.segments...),
	}
}

// Decode decodes a frame. It returns nil if the frame is not to be shown, and
// the frame before again if the data is empty, which is how a dropped frame is
// written. The result is valid until the next call. After an error the decoder
// is as it was before.
func (d *Decoder) Decode(data []byte) (*Frame, error) {
	if len(data) == 0 {
		if d.width == 0 {
			return nil, ErrNoKeyFrame
		}
		return d.shown, nil
	}
	_, f, err := d.decode(data)
	if err != nil || f == nil {
		return nil, err
	}
	d.shown = f
	return f, nil
}

// decode returns the header of a frame too, and no frame if it is not shown.
func (d *Decoder) decode(data []byte) (*header, *Frame, error) {
	before := d.layout
	h, f, err := d.decodeFrame(data)
	if err != nil {
		d.layout = before
		return nil, nil, err
	}
	d.refs = h.update(d.refs, f)
	if !h.show {
		f = nil
	}
	return h, f, nil
}

func (d *Decoder) decodeFrame(data []byte) (*header, *Frame, error) {
	t, err := parseTag(data)
	if err != nil {
		return nil, nil, err
	}
	if !t.key && d.width == 0 {
		return nil, nil, ErrNoKeyFrame
	}
	if t.key && (t.width != d.width || t.height != d.height) {
		d.layout = newLayout(t.width, t.height)
	}
	modes := newPartition(data, t.size, t.firstSize)
	ctx := d.ctx
	h, after := parseHeader(&modes.r, t, &ctx)
	if h.copyToGolden == 3 || h.copyToAltRef == 3 {
		return nil, nil, corrupt(t.size, "the header copies to a reference from one that does not exist")
	}
	tokens, err := tokenPartitions(data, t.size+t.firstSize, h.partitions)
	if err != nil {
		return nil, nil, err
	}
	f := d.pool.take(d.width, d.height, append(d.refs[last:], d.shown)...)
	d.painter.begin(f, d.refs, &h, &ctx)
	if err := d.decodeRows(&h, &ctx, &modes, tokens); err != nil {
		return nil, nil, err
	}
	d.painter.finish(&h, &ctx)
	d.ctx = after
	for i := range d.segments {
		d.segments[i] = d.painter.mbs.at(i%d.cols, i/d.cols).segment
	}
	return &h, f, nil
}

// decodeRows paints the macroblocks in their order.
func (d *Decoder) decodeRows(h *header, ctx *context, modes *partition, tokens []partition) error {
	mbs := &d.painter.mbs
	parser := modeParser{r: &modes.r, h: h, c: ctx, mbs: mbs}
	clear(d.above)
	res := &d.res
	for row := range d.rows {
		from := &tokens[row%len(tokens)]
		var left codedContext
		for col := range d.cols {
			m, i := mbs.at(col, row), row*d.cols+col
			m.segment = d.segments[i]
			parser.parse(col, row)
			if d.keep != nil {
				res = &d.keep[i]
			}
			m.coded = false
			if m.skip {
				d.above[col].clear(m.hasY2())
				left.clear(m.hasY2())
			} else {
				res.levels = [25][16]int16{}
				m.coded = parseResidue(&from.r, &ctx.coeffs, m.hasY2(), &d.above[col], &left, res)
			}
			d.painter.paint(col, row, res)
		}
		d.painter.endRow(row)
		for _, p := range [2]*partition{modes, from} {
			if p.r.overrun() {
				return corrupt(p.end, "the partition ends here, within row %d of %d of the macroblocks", row, d.rows)
			}
		}
	}
	return nil
}
