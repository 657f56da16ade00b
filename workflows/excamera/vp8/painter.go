package vp8

// A painter makes the picture of a frame out of what the frame says of its
// macroblocks. A decoder and Rebase paint alike, so that what one writes the
// other sees.
type painter struct {
	predictor
	dst     *Frame
	refs    [numRefs]*Frame
	mbs     grid
	steps   [4]steps // by segment
	nothing residue
}

// begin prepares for a frame.
func (p *painter) begin(dst *Frame, refs [numRefs]*Frame, h *header, c *context) {
	p.dst, p.refs = dst, refs
	if cols, rows := (dst.Width+15)/16, (dst.Height+15)/16; cols != p.mbs.cols || rows != p.mbs.rows {
		p.mbs = newGrid(cols, rows)
	}
	p.setVersion(h.version)
	p.steps = h.segmentSteps(c)
	for i := range dst.planes {
		dst.planes[i].frameEdges()
	}
}

// endRow must follow the last macroblock of each row.
func (p *painter) endRow(row int) { p.dst.planes[0].extendRight(row) }

// finish filters the frame and makes it fit to be predicted from.
func (p *painter) finish(h *header, c *context) {
	filterFrame(p.dst, &p.mbs, h, c)
	p.dst.extend()
}

// paint predicts a macroblock and adds its residue.
func (p *painter) paint(col, row int, res *residue) {
	m := p.mbs.at(col, row)
	if !m.coded {
		res = &p.nothing
	}
	p.predictAll(m, col, row)
	if m.mode == bPred {
		for b := range 16 {
			p.predictSubblock(m, col, row, b)
			p.addSubblock(m, col, row, b, res)
		}
	}
	if m.coded {
		p.add(m, col, row, res)
	}
}

// predictAll predicts a macroblock, but for the luma of bPred, whose subblocks
// are predicted each from those before it, residue and all.
func (p *painter) predictAll(m *macroblock, col, row int) {
	if m.ref != intra {
		p.predictInter(p.dst, p.refs[m.ref], m, col, row)
		return
	}
	y := &p.dst.planes[0]
	if m.mode != bPred {
		y.predictSquare(y.at(16*col, 16*row), 16, m.mode, row > 0, col > 0)
	}
	for i := 1; i <= 2; i++ {
		c := &p.dst.planes[i]
		c.predictSquare(c.at(8*col, 8*row), 8, m.uvMode, row > 0, col > 0)
	}
}

// predictSubblock predicts a subblock of bPred.
func (p *painter) predictSubblock(m *macroblock, col, row, b int) {
	y := &p.dst.planes[0]
	at := y.at(16*col+b&3*4, 16*row+b>>2*4)
	e := y.edgeOf(at, p.aboveRight(col, row, b))
	y.predictSubblock(at, m.bMode[b], &e)
}

// addSubblock adds the residue of a subblock of bPred.
func (p *painter) addSubblock(m *macroblock, col, row, b int, res *residue) {
	y := &p.dst.planes[0]
	addBlock(res, b, p.steps[m.segment].y1, y.pix[y.at(16*col+b&3*4, 16*row+b>>2*4):], y.stride)
}

// add adds the residue of a macroblock, but for the luma of bPred.
func (p *painter) add(m *macroblock, col, row int, res *residue) {
	s := &p.steps[m.segment]
	if m.mode != bPred {
		p.addLuma(m, col, row, res, s)
	}
	p.addChroma(col, row, res, s)
}

// aboveRight returns the pixels above and to the right of a subblock. In the
// last column they come from the row above the macroblock, since the macroblock
// on the right is not there yet (section 12.3).
func (p *painter) aboveRight(col, row, b int) []byte {
	y := &p.dst.planes[0]
	if b&3 == 3 {
		return y.pix[y.at(16*col+16, 16*row-1):]
	}
	return y.pix[y.at(16*col+b&3*4+4, 16*row+b>>2*4-1):]
}

// addBlock adds the residue of a block that has its own DC.
func addBlock(res *residue, b int, s [2]int32, pix []byte, stride int) {
	levels := &res.levels[b]
	switch {
	case res.end[b] > 1:
		addIDCT(levels, s[0], s[1], pix, stride)
	case res.end[b] == 1:
		addDC(int32(levels[0])*s[0], pix, stride)
	}
}

func (p *painter) addLuma(m *macroblock, col, row int, res *residue, s *steps) {
	y := &p.dst.planes[0]
	at := y.at(16*col, 16*row)
	if !m.hasY2() {
		for b := range 16 {
			addBlock(res, b, s.y1, y.pix[at+b>>2*4*y.stride+b&3*4:], y.stride)
		}
		return
	}
	var dc [16]int32
	inverseWHT(&res.levels[y2Block], s.y2[0], s.y2[1], &dc)
	for b := range 16 {
		pix := y.pix[at+b>>2*4*y.stride+b&3*4:]
		if res.end[b] > 1 {
			addIDCTWithDC(&res.levels[b], dc[b], s.y1[1], pix, y.stride)
		} else if dc[b] != 0 {
			addDC(dc[b], pix, y.stride)
		}
	}
}

func (p *painter) addChroma(col, row int, res *residue, s *steps) {
	for b := 16; b < 24; b++ {
		c := &p.dst.planes[1+(b-16)>>2]
		at := c.at(8*col+b&1*4, 8*row+b>>1&1*4)
		addBlock(res, b, s.uv, c.pix[at:], c.stride)
	}
}
