package vp8

// The forward transforms undo the inverse ones of RFC 6386, section 14, as well
// as whole numbers can. The constants are the cosine and the sine of pi/8 times
// sqrt(2), in 12 bits after the point.
const (
	forwardCos = 5352
	forwardSin = 2217
)

// forwardDCT transforms the difference of 4x4 pixels.
func forwardDCT(diff, out *[16]int32) {
	var t [16]int32
	for i := 0; i < 16; i += 4 {
		a, b := 8*(diff[i]+diff[i+3]), 8*(diff[i+1]+diff[i+2])
		c, d := 8*(diff[i+1]-diff[i+2]), 8*(diff[i]-diff[i+3])
		t[i], t[i+2] = a+b, a-b
		t[i+1] = (c*forwardSin + d*forwardCos + 14500) >> 12
		t[i+3] = (d*forwardSin - c*forwardCos + 7500) >> 12
	}
	for i := range 4 {
		a, b := t[i]+t[12+i], t[4+i]+t[8+i]
		c, d := t[4+i]-t[8+i], t[i]-t[12+i]
		out[i], out[8+i] = (a+b+7)>>4, (a-b+7)>>4
		out[4+i] = (c*forwardSin + d*forwardCos + 12000) >> 16
		if d != 0 {
			out[4+i]++
		}
		out[12+i] = (d*forwardSin - c*forwardCos + 51000) >> 16
	}
}

// forwardWHT transforms the DC coefficients of the sixteen blocks of luma.
func forwardWHT(dc, out *[16]int32) {
	var t [16]int32
	for i := 0; i < 16; i += 4 {
		a, b := dc[i]+dc[i+3], dc[i+1]+dc[i+2]
		c, d := dc[i+1]-dc[i+2], dc[i]-dc[i+3]
		t[i], t[i+1], t[i+2], t[i+3] = a+b, c+d, a-b, d-c
	}
	for i := range 4 {
		a, b := t[i]+t[12+i], t[4+i]+t[8+i]
		c, d := t[4+i]-t[8+i], t[i]-t[12+i]
		out[i], out[4+i], out[8+i], out[12+i] = halve(a+b), halve(c+d), halve(a-b), halve(d-c)
	}
}

// halve rounds halves towards zero.
func halve(v int32) int32 {
	if v < 0 {
		return (v + 1) >> 1
	}
	return v >> 1
}
