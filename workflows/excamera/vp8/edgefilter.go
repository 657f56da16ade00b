package vp8

// The filters of edges (RFC 6386, sections 15.2 and 15.3). An edge lies before
// the pixel at an index; across leads over it, along to its next pixel.

func abs(v int32) int32 { return max(v, -v) }

// signedClamp limits to what a signed byte holds.
func signedClamp(v int32) int32 { return min(max(v, -128), 127) }

// simpleEdge filters the 16 pixels along an edge.
func simpleEdge(pix []byte, at, across, along int, limit int32) {
	for range 16 {
		p1, p0 := int32(pix[at-2*across]), int32(pix[at-across])
		q0, q1 := int32(pix[at]), int32(pix[at+across])
		if 2*abs(p0-q0)+abs(p1-q1)>>1 <= limit {
			a := signedClamp(signedClamp(p1-q1) + 3*(q0-p0))
			pix[at-across] = uint8(clampPixel(p0 + min(a+3, 127)>>3))
			pix[at] = uint8(clampPixel(q0 - min(a+4, 127)>>3))
		}
		at += along
	}
}

// The pixels on both sides of an edge are p and q, the nearest having a 0. They
// are passed one by one, so that they stay in registers.

// within reports whether v lies between -limit and limit.
func within(v, limit int32) bool { return uint32(v+limit) <= uint32(2*limit) }

// smooth reports whether the edge is to be filtered at all.
func (l *limits) smooth(p3, p2, p1, p0, q0, q1, q2, q3 int32) bool {
	i := l.interior
	return within(p3-p2, i) && within(p2-p1, i) && within(p1-p0, i) &&
		within(q3-q2, i) && within(q2-q1, i) && within(q1-q0, i)
}

// clampPixel limits to what a byte holds.
func clampPixel(v int32) int32 { return min(max(v, 0), 255) }

// adjust changes the two nearest pixels and returns by how much the one behind
// the edge.
func adjust(p0, q0, outer int32) (p, q, by int32) {
	a := signedClamp(outer + 3*(q0-p0))
	by = min(a+4, 127) >> 3
	return clampPixel(p0 + min(a+3, 127)>>3), clampPixel(q0 - by), by
}

// filterSub filters an edge between subblocks.
func (l *limits) filterSub(p3, p2, p1, p0, q0, q1, q2, q3 int32) (r1, r0, s0, s1 int32) {
	if 2*abs(p0-q0)+abs(p1-q1)>>1 > l.sub || !l.smooth(p3, p2, p1, p0, q0, q1, q2, q3) {
		return p1, p0, q0, q1
	}
	if !within(p1-p0, l.hev) || !within(q1-q0, l.hev) {
		r0, s0, _ = adjust(p0, q0, signedClamp(p1-q1))
		return p1, r0, s0, q1
	}
	r0, s0, a := adjust(p0, q0, 0)
	a = (a + 1) >> 1
	return clampPixel(p1 + a), r0, s0, clampPixel(q1 - a)
}

// filterMacroblock filters an edge between macroblocks.
func (l *limits) filterMacroblock(p3, p2, p1, p0, q0, q1, q2, q3 int32) (r2, r1, r0, s0, s1, s2 int32) {
	if 2*abs(p0-q0)+abs(p1-q1)>>1 > l.macroblock || !l.smooth(p3, p2, p1, p0, q0, q1, q2, q3) {
		return p2, p1, p0, q0, q1, q2
	}
	outer := signedClamp(p1 - q1)
	if !within(p1-p0, l.hev) || !within(q1-q0, l.hev) {
		r0, s0, _ = adjust(p0, q0, outer)
		return p2, p1, r0, s0, q1, q2
	}
	w := signedClamp(outer + 3*(q0-p0))
	a, b, c := (27*w+63)>>7, (18*w+63)>>7, (9*w+63)>>7
	return clampPixel(p2 + c), clampPixel(p1 + b), clampPixel(p0 + a),
		clampPixel(q0 - a), clampPixel(q1 - b), clampPixel(q2 - c)
}

// verticalEdge filters the n pixels down an edge.
func verticalEdge(pix []byte, at, stride, n int, l *limits, macroblock bool) {
	for range n {
		b := (*[8]byte)(pix[at-4:])
		p3, p2, p1, p0 := int32(b[0]), int32(b[1]), int32(b[2]), int32(b[3])
		q0, q1, q2, q3 := int32(b[4]), int32(b[5]), int32(b[6]), int32(b[7])
		if macroblock {
			p2, p1, p0, q0, q1, q2 = l.filterMacroblock(p3, p2, p1, p0, q0, q1, q2, q3)
			b[1], b[6] = uint8(p2), uint8(q2)
		} else {
			p1, p0, q0, q1 = l.filterSub(p3, p2, p1, p0, q0, q1, q2, q3)
		}
		b[2], b[3], b[4], b[5] = uint8(p1), uint8(p0), uint8(q0), uint8(q1)
		at += stride
	}
}

// horizontalEdge filters the n pixels along an edge.
func horizontalEdge(pix []byte, at, stride, n int, l *limits, macroblock bool) {
	var rows [8][]byte
	for i := range rows {
		rows[i] = pix[at+(i-4)*stride:][:n]
	}
	r0, r1, r2, r3, r4, r5, r6, r7 := rows[0], rows[1][:n], rows[2][:n], rows[3][:n], rows[4][:n], rows[5][:n], rows[6][:n], rows[7][:n]
	for i := range r0 {
		p3, p2, p1, p0 := int32(r0[i]), int32(r1[i]), int32(r2[i]), int32(r3[i])
		q0, q1, q2, q3 := int32(r4[i]), int32(r5[i]), int32(r6[i]), int32(r7[i])
		if macroblock {
			p2, p1, p0, q0, q1, q2 = l.filterMacroblock(p3, p2, p1, p0, q0, q1, q2, q3)
			r1[i], r6[i] = uint8(p2), uint8(q2)
		} else {
			p1, p0, q0, q1 = l.filterSub(p3, p2, p1, p0, q0, q1, q2, q3)
		}
		r2[i], r3[i], r4[i], r5[i] = uint8(p1), uint8(p0), uint8(q0), uint8(q1)
	}
}
