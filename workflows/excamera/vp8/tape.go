package vp8

// A tape holds booleans that are to be written once their probabilities are
// known: what is said of the macroblocks of a frame is put on tapes, then counted
// to choose the probabilities, then written. An entry is a slot and, in the top
// bit, the boolean.
type tape []uint16

// A slot stands for a probability: below 256 for that number itself, from there
// on for one that the frame may set.
type slot uint16

const (
	slotCoeffs   = 256
	slotMVs      = slotCoeffs + 4*8*3*11
	slotYModes   = slotMVs + 2*19
	slotUVModes  = slotYModes + 4
	slotSegments = slotUVModes + 3
	slotSkip     = slotSegments + 3
	slotIntra    = slotSkip + 1
	slotLast     = slotIntra + 1
	slotGolden   = slotLast + 1
	numSlots     = slotGolden + 1

	tapeBit = 1 << 15
)

func coeffSlot(kind, band int, ctx uint8) slot {
	return slot(slotCoeffs + ((kind*8+band)*3+int(ctx))*11)
}

func (t *tape) bool(v bool, s slot) {
	e := uint16(s)
	if v {
		e |= tapeBit
	}
	*t = append(*t, e)
}

// tree puts the way to a leaf of a tree on the tape; the slots of its branches
// follow each other.
func (t *tape) tree(tree []int8, leaf int, first slot) {
	t.path(tree, leaf, func(branch int) slot { return first + slot(branch) })
}

// fixed is tree with probabilities that no frame changes.
func (t *tape) fixed(tree []int8, leaf int, probs []uint8) {
	t.path(tree, leaf, func(branch int) slot { return slot(probs[branch]) })
}

func (t *tape) path(tree []int8, leaf int, at func(branch int) slot) {
	var nodes [16]uint8 // from the leaf up, each with the branch taken
	n := 0
	for i := find(tree, -leaf); ; i = find(tree, i&^1) {
		nodes[n] = uint8(i)
		n++
		if i < 2 {
			break
		}
	}
	for n--; n >= 0; n-- {
		t.bool(nodes[n]&1 == 1, at(int(nodes[n]>>1)))
	}
}

// find returns where in the tree a child stands.
func find(tree []int8, child int) int {
	for i, c := range tree {
		if int(c) == child {
			return i
		}
	}
	panic("vp8: no such leaf")
}

// counts are how often each slot was false and true.
type counts [numSlots][2]uint32

func (c *counts) add(t tape) {
	for _, e := range t {
		c[e&^tapeBit][e>>15]++
	}
}

// best is the probability that suits the counts of a slot best.
func (c *counts) best(s slot) uint8 {
	no, yes := uint64(c[s][0]), uint64(c[s][1])
	if no+yes == 0 {
		return 255
	}
	return uint8(min(max((256*no+(no+yes)/2)/(no+yes), 1), 255))
}

// cost is what the booleans of a slot take at a probability, in 1/256 bits.
func (c *counts) cost(s slot, prob uint8) int {
	return int(c[s][0])*costFalse(prob) + int(c[s][1])*costTrue(prob)
}

func costFalse(prob uint8) int { return int(bitCosts[prob]) }
func costTrue(prob uint8) int  { return int(bitCosts[256-int(prob)]) }

// probabilities say what each slot stands for.
type probabilities [numSlots]uint8

func (p *probabilities) init() {
	for i := range slotCoeffs {
		p[i] = uint8(i)
	}
}

// play writes a tape.
func (w *boolWriter) play(t tape, p *probabilities) {
	for _, e := range t {
		w.bool(e&tapeBit != 0, p[e&^tapeBit])
	}
}
