package vp8

// A boolWriter is the counterpart of a boolReader (RFC 6386, section 7.3).
type boolWriter struct {
	out    []byte
	bottom uint32 // the low end of the interval, its top bits not yet written
	rng    uint32 // the length of the interval, 128 to 255
	bits   int    // how many bits of bottom are complete, less 24
}

// reset empties the writer; what it wrote before may be overwritten.
func (w *boolWriter) reset() { *w = boolWriter{out: w.out[:0], rng: 255, bits: -24} }

func (w *boolWriter) bool(v bool, prob uint8) {
	split := 1 + (w.rng-1)*uint32(prob)>>8
	if v {
		w.bottom += split
		w.rng -= split
	} else {
		w.rng = split
	}
	shift := int(boolShift[uint8(w.rng)])
	w.rng <<= shift
	w.bits += shift
	if w.bits < 0 {
		w.bottom <<= shift
		return
	}
	first := shift - w.bits // bits until the byte is complete
	if w.bottom<<(first-1)&(1<<31) != 0 {
		w.carry()
	}
	w.out = append(w.out, byte(w.bottom>>(24-first)))
	w.bottom = w.bottom << first & 0xffffff << w.bits
	w.bits -= 8
}

// carry adds one to what was written.
func (w *boolWriter) carry() {
	for i := len(w.out) - 1; i >= 0; i-- {
		w.out[i]++
		if w.out[i] != 0 {
			return
		}
	}
}

func (w *boolWriter) flag(v bool) { w.bool(v, 128) }

// literal writes an unsigned number of n bits.
func (w *boolWriter) literal(v, n int) {
	for i := n - 1; i >= 0; i-- {
		w.flag(v>>i&1 == 1)
	}
}

// signed writes a magnitude of n bits and a sign.
func (w *boolWriter) signed(v, n int) {
	w.literal(max(v, -v), n)
	w.flag(v < 0)
}

// optional writes a number that is mostly zero.
func (w *boolWriter) optional(v, n int) {
	w.flag(v != 0)
	if v != 0 {
		w.signed(v, n)
	}
}

// finish returns what was written.
func (w *boolWriter) finish() []byte {
	for range 32 {
		w.flag(false)
	}
	return w.out
}
