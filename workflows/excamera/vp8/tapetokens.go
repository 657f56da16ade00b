package vp8

// recordResidue puts on a tape what parseResidue reads.
func recordResidue(to *tape, hasY2 bool, above, left *codedContext, res *residue) {
	kind, first := kindY, 0
	if hasY2 {
		coded := recordBlock(to, kindY2, above[8]+left[8], 0, res, y2Block)
		above[8], left[8] = coded, coded
		kind, first = kindYAfterY2, 1
	}
	for b := range 16 {
		up, side := &above[b&3], &left[b>>2]
		coded := recordBlock(to, kind, *up+*side, first, res, b)
		*up, *side = coded, coded
	}
	for b := 16; b < 24; b++ {
		plane := 4 + (b-16)>>2*2
		up, side := &above[plane+b&1], &left[plane+b>>1&1]
		coded := recordBlock(to, kindChroma, *up+*side, 0, res, b)
		*up, *side = coded, coded
	}
}

// recordBlock puts the tokens of a block on the tape and returns whether there
// are any, as a context.
func recordBlock(to *tape, kind int, ctx uint8, first int, res *residue, b int) uint8 {
	end, levels := int(res.end[b]), &res.levels[b]
	s := coeffSlot(kind, int(bands[first]), ctx)
	to.bool(end > first, s)
	for i := first; i < end; {
		v := int(levels[zigzag[i]])
		i++
		to.bool(v != 0, s+1)
		if v == 0 {
			s = coeffSlot(kind, int(bands[i]), 0)
			continue
		}
		magnitude := max(v, -v)
		to.bool(magnitude > 1, s+2)
		ctx = 1
		if magnitude > 1 {
			recordLarge(to, magnitude, s)
			ctx = 2
		}
		to.bool(v < 0, 128)
		if i == 16 {
			break
		}
		s = coeffSlot(kind, int(bands[i]), ctx)
		to.bool(i < end, s)
	}
	return asContext(end > first)
}

// recordLarge puts a magnitude above 1 on the tape.
func recordLarge(to *tape, v int, s slot) {
	to.bool(v > 4, s+3)
	if v <= 4 {
		to.bool(v > 2, s+4)
		if v > 2 {
			to.bool(v > 3, s+5)
		}
		return
	}
	n := len(categories) - 1
	for categories[n].base > v {
		n--
	}
	to.bool(n >= 2, s+6)
	if n < 2 {
		to.bool(n == 1, s+7)
	} else {
		to.bool(n >= 4, s+8)
		to.bool(n&1 == 1, s+9+slot(n>>1-1))
	}
	c := &categories[n]
	for i, prob := range c.probs {
		to.bool((v-c.base)>>(len(c.probs)-1-i)&1 == 1, slot(prob))
	}
}
