package vp8

// The constants of the inverse transform are sqrt(2)*cos(pi/8) - 1 and
// sqrt(2)*sin(pi/8) in 16 bits after the point (RFC 6386, section 14.3).
const (
	cosPi8 = 20091
	sinPi8 = 35468
)

// addIDCT adds the inverse transform of a block to the pixels at the beginning
// of pix. dc and ac scale the levels.
func addIDCT(levels *[16]int16, dc, ac int32, pix []byte, stride int) {
	addIDCTWithDC(levels, int32(levels[0])*dc, ac, pix, stride)
}

// addIDCTWithDC is addIDCT for a block whose DC coefficient, scaled, is given.
func addIDCTWithDC(levels *[16]int16, dc, ac int32, pix []byte, stride int) {
	var t [16]int32
	for i := range 4 {
		c0, c1 := int32(levels[i])*ac, int32(levels[4+i])*ac
		if i == 0 {
			c0 = dc
		}
		c2, c3 := int32(levels[8+i])*ac, int32(levels[12+i])*ac
		t[i], t[4+i], t[8+i], t[12+i] = butterfly(c0, c1, c2, c3)
	}
	for y := range 4 {
		r := t[4*y : 4*y+4 : 4*y+4]
		a, b, c, d := butterfly(r[0], r[1], r[2], r[3])
		p := pix[y*stride:][:4:4]
		p[0] = clamp255(int32(p[0]) + (a+4)>>3)
		p[1] = clamp255(int32(p[1]) + (b+4)>>3)
		p[2] = clamp255(int32(p[2]) + (c+4)>>3)
		p[3] = clamp255(int32(p[3]) + (d+4)>>3)
	}
}

// butterfly is the transform in one dimension.
func butterfly(c0, c1, c2, c3 int32) (r0, r1, r2, r3 int32) {
	a, b := c0+c2, c0-c2
	c := c1*sinPi8>>16 - (c3 + c3*cosPi8>>16)
	d := c1 + c1*cosPi8>>16 + c3*sinPi8>>16
	return a + d, b + c, b - c, a - d
}

// addDC is addIDCT for a block that has but its DC coefficient, scaled.
func addDC(dc int32, pix []byte, stride int) {
	dc = (dc + 4) >> 3
	for y := range 4 {
		p := pix[y*stride:][:4:4]
		p[0] = clamp255(int32(p[0]) + dc)
		p[1] = clamp255(int32(p[1]) + dc)
		p[2] = clamp255(int32(p[2]) + dc)
		p[3] = clamp255(int32(p[3]) + dc)
	}
}

func clamp255(v int32) uint8 {
	if uint32(v) <= 255 {
		return uint8(v)
	}
	return uint8(^(v >> 31)) // 0 below, 255 above
}

// inverseWHT transforms the Y2 block into the DC coefficients of the sixteen
// blocks of luma (section 14.3).
func inverseWHT(levels *[16]int16, dcScale, acScale int32, dc *[16]int32) {
	var t [16]int32
	for i := range 4 {
		scale := acScale
		if i == 0 {
			scale = dcScale
		}
		c0, c1 := int32(levels[i])*scale, int32(levels[4+i])*acScale
		c2, c3 := int32(levels[8+i])*acScale, int32(levels[12+i])*acScale
		a, b, c, d := c0+c3, c1+c2, c1-c2, c0-c3
		t[i], t[4+i], t[8+i], t[12+i] = a+b, c+d, a-b, d-c
	}
	for i := 0; i < 16; i += 4 {
		r := t[i : i+4 : i+4]
		a, b, c, d := r[0]+r[3], r[1]+r[2], r[1]-r[2], r[0]-r[3]
		dc[i], dc[i+1], dc[i+2], dc[i+3] = (a+b+3)>>3, (c+d+3)>>3, (a-b+3)>>3, (d-c+3)>>3
	}
}
