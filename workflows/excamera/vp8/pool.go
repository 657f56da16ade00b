package vp8

import "slices"

// A pool holds frames to be painted on again, so that a stream needs few.
type pool []*Frame

// take returns a frame that is none of those in use.
func (p *pool) take(width, height int, inUse ...*Frame) *Frame {
	*p = slices.DeleteFunc(*p, func(f *Frame) bool {
		return f.shared || f.Width != width || f.Height != height
	})
	for _, f := range *p {
		if !slices.Contains(inUse, f) {
			return f
		}
	}
	f := newFrame(width, height)
	*p = append(*p, f)
	return f
}
