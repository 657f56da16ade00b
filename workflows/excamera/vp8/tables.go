package vp8

import (
	"math"
	"math/bits"
)

// The trees of RFC 6386 (section 8.1): the children of node i are t[i] and
// t[i+1]; a child that is not positive is a leaf, which it is the negative of.
var (
	yModeTree      = []int8{-dcPred, 2, 4, 6, -vPred, -hPred, -tmPred, -bPred}
	keyYModeTree   = []int8{-bPred, 2, 4, 6, -dcPred, -vPred, -hPred, -tmPred}
	uvModeTree     = []int8{-dcPred, 2, -vPred, 4, -hPred, -tmPred}
	segmentTree    = []int8{2, 4, 0, -1, -2, -3}
	mvModeTree     = []int8{-zeroMV, 2, -nearestMV, 4, -nearMV, 6, -newMV, -splitMV}
	partitionTree  = []int8{-split4x4, 2, -split8x8, 4, -split16x8, -split8x16}
	subMVTree      = []int8{-leftMV, 2, -aboveMV, 4, -zeroSubMV, -newSubMV}
	shortMVTree    = []int8{2, 8, 4, 6, 0, -1, -2, -3, 10, 12, -4, -5, -6, -7}
	bModeTree      = []int8{-bDC, 2, -bTM, 4, -bVE, 6, 8, 12, -bHE, 10, -bRD, -bVR, -bLD, 14, -bVL, 16, -bHD, -bHU}
	keyYModeProbs  = []uint8{145, 156, 163, 128}
	keyUVModeProbs = []uint8{142, 114, 183}
	bModeProbs     = []uint8{120, 90, 79, 133, 87, 85, 80, 111, 151}
	partitionProbs = []uint8{110, 111, 150}
)

// Section 16.2 (the modes) and 17.2 (the vectors).
var (
	defaultYModeProbs  = [4]uint8{112, 86, 140, 37}
	defaultUVModeProbs = [3]uint8{162, 101, 204}
	defaultMVProbs     = [2]mvProbs{
		{162, 128, 225, 146, 172, 147, 214, 39, 156, 128, 129, 132, 75, 145, 178, 206, 239, 254, 254},
		{164, 128, 204, 170, 119, 235, 140, 230, 228, 128, 130, 130, 74, 148, 180, 203, 236, 254, 254},
	}
	mvUpdateProbs = [2]mvProbs{
		{237, 246, 253, 253, 254, 254, 254, 254, 254, 254, 254, 254, 254, 254, 250, 250, 252, 254, 254},
		{231, 243, 245, 253, 254, 254, 254, 254, 254, 254, 254, 254, 254, 254, 251, 251, 254, 254, 254},
	}
)

// mvModeProbs are those of the branches of mvModeTree, by how much the
// neighbours agree (section 16.3).
var mvModeProbs = [6][4]uint8{
	{7, 1, 1, 143}, {14, 18, 14, 107}, {135, 64, 57, 68}, {60, 56, 128, 65}, {159, 134, 128, 34}, {234, 188, 128, 28},
}

// subMVProbs are those of the branches of subMVTree, by the vectors on the left
// and above (section 16.3).
var subMVProbs = [5][3]uint8{{147, 136, 18}, {106, 145, 1}, {179, 121, 1}, {223, 1, 34}, {208, 1, 1}}

// partitions say, for each way to split a macroblock, which part each of its
// subblocks belongs to (section 16.3).
var partitions = [4][16]uint8{
	split16x8: {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1},
	split8x16: {0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1},
	split8x8:  {0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3},
	split4x4:  {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
}

// firstOf names the first subblock of each part.
var firstOf = [4][]uint8{
	split16x8: {0, 8},
	split8x16: {0, 2},
	split8x8:  {0, 2, 8, 10},
	split4x4:  {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
}

// Coefficients (sections 13.2 and 13.3).
var (
	zigzag = [16]uint8{0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15}
	// bands has one more, for the position after the last coefficient.
	bands      = [17]uint8{0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0}
	categories = [6]category{
		{5, []uint8{159}},
		{7, []uint8{165, 145}},
		{11, []uint8{173, 148, 140}},
		{19, []uint8{176, 155, 140, 135}},
		{35, []uint8{180, 157, 141, 134, 130}},
		{67, []uint8{254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}},
	}
)

// A category is a token that stands for a range of values: the least of them,
// and the probabilities of the bits that are added to it.
type category struct {
	base  int
	probs []uint8
}

// sixTap and bilinear are the filters of the eighths of a pixel (section 18.3);
// the second and the fifth tap are subtracted.
var (
	sixTap = [8]taps{
		{0, 0, 128, 0, 0, 0},
		{0, 6, 123, 12, 1, 0},
		{2, 11, 108, 36, 8, 1},
		{0, 9, 93, 50, 6, 0},
		{3, 16, 77, 77, 16, 3},
		{0, 6, 50, 93, 9, 0},
		{1, 8, 36, 108, 11, 2},
		{0, 1, 12, 123, 6, 0},
	}
	bilinear = [8]taps{
		{2: 128},
		{2: 112, 3: 16},
		{2: 96, 3: 32},
		{2: 80, 3: 48},
		{2: 64, 3: 64},
		{2: 48, 3: 80},
		{2: 32, 3: 96},
		{2: 16, 3: 112},
	}
)

// boolShift is how far a range below 128 must be shifted to the left to reach
// it, which is what section 7.3 does bit by bit.
var boolShift = func() (t [256]uint8) {
	for i := 1; i < len(t); i++ {
		t[i] = uint8(bits.LeadingZeros8(uint8(i)))
	}
	return t
}()

// bitCosts are the bits, in 256ths, that an event of a probability of i/256 takes.
var bitCosts = func() (t [257]uint16) {
	for i := range t {
		t[i] = uint16(math.Round(-256 * math.Log2(float64(max(i, 1))/256)))
	}
	return t
}()

// leastAfterRun is what a coefficient must have more, in 128ths of a step, to
// count after so many zeros.
var leastAfterRun = [16]int32{0, 0, 8, 10, 12, 14, 16, 20, 24, 28, 32, 36, 40, 44, 44, 44}
