package vp8

// A quantizer turns coefficients into levels. It rounds down more often than up,
// and the more so the longer the run of zeros that a level would end, since what
// a level costs in bits is not worth what it gains.
type quantizer struct {
	step, inverse, round [2]int32 // of the DC, of the others
	least                [2][16]int32
}

// The share of a step, in 128ths, that is added before it is cut off; that a
// coefficient must have to count at all, at fine and at coarse steps; and that
// it must have more after a run of zeros.
const (
	roundShare  = 48
	leastFine   = 84
	leastCoarse = 80
	coarseFrom  = 48 // the index of the quantiser
)

func newQuantizer(s [2]int32, index int) quantizer {
	q := quantizer{step: s}
	share := int32(leastFine)
	if index >= coarseFrom {
		share = leastCoarse
	}
	for i, step := range s {
		q.inverse[i] = (1<<20)/step + 1
		q.round[i] = roundShare * step >> 7
		for run, more := range leastAfterRun {
			q.least[i][run] = (share*step+64)>>7 + more*step>>7
		}
	}
	return q
}

// quantize writes the levels of a block, from the position first on, and returns
// the position after the last.
func (q *quantizer) quantize(coeffs *[16]int32, levels *[16]int16, first int) int {
	end, run := first, 0
	for i := first; i < 16; i++ {
		at := zigzag[i]
		kind := 0
		if i > 0 {
			kind = 1
		}
		v := coeffs[at]
		x := max(v, -v)
		levels[at] = 0
		if x < q.least[kind][run] {
			run++
			continue
		}
		level := int32(int64(x+q.round[kind]) * int64(q.inverse[kind]) >> 20)
		if level == 0 {
			run++
			continue
		}
		level = min(level, maxLevel)
		if v < 0 {
			level = -level
		}
		levels[at] = int16(level)
		end, run = i+1, 0
	}
	return end
}

// maxLevel is what the largest token can say.
const maxLevel = 67 + 1<<11 - 1
