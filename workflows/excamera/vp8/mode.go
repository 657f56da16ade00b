package vp8

// How a macroblock is predicted (RFC 6386, sections 8.2 and 16). The first four
// are ways to predict chroma too.
const (
	dcPred = iota
	vPred
	hPred
	tmPred
	bPred // each subblock in a way of its own
	zeroMV
	nearestMV
	nearMV
	newMV
	splitMV
)

// How a subblock is predicted (section 11.2).
const (
	bDC = iota
	bTM
	bVE
	bHE
	bLD
	bRD
	bVR
	bVL
	bHD
	bHU
	numBModes
)

// How a macroblock is split (section 16.3).
const (
	split16x8 = iota
	split8x16
	split8x8
	split4x4
)

// Where a part of a split macroblock has its vector from (section 16.3).
const (
	leftMV = iota
	aboveMV
	zeroSubMV
	newSubMV
)

// What a macroblock is predicted from.
const (
	intra = iota
	last
	golden
	altRef
	numRefs
)

// A motionVector is in quarters of a pixel.
type motionVector struct{ x, y int16 }

func (v motionVector) add(w motionVector) motionVector { return motionVector{v.x + w.x, v.y + w.y} }
func (v motionVector) sub(w motionVector) motionVector { return motionVector{v.x - w.x, v.y - w.y} }

// mvProbs are the probabilities of one component of a vector: of being long, of
// the sign, of the seven branches of shortMVTree, of the ten bits of a long one
// (section 17.2).
type mvProbs [19]uint8

const (
	mvIsLong   = 0
	mvSign     = 1
	mvShort    = 2
	mvLong     = 9
	mvLongBits = 10
)

// A macroblock is what a frame says of one, but its coefficients.
type macroblock struct {
	segment uint8
	skip    bool // no coefficients follow
	coded   bool // some block has a token besides the end of the block

	ref       uint8
	mode      uint8
	uvMode    uint8
	partition uint8 // how a splitMV is split
	mv        motionVector

	near  nearVectors      // what mode and mv are told relative to
	bMode [16]uint8        // what bPred says; in a key frame what other modes imply
	subMV [16]uint8        // what splitMV says, at the first subblock of each part
	mvs   [16]motionVector // of splitMV
}

// hasY2 reports whether the DC coefficients of the luma are in a block of their
// own (section 13).
func (m *macroblock) hasY2() bool { return m.mode != bPred && m.mode != splitMV }

// vector is that of a subblock. Intra macroblocks have the zero vector.
func (m *macroblock) vector(b int) motionVector {
	if m.mode == splitMV {
		return m.mvs[b]
	}
	return m.mv
}

// impliedBMode is what the subblocks of a macroblock pass for when their
// neighbours ask (section 11.3).
func impliedBMode(mode uint8) uint8 {
	switch mode {
	case vPred:
		return bVE
	case hPred:
		return bHE
	case tmPred:
		return bTM
	default:
		return bDC
	}
}
