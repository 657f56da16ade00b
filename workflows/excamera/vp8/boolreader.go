package vp8

import "encoding/binary"

// boolReader decodes booleans of given probabilities out of one partition (RFC
// 6386, section 7). Past the end of the data it reads zeros, as decoders do;
// overrun tells.
type boolReader struct {
	data  []byte
	pos   int    // of the next byte to load
	value uint64 // what was loaded and not yet used, from the top bit down
	bits  int    // how many bits of value are loaded
	past  int    // how many of them, ever, lie behind the end of the data
	rng   uint32 // 128 to 255
}

func (r *boolReader) init(data []byte) {
	*r = boolReader{data: data, rng: 255}
	r.fill()
}

// fill loads as many whole bytes as fit.
func (r *boolReader) fill() {
	if len(r.data)-r.pos >= 8 {
		n := (64 - r.bits) >> 3
		r.value |= binary.BigEndian.Uint64(r.data[r.pos:]) >> (64 - 8*n) << (64 - 8*n) >> r.bits
		r.pos += n
		r.bits += 8 * n
		return
	}
	for r.bits <= 56 {
		if r.pos < len(r.data) {
			r.value |= uint64(r.data[r.pos]) << (56 - r.bits)
			r.pos++
		} else {
			r.past += 8
		}
		r.bits += 8
	}
}

// overrun reports whether bits were used that the data does not have.
func (r *boolReader) overrun() bool { return r.past > r.bits }

// bool is true with the probability 1-prob/256.
func (r *boolReader) bool(prob uint8) bool {
	if r.bits < 8 {
		r.fill()
	}
	split := 1 + (r.rng-1)*uint32(prob)>>8
	top := uint64(split) << 56
	bit := r.value >= top
	if bit {
		r.value -= top
		r.rng -= split
	} else {
		r.rng = split
	}
	shift := boolShift[uint8(r.rng)]
	r.rng <<= shift
	r.value <<= shift
	r.bits -= int(shift)
	return bit
}

func (r *boolReader) bit(prob uint8) int {
	if r.bool(prob) {
		return 1
	}
	return 0
}

// flag reads one bit.
func (r *boolReader) flag() bool { return r.bool(128) }

// literal reads an unsigned number of n bits.
func (r *boolReader) literal(n int) int {
	v := 0
	for range n {
		v = v<<1 | r.bit(128)
	}
	return v
}

// signed reads a magnitude of n bits and a sign.
func (r *boolReader) signed(n int) int {
	v := r.literal(n)
	if r.flag() {
		return -v
	}
	return v
}

// optional reads a signed number of n bits if a flag says that there is one.
func (r *boolReader) optional(n int) int {
	if r.flag() {
		return r.signed(n)
	}
	return 0
}

// tree walks down a tree (section 8.1) and returns the leaf.
func (r *boolReader) tree(t []int8, probs []uint8) int {
	i := 0
	for {
		next := t[i+r.bit(probs[i>>1])]
		if next <= 0 {
			return int(-next)
		}
		i = int(next)
	}
}
