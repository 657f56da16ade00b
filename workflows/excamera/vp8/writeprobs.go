package vp8

// literalProb writes a probability that each frame says anew.
func (w *frameWriter) literalProb(s slot) {
	w.probs[s] = w.counts.best(s)
	w.first.literal(int(w.probs[s]), 8)
}

// coeffProbs writes which probabilities of coefficients change, and to what (RFC
// 6386, section 13.4).
func (w *frameWriter) coeffProbs(probs *coeffProbs) {
	s := slot(slotCoeffs)
	for i := range probs {
		for j := range probs[i] {
			for k := range probs[i][j] {
				for l := range probs[i][j][k] {
					p := &probs[i][j][k][l]
					if w.update(p, s, w.counts.best(s), coeffUpdateProbs[i][j][k][l], 8) {
						w.first.literal(int(*p), 8)
					}
					s++
				}
			}
		}
	}
}

// mvProbs is section 17.2.
func (w *frameWriter) mvProbs(probs *[2]mvProbs) {
	s := slot(slotMVs)
	for i := range probs {
		for j := range probs[i] {
			p := &probs[i][j]
			bits := int(w.counts.best(s)) >> 1
			if w.update(p, s, mvProb(bits), mvUpdateProbs[i][j], 7) {
				w.first.literal(bits, 7)
			}
			s++
		}
	}
}

// update changes a probability if the frame becomes shorter by it, and writes
// whether it does.
func (w *frameWriter) update(p *uint8, s slot, to, updateProb uint8, bits int) bool {
	saved := w.counts.cost(s, *p) - w.counts.cost(s, to)
	changed := saved > bits<<8+costTrue(updateProb)-costFalse(updateProb)
	w.first.bool(changed, updateProb)
	if changed {
		*p = to
	}
	w.probs[s] = *p
	return changed
}

// modeProbs writes the probabilities of a tree of modes, all or none (section
// 16.2).
func (w *frameWriter) modeProbs(probs []uint8, first slot) {
	saved := 0
	for i, p := range probs {
		s := first + slot(i)
		saved += w.counts.cost(s, p) - w.counts.cost(s, w.counts.best(s))
	}
	changed := saved > len(probs)*8<<8
	w.first.flag(changed)
	for i := range probs {
		s := first + slot(i)
		if changed {
			probs[i] = w.counts.best(s)
			w.first.literal(int(probs[i]), 8)
		}
		w.probs[s] = probs[i]
	}
}
