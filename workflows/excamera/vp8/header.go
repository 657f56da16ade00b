package vp8

// A header is what stands at the beginning of a frame (RFC 6386, section 9).
type header struct {
	key           bool
	version       int
	show          bool
	width, height int // of a key frame

	colorSpace, noClamp bool // of a key frame; the colour space changes nothing here

	segmented      bool
	updateMap      bool
	updateSegments bool
	segmentProbs   [3]uint8

	simpleFilter bool
	filterLevel  int
	sharpness    int
	useDeltas    bool

	partitions int // how many hold coefficients
	quant      quantIndices

	refreshGolden, refreshAltRef, refreshLast bool
	copyToGolden, copyToAltRef                int // 1 from last, 2 from the other of the two
	signBias                                  [numRefs]bool
	refreshProbs                              bool // the probabilities hold for the next frames too

	skipping                        bool // a macroblock says when it has no coefficients
	probSkip                        uint8
	probIntra, probLast, probGolden uint8
}

// quantIndices choose the quantisers (section 9.6).
type quantIndices struct {
	base                         int
	y1DC, y2DC, y2AC, uvDC, uvAC int
}

// A tag is the part of a frame that is not coded (section 9.1).
type tag struct {
	key, show     bool
	version       int
	firstSize     int // bytes of the first partition
	width, height int
	size          int // bytes of the tag itself
}

const maxVersion = 3

func parseTag(data []byte) (tag, error) {
	if len(data) < 3 {
		return tag{}, corrupt(len(data), "the frame ends within its tag of 3 bytes")
	}
	bits := int(data[0]) | int(data[1])<<8 | int(data[2])<<16
	t := tag{
		key:       bits&1 == 0,
		version:   bits >> 1 & 7,
		show:      bits>>4&1 == 1,
		firstSize: bits >> 5,
		size:      3,
	}
	if t.version > maxVersion {
		return tag{}, corrupt(0, "version %d is not defined; there are 0 to %d", t.version, maxVersion)
	}
	if t.key {
		if err := t.parseKey(data); err != nil {
			return tag{}, err
		}
	}
	if t.firstSize > len(data)-t.size {
		return tag{}, corrupt(0, "the first partition has %d bytes, but only %d follow", t.firstSize, len(data)-t.size)
	}
	return t, nil
}

func (t *tag) parseKey(data []byte) error {
	if len(data) < 10 {
		return corrupt(len(data), "the key frame ends within its tag of 10 bytes")
	}
	if data[3] != 0x9d || data[4] != 0x01 || data[5] != 0x2a {
		return corrupt(3, "a key frame has the start code 9d 01 2a here, not % x", data[3:6])
	}
	// The upper two bits of each are how to scale the picture for display.
	t.width = (int(data[6]) | int(data[7])<<8) & 0x3fff
	t.height = (int(data[8]) | int(data[9])<<8) & 0x3fff
	if t.width == 0 || t.height == 0 {
		return corrupt(6, "the picture is %d x %d pixels", t.width, t.height)
	}
	t.size = 10
	// The modes of a macroblock of a key frame have fixed probabilities, by which
	// no macroblock takes less than three bits: a picture cannot be much bigger
	// than its data.
	if mbs := ((t.width + 15) / 16) * ((t.height + 15) / 16); 3*mbs > 8*t.firstSize {
		return corrupt(6, "the picture is %d x %d pixels, too many for a first partition of %d bytes", t.width, t.height, t.firstSize)
	}
	return nil
}

// parseHeader reads the header of a frame. It updates c to what holds for the
// frame, and returns what holds after it too, which differs when the frame keeps
// its probabilities to itself. The reader is left where the modes of the
// macroblocks begin.
func parseHeader(r *boolReader, t tag, c *context) (h header, after context) {
	h = header{key: t.key, version: t.version, show: t.show, width: t.width, height: t.height}
	if h.key {
		c.reset()
		h.colorSpace = r.flag()
		h.noClamp = r.flag()
	}
	h.parseSegments(r, &c.segments)
	h.parseFilter(r, &c.deltas)
	h.partitions = 1 << r.literal(2)
	h.quant = quantIndices{base: r.literal(7), y1DC: r.optional(4), y2DC: r.optional(4), y2AC: r.optional(4), uvDC: r.optional(4), uvAC: r.optional(4)}
	h.parseRefresh(r)

	after = *c
	parseCoeffProbs(r, &c.coeffs)
	h.skipping = r.flag()
	if h.skipping {
		h.probSkip = uint8(r.literal(8))
	}
	if !h.key {
		h.parseInter(r, c)
	}
	if h.refreshProbs {
		after = *c
	}
	return h, after
}

