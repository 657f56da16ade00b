// Package layout draws a graph in layers from left to right: every edge points
// to a layer further right, the boxes of a layer stand in an order with few
// crossings, and each box is level with what it is joined to. It is pure: the
// same graph gives the same drawing, byte for byte.
//
// The steps are those of Sugiyama, Tagawa and Toda: layers by longest path,
// points where long edges pass a layer, an order by barycentre sweeps, then
// heights by medians. Each sweep costs O(V + E), but for sorting the layers.
package layout

import "fmt"

// A Graph is what is to be drawn. Edges name nodes by index; an edge from a
// node to itself is drawn as a loop, any other cycle is an error.
type Graph struct {
	Nodes []Size
	Edges []Edge
}

// A Size is the width and height of a box, in pixels.
type Size struct{ W, H float64 }

// An Edge points from one node to another.
type Edge struct{ From, To int }

// A Drawing has a box for each node and a curve for each edge, in the order of
// the graph. All coordinates are at least 0 and at most Width and Height.
type Drawing struct {
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
	Boxes  []Box   `json:"boxes"`
	Curves []Curve `json:"curves"`
}

// A Box is where a node stands; X and Y are its upper left corner.
type Box struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
	W float64 `json:"w"`
	H float64 `json:"h"`
}

// A Curve is a start and then, for each cubic Bézier piece, two control points
// and an end.
type Curve []Point

// A Point is a place in the drawing, y growing downwards.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Distances, in pixels.
const (
	margin   = 24 // around the drawing; loops reach into it
	layerGap = 72 // between two layers
	boxGap   = 28 // between two boxes of a layer
	passGap  = 14 // around a point where an edge passes
)

// Draw lays the graph out. The error says that an edge names no node, or which
// nodes form a cycle.
func Draw(g Graph) (Drawing, error) {
	for i, e := range g.Edges {
		if e.From < 0 || e.From >= len(g.Nodes) || e.To < 0 || e.To >= len(g.Nodes) {
			return Drawing{}, fmt.Errorf("cannot draw edge %d: it joins nodes %d and %d of %d", i, e.From, e.To, len(g.Nodes))
		}
	}
	layers, err := layer(g)
	if err != nil {
		return Drawing{}, err
	}
	n := newNet(g, layers)
	n.order()
	n.align()
	return n.draw(g), nil
}
