package vp8

// steps are the sizes of the steps of a quantiser, by the kind of block: the
// first of each is for the DC.
type steps struct {
	y1, y2, uv [2]int32
}

// stepsOf resolves the indices of a frame (RFC 6386, sections 9.6 and 14.1).
func (q *quantIndices) stepsOf(base int) steps {
	index := func(delta int) int { return min(max(base+delta, 0), 127) }
	return steps{
		y1: [2]int32{dcSteps[index(q.y1DC)], acSteps[index(0)]},
		y2: [2]int32{2 * dcSteps[index(q.y2DC)], max(acSteps[index(q.y2AC)]*155/100, 8)},
		uv: [2]int32{min(dcSteps[index(q.uvDC)], 132), acSteps[index(q.uvAC)]},
	}
}

// segmentSteps returns the steps of each segment (section 9.3).
func (h *header) segmentSteps(c *context) (all [4]steps) {
	for i := range all {
		base := h.quant.base
		if h.segmented {
			if c.absolute {
				base = 0
			}
			base = min(max(base+int(c.quantizer[i]), 0), 127)
		}
		all[i] = h.quant.stepsOf(base)
	}
	return all
}
