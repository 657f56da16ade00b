package layout

import "math"

// draw turns places into coordinates.
func (n *net) draw(g Graph) Drawing {
	d := Drawing{Boxes: make([]Box, len(g.Nodes)), Curves: make([]Curve, len(g.Edges))}
	left, width := n.columns()
	top, bottom := math.Inf(1), math.Inf(-1)
	for i := range n.vertices {
		v := &n.vertices[i]
		top, bottom = min(top, v.y-v.size.H/2), max(bottom, v.y+v.size.H/2)
	}
	if len(n.vertices) == 0 {
		top, bottom = 0, 0
	}
	for i := range n.vertices {
		n.vertices[i].y = round(n.vertices[i].y - top + margin)
	}
	for i, s := range g.Nodes {
		v := &n.vertices[i]
		d.Boxes[i] = Box{X: left[v.layer] + (width[v.layer]-s.W)/2, Y: v.y - s.H/2, W: s.W, H: s.H}
	}
	for i, e := range g.Edges {
		if e.From == e.To {
			d.Curves[i] = loop(d.Boxes[e.From])
		} else {
			d.Curves[i] = n.curve(n.paths[i], d.Boxes, left, width)
		}
	}
	d.Height = round(bottom - top + 2*margin)
	if last := len(left) - 1; last >= 0 {
		d.Width = left[last] + width[last] + margin
	}
	return d
}

// columns returns where each layer begins and how wide it is.
func (n *net) columns() (left, width []float64) {
	left, width = make([]float64, len(n.layers)), make([]float64, len(n.layers))
	x := float64(margin)
	for l, vertices := range n.layers {
		for _, i := range vertices {
			width[l] = max(width[l], n.vertices[i].size.W)
		}
		left[l] = x
		x += width[l] + layerGap
	}
	return left, width
}

// curve leaves the right side of a box, passes its points level, and enters the
// left side of the other.
func (n *net) curve(path []int, boxes []Box, left, width []float64) Curve {
	from, to := boxes[path[0]], boxes[path[len(path)-1]]
	c := Curve{{X: from.X + from.W, Y: n.vertices[path[0]].y}}
	for _, i := range path[1 : len(path)-1] {
		v := &n.vertices[i]
		c = c.bend(Point{X: left[v.layer], Y: v.y})
		c = c.bend(Point{X: left[v.layer] + width[v.layer], Y: v.y})
	}
	return c.bend(Point{X: to.X, Y: n.vertices[path[len(path)-1]].y})
}

// bend goes on to a point, level at both ends.
func (c Curve) bend(to Point) Curve {
	from := c[len(c)-1]
	middle := round((from.X + to.X) / 2)
	return append(c, Point{X: middle, Y: from.Y}, Point{X: middle, Y: to.Y}, to)
}

// loop goes from the right of a box's upper side back to its left.
func loop(b Box) Curve {
	right, left := b.X+b.W*0.75, b.X+b.W*0.25
	return Curve{{right, b.Y}, {right, b.Y - margin*0.8}, {left, b.Y - margin*0.8}, {left, b.Y}}
}

// round keeps drawings short to write.
func round(x float64) float64 { return math.Round(x*10) / 10 }
