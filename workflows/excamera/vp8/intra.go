package vp8

// Intra prediction (RFC 6386, section 12) reads the pixels above and on the left
// of a block where they stand in the frame, not yet filtered. Outside the
// picture they are 127 above and 129 on the left.
const (
	outsideAbove = 127
	outsideLeft  = 129
)

// frameEdges writes what intra prediction finds outside the picture.
func (p *plane) frameEdges() {
	for y := range p.height {
		p.pix[p.at(-1, y)] = outsideLeft
	}
	fill(p.pix[p.at(-1, -1):][:p.width+5], outsideAbove)
}

// extendRight lets the last macroblock of the next row find pixels above and to
// the right of it.
func (p *plane) extendRight(row int) {
	at := p.at(p.width, 16*row+15)
	fill(p.pix[at:at+4], p.pix[at-1])
}

// predictSquare predicts the luma (size 16) or one chroma plane (size 8) of a
// macroblock at the index at (sections 12.2 and 12.3).
func (p *plane) predictSquare(at, size int, mode uint8, hasAbove, hasLeft bool) {
	above := p.pix[at-p.stride:][:size]
	switch mode {
	case dcPred:
		v := p.average(at, size, hasAbove, hasLeft)
		for y := range size {
			fill(p.pix[at+y*p.stride:][:size], v)
		}
	case vPred:
		for y := range size {
			copy(p.pix[at+y*p.stride:][:size], above)
		}
	case hPred:
		for y := range size {
			line := p.pix[at+y*p.stride-1:][:size+1]
			fill(line[1:], line[0])
		}
	case tmPred:
		corner := int32(p.pix[at-p.stride-1])
		for y := range size {
			line := p.pix[at+y*p.stride-1:][:size+1]
			base := int32(line[0]) - corner
			for x, a := range above {
				line[x+1] = clamp255(base + int32(a))
			}
		}
	}
}

// average is that of the pixels around a square, as far as they are inside the
// picture.
func (p *plane) average(at, size int, hasAbove, hasLeft bool) uint8 {
	sum, count := 0, 0
	if hasAbove {
		for _, v := range p.pix[at-p.stride:][:size] {
			sum += int(v)
		}
		count += size
	}
	if hasLeft {
		for y := range size {
			sum += int(p.pix[at+y*p.stride-1])
		}
		count += size
	}
	if count == 0 {
		return 128
	}
	return uint8((sum + count/2) / count)
}

// An edge is the pixels around a subblock, from the lowest on the left, by the
// corner at 4, to the last above and to the right.
type edge [13]uint8

func (e *edge) avg2(i int) uint8 { return uint8((int(e[i]) + int(e[i+1]) + 1) >> 1) }
func (e *edge) avg3(i int) uint8 { return uint8((int(e[i]) + 2*int(e[i+1]) + int(e[i+2]) + 2) >> 2) }

// edgeOf collects the edge of the subblock at an index; the four pixels above
// and to the right are given.
func (p *plane) edgeOf(at int, right []byte) (e edge) {
	e[0], e[1] = p.pix[at+3*p.stride-1], p.pix[at+2*p.stride-1]
	e[2], e[3] = p.pix[at+p.stride-1], p.pix[at-1]
	copy(e[4:9], p.pix[at-p.stride-1:][:5])
	copy(e[9:], right[:4])
	return e
}

// predictSubblock predicts a subblock of luma (section 12.3). What the modes
// give is named by the diagonals that their pixels lie on.
func (p *plane) predictSubblock(at int, mode uint8, e *edge) {
	rows := [4][]byte{
		p.pix[at:][:4:4], p.pix[at+p.stride:][:4:4], p.pix[at+2*p.stride:][:4:4], p.pix[at+3*p.stride:][:4:4],
	}
	switch mode {
	case bDC:
		sum := 4
		for i := range 4 {
			sum += int(e[i]) + int(e[5+i])
		}
		for _, row := range rows {
			fill(row, uint8(sum>>3))
		}
	case bTM:
		for y, row := range rows {
			base := int32(e[3-y]) - int32(e[4])
			for x := range row {
				row[x] = clamp255(base + int32(e[5+x]))
			}
		}
	case bVE:
		for _, row := range rows {
			for x := range row {
				row[x] = e.avg3(4 + x)
			}
		}
	case bHE:
		low := edge{e[0], e[0]}
		low[2] = e[1]
		fill(rows[0], e.avg3(2))
		fill(rows[1], e.avg3(1))
		fill(rows[2], e.avg3(0))
		fill(rows[3], low.avg3(0))
	case bLD:
		high := edge{e[11], e[12], e[12]}
		for y, row := range rows {
			for x := range row {
				row[x] = e.avg3(min(5+x+y, 10))
			}
		}
		rows[3][3] = high.avg3(0)
	case bRD:
		for y, row := range rows {
			for x := range row {
				row[x] = e.avg3(3 - y + x)
			}
		}
	default:
		predictSlanted(&rows, mode, e)
	}
}

// predictSlanted does the modes between the diagonal and the axes.
func predictSlanted(rows *[4][]byte, mode uint8, e *edge) {
	r0, r1, r2, r3 := rows[0], rows[1], rows[2], rows[3]
	switch mode {
	case bVR:
		r3[0], r2[0] = e.avg3(1), e.avg3(2)
		for x := range 4 {
			r0[x], r1[x] = e.avg2(4+x), e.avg3(3+x)
		}
		copy(r2[1:], r0)
		copy(r3[1:], r1)
	case bVL:
		for x := range 4 {
			r0[x], r1[x] = e.avg2(5+x), e.avg3(5+x)
		}
		copy(r2, r0[1:])
		copy(r3, r1[1:])
		r2[3], r3[3] = e.avg3(9), e.avg3(10)
	case bHD:
		for y := range 4 {
			rows[y][0], rows[y][1] = e.avg2(3-y), e.avg3(3-y)
		}
		r0[2], r0[3] = e.avg3(4), e.avg3(5)
		copy(r1[2:], r0)
		copy(r2[2:], r1)
		copy(r3[2:], r2)
	case bHU:
		r0[0], r0[1] = e.avg2(2), e.leftUp(2)
		r0[2], r0[3] = e.avg2(1), e.leftUp(1)
		r1[2], r1[3] = e.avg2(0), e.leftUp(0)
		copy(r1, r0[2:])
		copy(r2, r1[2:])
		fill(r2[2:], e[0])
		fill(r3, e[0])
	}
}

// leftUp is avg3 around e[i], where what would lie below the lowest is that
// itself.
func (e *edge) leftUp(i int) uint8 {
	below := e[max(i-1, 0)]
	return uint8((int(e[i+1]) + 2*int(e[i]) + int(below) + 2) >> 2)
}
