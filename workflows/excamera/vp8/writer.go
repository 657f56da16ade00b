package vp8

// A frameWriter writes frames that are no key frames. Of what a frame may say of
// its probabilities it says what makes the frame shortest.
type frameWriter struct {
	modes, tokens tape
	counts        counts
	probs         probabilities
	above         []codedContext
	first, second boolWriter
}

// write writes a frame with the given header, macroblocks and residues. The
// context is that of the frames before it; it becomes that of the frames after.
// What the header says of probabilities is chosen anew.
func (w *frameWriter) write(h *header, c *context, s segments, d deltas, mbs *grid, residues []residue) ([]byte, error) {
	h.updateMap, h.updateSegments = h.segmented, h.segmented
	h.refreshProbs = true
	w.record(h, mbs, residues)

	w.first.reset()
	w.segments(h, c, s)
	w.filter(h, c, d)
	w.first.literal(0, 2) // one partition of coefficients
	w.quantizers(&h.quant)
	w.refresh(h)
	w.coeffProbs(&c.coeffs)
	w.first.flag(h.skipping)
	if h.skipping {
		w.literalProb(slotSkip)
	}
	w.literalProb(slotIntra)
	w.literalProb(slotLast)
	w.literalProb(slotGolden)
	w.modeProbs(c.yModes[:], slotYModes)
	w.modeProbs(c.uvModes[:], slotUVModes)
	w.mvProbs(&c.mvs)
	w.first.play(w.modes, &w.probs)

	w.second.reset()
	w.second.play(w.tokens, &w.probs)
	return assemble(h, w.first.finish(), w.second.finish())
}

// maxFirstSize is what the 19 bits of a tag can say.
const maxFirstSize = 1<<19 - 1

func assemble(h *header, first, second []byte) ([]byte, error) {
	if len(first) > maxFirstSize {
		return nil, corrupt(0, "the modes of the frame would take %d bytes, and the tag has room for %d", len(first), maxFirstSize)
	}
	bits := 1 | h.version<<1 | len(first)<<5
	if h.show {
		bits |= 1 << 4
	}
	data := make([]byte, 0, 3+len(first)+len(second))
	data = append(data, byte(bits), byte(bits>>8), byte(bits>>16))
	data = append(data, first...)
	return append(data, second...), nil
}

// record puts the macroblocks on the tapes and counts.
func (w *frameWriter) record(h *header, mbs *grid, residues []residue) {
	w.modes, w.tokens = w.modes[:0], w.tokens[:0]
	if len(w.above) != mbs.cols {
		w.above = make([]codedContext, mbs.cols)
	}
	clear(w.above)
	h.skipping = false
	for i := range residues {
		h.skipping = h.skipping || !mbs.at(i%mbs.cols, i/mbs.cols).coded
	}
	modes := modeRecorder{h: h, mbs: mbs, to: &w.modes}
	for row := range mbs.rows {
		var left codedContext
		for col := range mbs.cols {
			m := mbs.at(col, row)
			modes.record(col, row)
			if m.coded {
				recordResidue(&w.tokens, m.hasY2(), &w.above[col], &left, &residues[row*mbs.cols+col])
			} else {
				w.above[col].clear(m.hasY2())
				left.clear(m.hasY2())
			}
		}
	}
	w.counts = counts{}
	w.counts.add(w.modes)
	w.counts.add(w.tokens)
	w.probs.init()
}

// segments is RFC 6386, section 9.3. What segments there are is said in full, so
// that it does not matter what the frames before had.
func (w *frameWriter) segments(h *header, c *context, s segments) {
	w.first.flag(h.segmented)
	if !h.segmented {
		return
	}
	w.first.flag(true) // the map
	w.first.flag(true) // the values
	w.first.flag(s.absolute)
	for _, v := range s.quantizer {
		w.first.optional(int(v), 7)
	}
	for _, v := range s.filter {
		w.first.optional(int(v), 6)
	}
	c.segments = s
	for i := range slot(3) {
		w.first.flag(true)
		w.literalProb(slotSegments + i)
	}
}

// filter is section 9.6.
func (w *frameWriter) filter(h *header, c *context, d deltas) {
	w.first.flag(h.simpleFilter)
	w.first.literal(h.filterLevel, 6)
	w.first.literal(h.sharpness, 3)
	w.first.flag(h.useDeltas)
	if !h.useDeltas {
		return
	}
	w.first.flag(c.deltas != d)
	if c.deltas == d {
		return
	}
	for _, pair := range [2][2]*[4]int8{{&c.ref, &d.ref}, {&c.mode, &d.mode}} {
		for i, want := range pair[1] {
			w.first.flag(pair[0][i] != want)
			if pair[0][i] != want {
				w.first.signed(int(want), 6)
			}
		}
	}
	c.deltas = d
}

// quantizers is section 9.6.
func (w *frameWriter) quantizers(q *quantIndices) {
	w.first.literal(q.base, 7)
	for _, v := range []int{q.y1DC, q.y2DC, q.y2AC, q.uvDC, q.uvAC} {
		w.first.optional(v, 4)
	}
}

// refresh is section 9.7.
func (w *frameWriter) refresh(h *header) {
	w.first.flag(h.refreshGolden)
	w.first.flag(h.refreshAltRef)
	if !h.refreshGolden {
		w.first.literal(h.copyToGolden, 2)
	}
	if !h.refreshAltRef {
		w.first.literal(h.copyToAltRef, 2)
	}
	w.first.flag(h.signBias[golden])
	w.first.flag(h.signBias[altRef])
	w.first.flag(h.refreshProbs)
	w.first.flag(h.refreshLast)
}
