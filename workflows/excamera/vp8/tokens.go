package vp8

// A residue is the coefficients of a macroblock before they are scaled: sixteen
// blocks of luma, four of each chroma, and the one of the luma's DC (RFC 6386,
// section 13). end is the position after the last token of a block.
type residue struct {
	levels [25][16]int16 // in raster order, not in that of the zigzag
	end    [25]uint8
}

const y2Block = 24

// The kinds of blocks, which have different probabilities (section 13.3).
const (
	kindYAfterY2 = iota
	kindY2
	kindChroma
	kindY
)

// A codedContext says which of the blocks along one side of a macroblock have
// coefficients: four of luma, two of each chroma, and the last Y2.
type codedContext [9]uint8

// clear is for a macroblock without coefficients. One that has no Y2 says
// nothing about it.
func (c *codedContext) clear(hasY2 bool) {
	y2 := c[8]
	*c = codedContext{}
	if !hasY2 {
		c[8] = y2
	}
}

// parseResidue reads the coefficients of a macroblock, whose levels must be
// zero, and reports whether there are any.
func parseResidue(r *boolReader, probs *coeffProbs, hasY2 bool, above, left *codedContext, res *residue) bool {
	coded := false
	kind, first := kindY, 0
	if hasY2 {
		end := parseBlock(r, &probs[kindY2], above[8]+left[8], 0, &res.levels[y2Block])
		res.end[y2Block] = uint8(end)
		above[8] = asContext(end > 0)
		left[8] = above[8]
		coded = end > 0
		kind, first = kindYAfterY2, 1
	}
	for b := range 16 {
		up, side := &above[b&3], &left[b>>2]
		end := parseBlock(r, &probs[kind], *up+*side, first, &res.levels[b])
		res.end[b] = uint8(end)
		*up = asContext(end > first)
		*side = *up
		coded = coded || end > first
	}
	for b := 16; b < 24; b++ {
		plane := 4 + (b-16)>>2*2
		up, side := &above[plane+b&1], &left[plane+b>>1&1]
		end := parseBlock(r, &probs[kindChroma], *up+*side, 0, &res.levels[b])
		res.end[b] = uint8(end)
		*up = asContext(end > 0)
		*side = *up
		coded = coded || end > 0
	}
	return coded
}

func asContext(coded bool) uint8 {
	if coded {
		return 1
	}
	return 0
}

// parseBlock reads the tokens of a block (section 13.2) and returns the position
// after the last.
func parseBlock(r *boolReader, probs *[8][3][11]uint8, ctx uint8, first int, levels *[16]int16) int {
	p := &probs[bands[first]][ctx]
	if !r.bool(p[0]) {
		return first
	}
	for i := first; ; {
		if !r.bool(p[1]) {
			i++
			if i == 16 {
				return 16
			}
			p = &probs[bands[i]][0] // no end of block after a zero
			continue
		}
		v := 1
		ctx = 1
		if r.bool(p[2]) {
			v = parseLarge(r, p)
			ctx = 2
		}
		if r.flag() {
			v = -v
		}
		levels[zigzag[i]] = int16(v)
		i++
		if i == 16 {
			return 16
		}
		p = &probs[bands[i]][ctx]
		if !r.bool(p[0]) {
			return i
		}
	}
}

// parseLarge reads a magnitude above 1.
func parseLarge(r *boolReader, p *[11]uint8) int {
	if !r.bool(p[3]) {
		if !r.bool(p[4]) {
			return 2
		}
		return 3 + r.bit(p[5])
	}
	var c *category
	if !r.bool(p[6]) {
		c = &categories[r.bit(p[7])]
	} else {
		high := r.bit(p[8])
		c = &categories[2+2*high+r.bit(p[9+high])]
	}
	extra := 0
	for _, prob := range c.probs {
		extra = extra<<1 | r.bit(prob)
	}
	return c.base + extra
}
