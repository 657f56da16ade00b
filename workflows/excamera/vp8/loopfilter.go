package vp8

// The loop filter (RFC 6386, section 15) smooths the edges of blocks after the
// whole frame was predicted and its residue added.

// limits are what the filter of a macroblock goes by.
type limits struct {
	interior, hev   int32 // hev: from which difference on variance counts as high
	macroblock, sub int32 // of the edges between macroblocks and within them
}

func (h *header) limitsOf(level int) limits {
	interior := level
	if h.sharpness > 0 {
		interior >>= 1
		if h.sharpness > 4 {
			interior >>= 1
		}
		interior = min(interior, 9-h.sharpness)
	}
	interior = max(interior, 1)
	hev := 0
	switch {
	case level >= 40:
		hev = 2
	case level >= 15:
		hev = 1
	}
	if !h.key && level >= 20 {
		hev++ // 15: 1, 20: 2, 40: 3
	}
	return limits{
		interior:   int32(interior),
		hev:        int32(hev),
		macroblock: int32(2*(level+2) + interior),
		sub:        int32(2*level + interior),
	}
}

// filterLevelOf is the level of a macroblock (section 9.6).
func (h *header) filterLevelOf(m *macroblock, c *context) int {
	level := h.filterLevel
	if h.segmented {
		of := int(c.filter[m.segment])
		if !c.absolute {
			of += level
		}
		level = min(max(of, 0), 63)
	}
	if !h.useDeltas {
		return level
	}
	level += int(c.ref[m.ref])
	switch {
	case m.ref == intra:
		if m.mode == bPred {
			level += int(c.mode[0])
		}
	case m.mode == zeroMV:
		level += int(c.mode[1])
	case m.mode == splitMV:
		level += int(c.mode[3])
	default:
		level += int(c.mode[2])
	}
	return min(max(level, 0), 63)
}

// filterFrame filters a frame in place.
func filterFrame(f *Frame, mbs *grid, h *header, c *context) {
	if h.filterLevel == 0 {
		return
	}
	var byLevel [64]limits
	for level := range byLevel {
		byLevel[level] = h.limitsOf(level)
	}
	for row := range mbs.rows {
		for col := range mbs.cols {
			m := mbs.at(col, row)
			level := h.filterLevelOf(m, c)
			if level == 0 {
				continue
			}
			inner := m.coded || !m.hasY2()
			if h.simpleFilter {
				f.filterSimple(col, row, &byLevel[level], inner)
			} else {
				f.filterNormal(col, row, &byLevel[level], inner)
			}
		}
	}
}

// filterSimple is section 15.2: luma alone.
func (f *Frame) filterSimple(col, row int, l *limits, inner bool) {
	p := &f.planes[0]
	at := p.at(16*col, 16*row)
	if col > 0 {
		simpleEdge(p.pix, at, 1, p.stride, l.macroblock)
	}
	if inner {
		for i := 4; i < 16; i += 4 {
			simpleEdge(p.pix, at+i, 1, p.stride, l.sub)
		}
	}
	if row > 0 {
		simpleEdge(p.pix, at, p.stride, 1, l.macroblock)
	}
	if inner {
		for i := 4; i < 16; i += 4 {
			simpleEdge(p.pix, at+i*p.stride, p.stride, 1, l.sub)
		}
	}
}

// filterNormal is section 15.3.
func (f *Frame) filterNormal(col, row int, l *limits, inner bool) {
	for i := range f.planes {
		p := &f.planes[i]
		size := 16
		if i > 0 {
			size = 8
		}
		at := p.at(size*col, size*row)
		if col > 0 {
			verticalEdge(p.pix, at, p.stride, size, l, true)
		}
		if inner {
			for j := 4; j < size; j += 4 {
				verticalEdge(p.pix, at+j, p.stride, size, l, false)
			}
		}
		if row > 0 {
			horizontalEdge(p.pix, at, p.stride, size, l, true)
		}
		if inner {
			for j := 4; j < size; j += 4 {
				horizontalEdge(p.pix, at+j*p.stride, p.stride, size, l, false)
			}
		}
	}
}
