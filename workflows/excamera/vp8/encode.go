package vp8

// A residueMaker finds the residue of macroblocks: what is left of a picture
// after prediction.
type residueMaker struct {
	raw        *Frame
	probs      *coeffProbs             // as they were before the frame
	quantizers [4]macroblockQuantizers // by segment
	coeffs     [25][16]int32
}

type macroblockQuantizers struct{ y1, y2, uv quantizer }

// begin prepares for a frame.
func (e *residueMaker) begin(raw *Frame, h *header, all *[4]steps, probs *coeffProbs) {
	e.raw, e.probs = raw, probs
	for i, s := range all {
		index := h.quant.base
		e.quantizers[i] = macroblockQuantizers{
			y1: newQuantizer(s.y1, index), y2: newQuantizer(s.y2, index), uv: newQuantizer(s.uv, index),
		}
	}
}

// encode paints a macroblock as its modes say, and writes the residue that
// brings it as near to the raw picture as the quantisers allow.
func (p *painter) encode(e *residueMaker, col, row int, res *residue) {
	m := p.mbs.at(col, row)
	q := &e.quantizers[m.segment]
	p.predictAll(m, col, row)
	m.coded = false
	if m.mode == bPred {
		for b := range 16 {
			p.predictSubblock(m, col, row, b)
			e.transform(&p.dst.planes[0], 0, b, 16*col+b&3*4, 16*row+b>>2*4)
			e.quantize(m, &q.y1, kindY, b, res)
			p.addSubblock(m, col, row, b, res)
		}
	} else {
		e.encodeLuma(m, q, &p.dst.planes[0], col, row, res)
	}
	for b := 16; b < 24; b++ {
		i := 1 + (b-16)>>2
		e.transform(&p.dst.planes[i], i, b, 8*col+b&1*4, 8*row+b>>1&1*4)
		e.quantize(m, &q.uv, kindChroma, b, res)
	}
	m.skip = !m.coded
	if m.coded {
		p.add(m, col, row, res)
	}
}

func (e *residueMaker) encodeLuma(m *macroblock, q *macroblockQuantizers, y *plane, col, row int, res *residue) {
	for b := range 16 {
		e.transform(y, 0, b, 16*col+b&3*4, 16*row+b>>2*4)
	}
	kind := kindY
	if m.hasY2() {
		var dc [16]int32
		for b := range dc {
			dc[b] = e.coeffs[b][0]
		}
		forwardWHT(&dc, &e.coeffs[y2Block])
		e.quantize(m, &q.y2, kindY2, y2Block, res)
		kind = kindYAfterY2
	}
	for b := range 16 {
		e.quantize(m, &q.y1, kind, b, res)
	}
}

// transform finds the coefficients of a block, which was predicted at x, y.
func (e *residueMaker) transform(predicted *plane, i, b, x, y int) {
	raw := &e.raw.planes[i]
	var diff [16]int32
	for line := range 4 {
		want := raw.pix[raw.at(x, y+line):][:4:4]
		have := predicted.pix[predicted.at(x, y+line):][:4:4]
		for j := range 4 {
			diff[4*line+j] = int32(want[j]) - int32(have[j])
		}
	}
	forwardDCT(&diff, &e.coeffs[b])
}

func (e *residueMaker) quantize(m *macroblock, q *quantizer, kind, b int, res *residue) {
	first := 0
	if kind == kindYAfterY2 {
		first, res.levels[b][0] = 1, 0
	}
	end := q.quantize(&e.coeffs[b], &res.levels[b], first)
	if end > first {
		end = q.trim(&e.coeffs[b], &res.levels[b], first, end, &e.probs[kind])
	}
	res.end[b] = uint8(end)
	m.coded = m.coded || end > first
}
