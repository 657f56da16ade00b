package vp8

// The filters of edges (RFC 6386, sections 15.2 and 15.3). An edge lies before
// the pixel at an index; across leads over it, along to its next pixel.

func abs(v int32) int32 { return max(v, -v) }

// signedClamp limits to what a signed byte holds.
func signedClamp(v int32) int32 { return min(max(v, -128), 127) }

// toPixel turns a signed value into a pixel again.
func toPixel(v int32) uint8 { return uint8(signedClamp(v) + 128) }

// simpleEdge filters the 16 pixels along an edge.
func simpleEdge(pix []byte, at, across, along int, limit int32) {
	for range 16 {
		p1, p0 := int32(pix[at-2*across]), int32(pix[at-across])
		q0, q1 := int32(pix[at]), int32(pix[at+across])
		if 2*abs(p0-q0)+abs(p1-q1)>>1 <= limit {
			a := signedClamp(signedClamp(p1-q1) + 3*(q0-p0))
			pix[at-across] = toPixel(p0 - 128 + min(a+3, 127)>>3)
			pix[at] = toPixel(q0 - 128 - min(a+4, 127)>>3)
		}
		at += along
	}
}

// pixels are those on both sides of an edge, the nearest having a 0.
type pixels struct{ p3, p2, p1, p0, q0, q1, q2, q3 int32 }

func load(pix []byte, at, across int) pixels {
	return pixels{
		p3: int32(pix[at-4*across]), p2: int32(pix[at-3*across]), p1: int32(pix[at-2*across]), p0: int32(pix[at-across]),
		q0: int32(pix[at]), q1: int32(pix[at+across]), q2: int32(pix[at+2*across]), q3: int32(pix[at+3*across]),
	}
}

// smooth reports whether the edge is to be filtered at all.
func (x *pixels) smooth(edge, interior int32) bool {
	return 2*abs(x.p0-x.q0)+abs(x.p1-x.q1)>>1 <= edge &&
		abs(x.p3-x.p2) <= interior && abs(x.p2-x.p1) <= interior && abs(x.p1-x.p0) <= interior &&
		abs(x.q3-x.q2) <= interior && abs(x.q2-x.q1) <= interior && abs(x.q1-x.q0) <= interior
}

// varies reports high variance beside the edge.
func (x *pixels) varies(hev int32) bool { return abs(x.p1-x.p0) > hev || abs(x.q1-x.q0) > hev }

// common changes the two nearest pixels and returns by how much the one behind
// the edge.
func (x *pixels) common(pix []byte, at, across int, outer int32) int32 {
	a := signedClamp(outer + 3*(x.q0-x.p0))
	b := min(a+3, 127) >> 3
	a = min(a+4, 127) >> 3
	pix[at-across] = toPixel(x.p0 - 128 + b)
	pix[at] = toPixel(x.q0 - 128 - a)
	return a
}

func subblockEdge(pix []byte, at, across, along, n int, l *limits) {
	for range n {
		x := load(pix, at, across)
		if x.smooth(l.sub, l.interior) {
			if x.varies(l.hev) {
				x.common(pix, at, across, signedClamp(x.p1-x.q1))
			} else {
				a := (x.common(pix, at, across, 0) + 1) >> 1
				pix[at-2*across] = toPixel(x.p1 - 128 + a)
				pix[at+across] = toPixel(x.q1 - 128 - a)
			}
		}
		at += along
	}
}

func macroblockEdge(pix []byte, at, across, along, n int, l *limits) {
	for range n {
		x := load(pix, at, across)
		if x.smooth(l.macroblock, l.interior) {
			w := signedClamp(signedClamp(x.p1-x.q1) + 3*(x.q0-x.p0))
			if x.varies(l.hev) {
				x.common(pix, at, across, signedClamp(x.p1-x.q1))
			} else {
				a := (27*w + 63) >> 7
				pix[at-across] = toPixel(x.p0 - 128 + a)
				pix[at] = toPixel(x.q0 - 128 - a)
				a = (18*w + 63) >> 7
				pix[at-2*across] = toPixel(x.p1 - 128 + a)
				pix[at+across] = toPixel(x.q1 - 128 - a)
				a = (9*w + 63) >> 7
				pix[at-3*across] = toPixel(x.p2 - 128 + a)
				pix[at+2*across] = toPixel(x.q2 - 128 - a)
			}
		}
		at += along
	}
}
