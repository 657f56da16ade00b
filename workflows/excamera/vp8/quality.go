package vp8

// SquaredError returns the sum of the squared differences of the luma of two
// pictures of the same size, and how many pixels these are.
func (f *Frame) SquaredError(g *Frame) (sum int64, pixels int) {
	for y := range f.Height {
		a, b := f.planes[0].row(y)[:f.Width], g.planes[0].row(y)[:f.Width]
		for x := range a {
			d := int64(a[x]) - int64(b[x])
			sum += d * d
		}
	}
	return sum, f.Width * f.Height
}

// SSIM returns the structural similarity of the luma of two pictures of the same
// size, at most 1: the mean over windows of 8x8 pixels, 4 apart, as ffmpeg's
// filter of that name has it. Pictures of less than 8x8 pixels have none.
func (f *Frame) SSIM(g *Frame) float64 {
	cols, rows := f.Width/4, f.Height/4
	if cols < 2 || rows < 2 {
		return 0
	}
	above, below := make([]moments, cols), make([]moments, cols)
	f.rowMoments(g, 0, above)
	var total float64
	for row := 1; row < rows; row++ {
		f.rowMoments(g, row, below)
		var sum float64
		for i := range cols - 1 {
			sum += above[i].plus(above[i+1]).plus(below[i]).plus(below[i+1]).similarity()
		}
		total += sum
		above, below = below, above
	}
	return total / float64((cols-1)*(rows-1))
}

// moments are sums over a block of two pictures: of the pixels of either, of all
// their squares, of the products.
type moments struct{ a, b, squares, products int64 }

func (m moments) plus(n moments) moments {
	return moments{m.a + n.a, m.b + n.b, m.squares + n.squares, m.products + n.products}
}

// similarity is that of a window of 64 pixels.
func (m moments) similarity() float64 {
	const (
		c1 = 416    // (0.01*255)^2 * 64
		c2 = 235963 // (0.03*255)^2 * 64 * 63
	)
	variance := m.squares*64 - m.a*m.a - m.b*m.b
	covariance := m.products*64 - m.a*m.b
	return float64(2*m.a*m.b+c1) * float64(2*covariance+c2) /
		(float64(m.a*m.a+m.b*m.b+c1) * float64(variance+c2))
}

// rowMoments fills in the moments of a row of blocks of 4x4 pixels.
func (f *Frame) rowMoments(g *Frame, row int, to []moments) {
	clear(to)
	for y := 4 * row; y < 4*row+4; y++ {
		a, b := f.planes[0].row(y), g.planes[0].row(y)
		for x := range 4 * len(to) {
			p, q := int64(a[x]), int64(b[x])
			m := &to[x/4]
			m.a += p
			m.b += q
			m.squares += p*p + q*q
			m.products += p * q
		}
	}
}
