package vp8

import "math/bits"

// A quantizer turns coefficients into levels. It rounds down more often than up,
// and the more so the longer the run of zeros that a level would end, since what
// a level costs in bits is not worth what it gains.
type quantizer struct {
	step, inverse, round [2]int32 // of the DC, of the others
	least                [2][16]int32
	price                int64 // of a bit, in squares of coefficients
}

// The share of a step, in 128ths, that is added before it is cut off; that a
// coefficient must have to count at all, at fine and at coarse steps; and that
// it must have more after a run of zeros.
const (
	roundShare  = 48
	leastFine   = 84
	leastCoarse = 80
	coarseFrom  = 48 // the index of the quantiser
	priceShare  = 12 // of the square of a step, in 128ths: what a bit is worth
)

func newQuantizer(s [2]int32, index int) quantizer {
	q := quantizer{step: s, price: int64(s[1]) * int64(s[1]) * priceShare >> 7}
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

// trim ends a block earlier where the levels at its end cost more bits than the
// error that they take away is worth, and returns the new end. probs are those of
// the kind of block; its neighbours are taken for half full.
func (q *quantizer) trim(coeffs *[16]int32, levels *[16]int16, first, end int, probs *[8][3][11]uint8) int {
	// Both are kept relative to a block without levels: what is spent, in 256ths
	// of a bit, and what is gained, in squares of coefficients.
	p := &probs[bands[first]][1]
	best, bestGain := first, int64(0)
	spent, gained := int64(-costFalse(p[0])), int64(0)
	afterZero := false
	for i := first; i < end; i++ {
		at := zigzag[i]
		level := int64(levels[at])
		spent += int64(tokenCost(p, level, afterZero))
		p = &probs[bands[i+1]][min(max(level, -level), 2)]
		afterZero = level == 0
		if level == 0 {
			continue
		}
		step := int64(q.step[min(i, 1)])
		want := int64(coeffs[at])
		left := want - level*step
		gained += want*want - left*left
		total := spent
		if i < 15 {
			total += int64(costFalse(p[0]))
		}
		if gain := gained - total*q.price>>8; gain > bestGain {
			best, bestGain = i+1, gain
		}
	}
	for i := best; i < end; i++ {
		levels[zigzag[i]] = 0
	}
	return best
}

// tokenCost is what a level takes, in 256ths of a bit. After a zero nothing says
// that the block goes on.
func tokenCost(p *[11]uint8, level int64, afterZero bool) int {
	cost := 0
	if !afterZero {
		cost = costTrue(p[0])
	}
	magnitude := max(level, -level)
	switch {
	case magnitude == 0:
		return cost + costFalse(p[1])
	case magnitude == 1:
		return cost + costTrue(p[1]) + costFalse(p[2]) + 256
	case magnitude <= 4:
		cost += costTrue(p[1]) + costTrue(p[2]) + costFalse(p[3]) + 256
		if magnitude == 2 {
			return cost + costFalse(p[4])
		}
		return cost + costTrue(p[4]) + 256
	}
	// Larger ones are not what a block is cut short of.
	return cost + costTrue(p[1]) + costTrue(p[2]) + costTrue(p[3]) + 256*(2+bits.Len64(uint64(magnitude)))
}

// maxLevel is what the largest token can say.
const maxLevel = 67 + 1<<11 - 1
