package layout

import "slices"

// align gives every vertex a height near the median of its neighbours', from
// left to right and back, and ends with the heights on both sides.
func (n *net) align() {
	for l := range n.layers {
		n.settle(l, func(v *vertex) float64 { return v.y })
	}
	before := func(v *vertex) []int { return v.before }
	after := func(v *vertex) []int { return v.after }
	for range sweeps {
		for l := range n.layers {
			n.settle(l, n.median(before))
		}
		for l := range slices.Backward(n.layers) {
			n.settle(l, n.median(after))
		}
	}
	both := func(v *vertex) []int { return slices.Concat(v.before, v.after) }
	for l := range n.layers {
		n.settle(l, n.median(both))
	}
}

// median returns a function to the median height of the vertices on one side of
// a vertex, or its own height if there are none.
func (n *net) median(side func(*vertex) []int) func(*vertex) float64 {
	var heights []float64
	return func(v *vertex) float64 {
		heights = heights[:0]
		for _, i := range side(v) {
			heights = append(heights, n.vertices[i].y)
		}
		if len(heights) == 0 {
			return v.y
		}
		slices.Sort(heights)
		k := len(heights) / 2
		if len(heights)%2 == 1 {
			return heights[k]
		}
		return (heights[k-1] + heights[k]) / 2
	}
}

// A block is neighbouring vertices of a layer that touch.
type block struct {
	at     float64 // mean of where they would like their first vertex
	weight float64
	count  int
}

// settle moves the vertices of a layer as near to where they would like to be as
// their order and sizes permit, in the sense of least squares: vertices that
// would overlap become a block, which stands where its members want it on
// average.
func (n *net) settle(l int, wish func(*vertex) float64) {
	offsets := make([]float64, len(n.layers[l])) // of each vertex from the first, if all touch
	var blocks []block
	offset := 0.0
	for k, i := range n.layers[l] {
		v := &n.vertices[i]
		if k > 0 {
			u := &n.vertices[n.layers[l][k-1]]
			offset += (u.size.H + u.gap + v.size.H + v.gap) / 2
		}
		offsets[k] = offset
		blocks = append(blocks, block{at: wish(v) - offset, weight: 1, count: 1})
		for len(blocks) > 1 && blocks[len(blocks)-2].at > blocks[len(blocks)-1].at {
			b, a := blocks[len(blocks)-1], blocks[len(blocks)-2]
			weight := a.weight + b.weight
			blocks = append(blocks[:len(blocks)-2], block{
				at: (a.at*a.weight + b.at*b.weight) / weight, weight: weight, count: a.count + b.count,
			})
		}
	}
	k := 0
	for _, b := range blocks {
		for range b.count {
			n.vertices[n.layers[l][k]].y = b.at + offsets[k]
			k++
		}
	}
}
