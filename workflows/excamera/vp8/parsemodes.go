package vp8

// A modeParser reads what a frame says of its macroblocks, one after the other,
// row by row (RFC 6386, sections 10, 11, 16 and 17).
type modeParser struct {
	r   *boolReader
	h   *header
	c   *context
	mbs *grid
}

// parse reads the macroblock at a column and a row. Its segment must be that of
// the frame before.
func (p *modeParser) parse(col, row int) {
	m := p.mbs.at(col, row)
	if p.h.updateMap {
		m.segment = uint8(p.r.tree(segmentTree, p.h.segmentProbs[:]))
	} else if p.h.key {
		m.segment = 0
	}
	m.skip = p.h.skipping && p.r.bool(p.h.probSkip)
	switch {
	case p.h.key:
		p.parseKey(m, col, row)
	case p.r.bool(p.h.probIntra):
		p.parseInter(m, col, row)
	default:
		p.parseIntra(m)
	}
}

// parseKey reads the modes of a macroblock of a key frame (section 11.2).
func (p *modeParser) parseKey(m *macroblock, col, row int) {
	m.ref, m.mv = intra, motionVector{}
	m.mode = uint8(p.r.tree(keyYModeTree, keyYModeProbs))
	if m.mode == bPred {
		above, left := p.mbs.at(col, row-1), p.mbs.at(col-1, row)
		for b := range m.bMode {
			up, side := neighbours(&m.bMode, &above.bMode, &left.bMode, b)
			m.bMode[b] = uint8(p.r.tree(bModeTree, keyBModeProbs[*up][*side][:]))
		}
	} else {
		implied := impliedBMode(m.mode)
		for b := range m.bMode {
			m.bMode[b] = implied
		}
	}
	m.uvMode = uint8(p.r.tree(uvModeTree, keyUVModeProbs))
}

// neighbours returns what stands above subblock b and on the left of it, in the
// macroblock or in those beside it.
func neighbours[T any](here, above, left *[16]T, b int) (up, side *T) {
	if b < 4 {
		up = &above[b+12]
	} else {
		up = &here[b-4]
	}
	if b&3 == 0 {
		side = &left[b+3]
	} else {
		side = &here[b-1]
	}
	return up, side
}

// parseIntra reads the modes of an intra macroblock of another frame (section
// 16.1).
func (p *modeParser) parseIntra(m *macroblock) {
	m.ref, m.mv = intra, motionVector{}
	m.mode = uint8(p.r.tree(yModeTree, p.c.yModes[:]))
	if m.mode == bPred {
		for b := range m.bMode {
			m.bMode[b] = uint8(p.r.tree(bModeTree, bModeProbs))
		}
	}
	m.uvMode = uint8(p.r.tree(uvModeTree, p.c.uvModes[:]))
}

// parseInter reads what a macroblock is predicted from (sections 9.10, 16.2 to
// 16.4).
func (p *modeParser) parseInter(m *macroblock, col, row int) {
	m.ref = last
	if p.r.bool(p.h.probLast) {
		m.ref = golden + uint8(p.r.bit(p.h.probGolden))
	}
	m.uvMode = dcPred
	m.near = p.mbs.near(col, row, m.ref, &p.h.signBias)
	probs := m.near.probs()
	m.mode = uint8(p.r.tree(mvModeTree, probs[:]))
	switch m.mode {
	case zeroMV:
		m.mv = motionVector{}
	case nearestMV:
		m.mv = m.near.nearest
	case nearMV:
		m.mv = m.near.near
	case newMV:
		m.mv = m.near.best.add(p.parseVector())
	default:
		p.parseSplit(m, col, row)
	}
}

func (p *modeParser) parseSplit(m *macroblock, col, row int) {
	m.partition = uint8(p.r.tree(partitionTree, partitionProbs))
	above, left := p.mbs.at(col, row-1), p.mbs.at(col-1, row)
	for part, b := range firstOf[m.partition] {
		up, side := m.besides(above, left, int(b))
		m.subMV[b] = uint8(p.r.tree(subMVTree, subMVContext(up, side)[:]))
		var v motionVector
		switch m.subMV[b] {
		case leftMV:
			v = side
		case aboveMV:
			v = up
		case newSubMV:
			v = m.near.best.add(p.parseVector())
		}
		for i, of := range partitions[m.partition] {
			if int(of) == part {
				m.mvs[i] = v
			}
		}
	}
	m.mv = m.mvs[15]
}

// parseVector is section 17.2: the row comes first.
func (p *modeParser) parseVector() motionVector {
	y := p.parseComponent(&p.c.mvs[0])
	x := p.parseComponent(&p.c.mvs[1])
	return motionVector{x: x, y: y}
}

func (p *modeParser) parseComponent(probs *mvProbs) int16 {
	v := 0
	if p.r.bool(probs[mvIsLong]) {
		for i := range 3 {
			v |= p.r.bit(probs[mvLong+i]) << i
		}
		for i := mvLongBits - 1; i > 3; i-- {
			v |= p.r.bit(probs[mvLong+i]) << i
		}
		// Without the bits above it, bit 3 must be set: else it were a short one.
		if v <= 15 || p.r.bool(probs[mvLong+3]) {
			v |= 8
		}
	} else {
		v = p.r.tree(shortMVTree, probs[mvShort:mvLong])
	}
	if v != 0 && p.r.bool(probs[mvSign]) {
		v = -v
	}
	return int16(v)
}
