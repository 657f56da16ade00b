package vp8

// predictInter predicts a macroblock from another frame (RFC 6386, section 18).
func (p *predictor) predictInter(dst, ref *Frame, m *macroblock, col, row int) {
	if m.mode == splitMV {
		p.predictSplit(dst, ref, m, col, row)
		return
	}
	x, y := int(m.mv.x), int(m.mv.y)
	p.predict(&dst.planes[0], &ref.planes[0], 16*col, 16*row, 16, 16, 2*x, 2*y)
	x, y = p.chroma(x), p.chroma(y)
	for i := 1; i <= 2; i++ {
		p.predict(&dst.planes[i], &ref.planes[i], 8*col, 8*row, 8, 8, x, y)
	}
}

// chroma is a vector of chroma in eighths of a pixel, which are quarters of one
// of luma.
func (p *predictor) chroma(v int) int {
	if p.fullPixel {
		return v &^ 7
	}
	return v
}

func (p *predictor) predictSplit(dst, ref *Frame, m *macroblock, col, row int) {
	size := 8
	if m.partition == split4x4 {
		size = 4
	}
	for y := 0; y < 16; y += size {
		for x := 0; x < 16; x += size {
			v := m.mvs[y+x>>2]
			p.predict(&dst.planes[0], &ref.planes[0], 16*col+x, 16*row+y, size, size, 2*int(v.x), 2*int(v.y))
		}
	}
	for y := range 2 {
		for x := range 2 {
			vx, vy := m.chromaVector(x, y)
			for i := 1; i <= 2; i++ {
				p.predict(&dst.planes[i], &ref.planes[i], 8*col+4*x, 8*row+4*y, 4, 4, p.chroma(vx), p.chroma(vy))
			}
		}
	}
}

// chromaVector is the mean of the vectors of four subblocks of luma.
func (m *macroblock) chromaVector(x, y int) (vx, vy int) {
	b := 8*y + 2*x
	for _, v := range [4]motionVector{m.mvs[b], m.mvs[b+1], m.mvs[b+4], m.mvs[b+5]} {
		vx += int(v.x)
		vy += int(v.y)
	}
	return quarter(vx), quarter(vy)
}

// quarter divides by four and rounds, halves away from zero.
func quarter(v int) int {
	if v < 0 {
		return (v - 2) / 4
	}
	return (v + 2) / 4
}
