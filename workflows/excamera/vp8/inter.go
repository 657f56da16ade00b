package vp8

import "encoding/binary"

// Inter prediction (RFC 6386, section 18) works on eight pixels at a time: the
// even and the odd ones each in the four 16-bit lanes of a word.

// taps are the six of a filter; the second and the fifth are subtracted.
type taps [6]uint64

const (
	lanes    = 0x0001000100010001
	lowBytes = 0x00ff00ff00ff00ff
	// bias keeps a lane from becoming negative. It is a multiple of 128, so that
	// it can be taken off after the shift.
	bias = 64 * 128
)

// normalize rounds the sums in the lanes, which carry the bias, shifts them and
// limits them to bytes (section 18.3).
func normalize(sums uint64) uint64 {
	const top = 0x8000 * lanes
	v := (sums >> 7) & (0x01ff * lanes)
	v = (v | top) - bias/128*lanes // the top bit goes where the lane falls below 0
	positive := (v & top) >> 15 * 0xffff
	v &= positive & (0x7fff * lanes)
	over := v >> 8 & lanes
	return (v | over*0xff) & lowBytes
}

func (t *taps) apply(a, b, c, d, e, f uint64) uint64 {
	return normalize(a*t[0] + c*t[2] + d*t[3] + f*t[5] + (64+bias)*lanes - b*t[1] - e*t[4])
}

// A predictor holds what prediction needs besides the frames.
type predictor struct {
	filters   *[8]taps
	fullPixel bool                         // of chroma
	rows      [(16 + 5) * 4]uint64         // between the two passes: even and odd lanes by turns
	patch     [(16 + 5) * patchStride]byte // where the reference leaves its border
}

const patchStride = 32

func (p *predictor) setVersion(version int) {
	p.filters = &bilinear
	if version == 0 {
		p.filters = &sixTap
	}
	p.fullPixel = version == 3
}

// predict writes a block of w x h pixels, which lies at x, y in dst, from where
// the vector points to in ref. The vector is in eighths of a pixel. A w of 4
// takes as long as one of 8.
func (p *predictor) predict(dst, ref *plane, x, y, w, h int, mvx, mvy int) {
	fx, fy := mvx&7, mvy&7
	sx, sy := x+mvx>>3, y+mvy>>3
	pix, at, stride := ref.pix, ref.at(sx, sy), ref.stride
	wide := (w + 7) &^ 7
	if sx-2 < -border || sy-2 < -border || sx+wide+4 > ref.width+border || sy+h+3 > ref.height+border {
		p.copyPatch(ref, sx-2, sy-2, wide+6, h+5)
		pix, at, stride = p.patch[:], 2*patchStride+2, patchStride
	}
	to := dst.at(x, y)
	switch {
	case fx == 0 && fy == 0:
		for i := range h {
			copy(dst.pix[to+i*dst.stride:][:w], pix[at+i*stride:][:w])
		}
	case fy == 0:
		p.horizontal(pix, at, stride, w, h, &p.filters[fx])
		p.store(dst, to, w, h)
	case fx == 0:
		p.load(pix, at-2*stride, stride, w, h+5)
		p.vertical(dst, to, w, h, &p.filters[fy])
	default:
		p.horizontal(pix, at-2*stride, stride, w, h+5, &p.filters[fx])
		p.vertical(dst, to, w, h, &p.filters[fy])
	}
}

// copyPatch copies a part of the reference that may lie anywhere: the pixels at
// the edge go on for ever.
func (p *predictor) copyPatch(ref *plane, x, y, w, h int) {
	for i := range h {
		line := ref.row(min(max(y+i, 0), ref.height-1))
		to := p.patch[i*patchStride:][:w]
		for j := range to {
			to[j] = line[min(max(x+j, 0), ref.width-1)]
		}
	}
}

// load puts h rows into p.rows as they are.
func (p *predictor) load(pix []byte, at, stride, w, h int) {
	n := 0
	for i := range h {
		for j := 0; j < w; j += 8 {
			v := binary.LittleEndian.Uint64(pix[at+i*stride+j:])
			p.rows[n], p.rows[n+1] = v&lowBytes, v>>8&lowBytes
			n += 2
		}
	}
}

// horizontal filters h rows into p.rows.
func (p *predictor) horizontal(pix []byte, at, stride, w, h int, t *taps) {
	n := 0
	for i := range h {
		for j := 0; j < w; j += 8 {
			s := pix[at+i*stride+j-2:][:14:14]
			a := binary.LittleEndian.Uint64(s[0:8]) & lowBytes
			b := binary.LittleEndian.Uint64(s[1:9]) & lowBytes
			c := binary.LittleEndian.Uint64(s[2:10]) & lowBytes
			d := binary.LittleEndian.Uint64(s[3:11]) & lowBytes
			e := binary.LittleEndian.Uint64(s[4:12]) & lowBytes
			f := binary.LittleEndian.Uint64(s[5:13]) & lowBytes
			g := binary.LittleEndian.Uint64(s[6:14]) & lowBytes
			p.rows[n] = t.apply(a, b, c, d, e, f)
			p.rows[n+1] = t.apply(b, c, d, e, f, g)
			n += 2
		}
	}
}

// vertical filters p.rows, which begin two rows above the block, into dst.
func (p *predictor) vertical(dst *plane, to, w, h int, t *taps) {
	step := (w + 7) >> 3 * 2
	for i := range h {
		for g := 0; g < step; g += 2 {
			s := p.rows[i*step+g:]
			s = s[:5*step+2]
			even := t.apply(s[0], s[step], s[2*step], s[3*step], s[4*step], s[5*step])
			odd := t.apply(s[1], s[step+1], s[2*step+1], s[3*step+1], s[4*step+1], s[5*step+1])
			put(dst.pix[to+i*dst.stride+4*g:], w, even|odd<<8)
		}
	}
}

// store writes p.rows to dst.
func (p *predictor) store(dst *plane, to, w, h int) {
	n := 0
	for i := range h {
		for j := 0; j < w; j += 8 {
			put(dst.pix[to+i*dst.stride+j:], w, p.rows[n]|p.rows[n+1]<<8)
			n += 2
		}
	}
}

// put writes eight pixels, or four where the block has no more.
func put(pix []byte, w int, v uint64) {
	if w == 4 {
		binary.LittleEndian.PutUint32(pix, uint32(v))
	} else {
		binary.LittleEndian.PutUint64(pix, v)
	}
}
