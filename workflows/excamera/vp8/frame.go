package vp8

import (
	"bytes"
	"io"
)

// border is how far each plane reaches beyond the picture, in pixels. Vectors
// that point farther take a slower path.
const border = 32

// A plane is one component of a picture. The pixel at x, y is
// pix[origin+y*stride+x]; all from -border to width+border-1 exist, and alike
// for the rows. Width and height are those of whole macroblocks.
type plane struct {
	pix           []byte
	stride        int
	origin        int
	width, height int
}

func newPlane(width, height int) plane {
	stride := width + 2*border
	return plane{
		pix:    make([]byte, stride*(height+2*border)),
		stride: stride,
		origin: border*stride + border,
		width:  width,
		height: height,
	}
}

// at is the index of a pixel.
func (p *plane) at(x, y int) int { return p.origin + y*p.stride + x }

// row is a row of the picture, without the border.
func (p *plane) row(y int) []byte { return p.pix[p.at(0, y):][:p.width:p.width] }

// extend fills the border with the pixels at the edge.
func (p *plane) extend() {
	for y := range p.height {
		line := p.pix[p.at(-border, y):][:p.stride]
		fill(line[:border], line[border])
		fill(line[border+p.width:], line[border+p.width-1])
	}
	top := p.pix[p.at(-border, 0):][:p.stride]
	bottom := p.pix[p.at(-border, p.height-1):][:p.stride]
	for i := range border {
		copy(p.pix[i*p.stride:], top)
		copy(p.pix[p.at(-border, p.height+i):], bottom)
	}
}

func fill(b []byte, v byte) {
	for i := range b {
		b[i] = v
	}
}

func (p *plane) equal(q *plane) bool {
	for y := range p.height {
		if !bytes.Equal(p.row(y), q.row(y)) {
			return false
		}
	}
	return true
}

// A Frame is a picture: luma and, at half its width and height, two planes of
// chroma.
type Frame struct {
	Width, Height int
	planes        [3]plane
	shared        bool // others than the decoder may hold it, so that it is never overwritten
}

// newFrame returns a picture that has room for whole macroblocks.
func newFrame(width, height int) *Frame {
	w, h := (width+15)&^15, (height+15)&^15
	return &Frame{
		Width:  width,
		Height: height,
		planes: [3]plane{newPlane(w, h), newPlane(w/2, h/2), newPlane(w/2, h/2)},
	}
}

// visible returns the width and height of a plane that are shown.
func (f *Frame) visible(i int) (width, height int) {
	if i == 0 {
		return f.Width, f.Height
	}
	return (f.Width + 1) / 2, (f.Height + 1) / 2
}

// WriteTo writes the visible pixels, plane by plane and row by row: I420.
func (f *Frame) WriteTo(w io.Writer) (int64, error) {
	var total int64
	for i := range f.planes {
		width, height := f.visible(i)
		for y := range height {
			n, err := w.Write(f.planes[i].row(y)[:width])
			total += int64(n)
			if err != nil {
				return total, err
			}
		}
	}
	return total, nil
}

// extend fills the borders.
func (f *Frame) extend() {
	for i := range f.planes {
		f.planes[i].extend()
	}
}

// equal compares whole macroblocks: what is not shown is predicted from too.
func (f *Frame) equal(g *Frame) bool {
	if f == g {
		return true
	}
	if f.Width != g.Width || f.Height != g.Height {
		return false
	}
	for i := range f.planes {
		if !f.planes[i].equal(&g.planes[i]) {
			return false
		}
	}
	return true
}
