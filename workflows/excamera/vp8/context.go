package vp8

// A context is what a frame inherits from the frames before it, but for the
// pictures and the map of segments.
type context struct {
	coeffs  coeffProbs
	mvs     [2]mvProbs // of the rows, of the columns
	yModes  [4]uint8
	uvModes [3]uint8
	segments
	deltas
}

// segments are what the segments of a frame differ in (RFC 6386, section 9.3).
type segments struct {
	absolute  bool // the values stand for those of the frame, not to be added to them
	quantizer [4]int8
	filter    [4]int8
}

// deltas are added to the level of the loop filter (section 9.6).
type deltas struct {
	ref  [4]int8 // by what a macroblock is predicted from
	mode [4]int8 // for bPred, zeroMV, other vectors, splitMV
}

// reset makes the context that of a key frame (sections 9.3, 9.6, 9.9 to 9.11).
func (c *context) reset() {
	*c = context{
		coeffs:  defaultCoeffProbs,
		mvs:     defaultMVProbs,
		yModes:  defaultYModeProbs,
		uvModes: defaultUVModeProbs,
	}
}