// parseSegments is section 9.3.
func (h *header) parseSegments(r *boolReader, s *segments) {
	h.segmented = r.flag()
	if !h.segmented {
		return
	}
	h.updateMap = r.flag()
	h.updateSegments = r.flag()
	if h.updateSegments {
		s.absolute = r.flag()
		for i := range s.quantizer {
			s.quantizer[i] = int8(r.optional(7))
		}
		for i := range s.filter {
			s.filter[i] = int8(r.optional(6))
		}
	}
	if h.updateMap {
		for i := range h.segmentProbs {
			h.segmentProbs[i] = 255
			if r.flag() {
				h.segmentProbs[i] = uint8(r.literal(8))
			}
		}
	}
}

// parseFilter is section 9.6.
func (h *header) parseFilter(r *boolReader, d *deltas) {
	h.simpleFilter = r.flag()
	h.filterLevel = r.literal(6)
	h.sharpness = r.literal(3)
	h.useDeltas = r.flag()
	if !h.useDeltas || !r.flag() {
		return
	}
	for _, values := range []*[4]int8{&d.ref, &d.mode} {
		for i := range values {
			if r.flag() {
				values[i] = int8(r.signed(6))
			}
		}
	}
}

// parseRefresh is section 9.7 and, of the probabilities, 9.11.
func (h *header) parseRefresh(r *boolReader) {
	if h.key {
		h.refreshGolden, h.refreshAltRef, h.refreshLast = true, true, true
		h.refreshProbs = r.flag()
		return
	}
	h.refreshGolden = r.flag()
	h.refreshAltRef = r.flag()
	if !h.refreshGolden {
		h.copyToGolden = r.literal(2)
	}
	if !h.refreshAltRef {
		h.copyToAltRef = r.literal(2)
	}
	h.signBias[golden] = r.flag()
	h.signBias[altRef] = r.flag()
	h.refreshProbs = r.flag()
	h.refreshLast = r.flag()
}

// parseCoeffProbs is section 13.4.
func parseCoeffProbs(r *boolReader, probs *coeffProbs) {
	for i := range probs {
		for j := range probs[i] {
			for k := range probs[i][j] {
				for l := range probs[i][j][k] {
					if r.bool(coeffUpdateProbs[i][j][k][l]) {
						probs[i][j][k][l] = uint8(r.literal(8))
					}
				}
			}
		}
	}
}

// parseInter is section 9.10 and 9.11, of frames that are no key frames.
func (h *header) parseInter(r *boolReader, c *context) {
	h.probIntra = uint8(r.literal(8))
	h.probLast = uint8(r.literal(8))
	h.probGolden = uint8(r.literal(8))
	if r.flag() {
		for i := range c.yModes {
			c.yModes[i] = uint8(r.literal(8))
		}
	}
	if r.flag() {
		for i := range c.uvModes {
			c.uvModes[i] = uint8(r.literal(8))
		}
	}
	for i := range c.mvs {
		for j := range c.mvs[i] {
			if r.bool(mvUpdateProbs[i][j]) {
				c.mvs[i][j] = mvProb(r.literal(7))
			}
		}
	}
}

// mvProb is the probability that 7 bits stand for (section 17.2).
func mvProb(bits int) uint8 {
	if bits == 0 {
		return 1
	}
	return uint8(bits << 1)
}

// update returns the references after the frame (section 9.7). Where both of
// golden and alt-ref are copied from the other, alt-ref comes first.
func (h *header) update(refs [numRefs]*Frame, f *Frame) [numRefs]*Frame {
	switch h.copyToAltRef {
	case 1:
		refs[altRef] = refs[last]
	case 2:
		refs[altRef] = refs[golden]
	}
	switch h.copyToGolden {
	case 1:
		refs[golden] = refs[last]
	case 2:
		refs[golden] = refs[altRef]
	}
	if h.refreshGolden {
		refs[golden] = f
	}
	if h.refreshAltRef {
		refs[altRef] = f
	}
	if h.refreshLast {
		refs[last] = f
	}
	return refs
}
