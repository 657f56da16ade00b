package vp8

// A grid holds the macroblocks of a frame, with a column on the left and a row
// above that are outside the picture and stay zero: intra, without motion.
type grid struct {
	cols, rows int
	mbs        []macroblock
}

func newGrid(cols, rows int) grid {
	return grid{cols: cols, rows: rows, mbs: make([]macroblock, (cols+1)*(rows+1))}
}

// at returns a macroblock; the column and the row may be -1.
func (g *grid) at(col, row int) *macroblock { return &g.mbs[(row+1)*(g.cols+1)+col+1] }

// nearVectors are what the neighbours of a macroblock suggest (RFC 6386, section
// 16.3).
type nearVectors struct {
	nearest, near, best motionVector
	counts              [4]uint8
}

// probs are those of the branches of mvModeTree.
func (n *nearVectors) probs() (p [4]uint8) {
	for i, c := range n.counts {
		p[i] = mvModeProbs[c][i]
	}
	return p
}

// near ranks the vectors of the three neighbours; the one on the diagonal counts
// half.
func (g *grid) near(col, row int, ref uint8, bias *[numRefs]bool) nearVectors {
	neighbours := [3]*macroblock{g.at(col, row-1), g.at(col-1, row), g.at(col-1, row-1)}
	weights := [3]uint8{2, 2, 1}

	var found [4]motionVector // the first is the zero vector
	var n nearVectors
	top := 0
	for i, m := range neighbours {
		if m.ref == intra {
			continue
		}
		v := m.mv
		if v == (motionVector{}) {
			n.counts[0] += weights[i]
			continue
		}
		if bias[m.ref] != bias[ref] {
			v = motionVector{-v.x, -v.y}
		}
		if v != found[top] {
			top++
			found[top] = v
		}
		n.counts[top] += weights[i]
	}

	if n.counts[3] > 0 && found[3] == found[1] {
		n.counts[1]++
	}
	n.counts[3] = 0
	for i, m := range neighbours {
		if m.mode == splitMV {
			n.counts[3] += weights[i]
		}
	}
	if n.counts[2] > n.counts[1] {
		n.counts[1], n.counts[2] = n.counts[2], n.counts[1]
		found[1], found[2] = found[2], found[1]
	}
	if n.counts[1] >= n.counts[0] {
		found[0] = found[1]
	}
	n.best = g.clamp(found[0], col, row)
	n.nearest = g.clamp(found[1], col, row)
	n.near = g.clamp(found[2], col, row)
	return n
}

// clamp keeps a macroblock from being predicted from more than its own size
// outside the picture.
func (g *grid) clamp(v motionVector, col, row int) motionVector {
	const side = 16 * 4
	return motionVector{
		x: int16(min(max(int(v.x), -(col+1)*side), (g.cols-col)*side)),
		y: int16(min(max(int(v.y), -(row+1)*side), (g.rows-row)*side)),
	}
}

// besides returns the vectors above subblock b and on the left of it.
func (m *macroblock) besides(above, left *macroblock, b int) (up, side motionVector) {
	if b < 4 {
		up = above.vector(b + 12)
	} else {
		up = m.mvs[b-4]
	}
	if b&3 == 0 {
		side = left.vector(b + 3)
	} else {
		side = m.mvs[b-1]
	}
	return up, side
}

// subMVContext returns the probabilities of the branches of subMVTree.
func subMVContext(up, side motionVector) *[3]uint8 {
	zero := motionVector{}
	switch {
	case up == side && up == zero:
		return &subMVProbs[4]
	case up == side:
		return &subMVProbs[3]
	case up == zero:
		return &subMVProbs[2]
	case side == zero:
		return &subMVProbs[1]
	default:
		return &subMVProbs[0]
	}
}
