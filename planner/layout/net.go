package layout

import (
	"cmp"
	"slices"
)

// A net is the graph with a point in every layer that an edge passes, so that
// all its links join neighbouring layers, save for edges that get no points.
type net struct {
	vertices []vertex
	layers   [][]int // the vertices of each layer, from top to bottom
	paths    [][]int // of each edge: its vertices, ends included
}

// A vertex is a node (those come first) or a point where an edge passes.
type vertex struct {
	layer  int
	place  int // in its layer
	size   Size
	gap    float64 // to be kept from neighbours, half of it on either side
	y      float64 // of its centre
	before []int   // vertices to the left that it is joined to
	after  []int   // likewise, to the right
}

// maxPoints bounds the points where edges pass, per node and edge. The longest
// edges go without when there are more: the drawing stays linear in the graph.
const maxPoints = 2

func newNet(g Graph, layers []int) *net {
	n := &net{paths: make([][]int, len(g.Edges))}
	depth := 0
	for i, s := range g.Nodes {
		n.vertices = append(n.vertices, vertex{layer: layers[i], size: s, gap: boxGap})
		depth = max(depth, layers[i]+1)
	}
	for i, passes := range passing(g, layers) {
		n.join(i, g.Edges[i], passes)
	}
	n.layers = make([][]int, depth)
	for v := range n.vertices {
		l := n.vertices[v].layer
		n.vertices[v].place = len(n.layers[l])
		n.layers[l] = append(n.layers[l], v)
	}
	return n
}

// passing reports which edges get points where they pass a layer: the shortest,
// as long as there is room.
func passing(g Graph, layers []int) []bool {
	span := func(e Edge) int { return layers[e.To] - layers[e.From] }
	byLength := make([]int, len(g.Edges))
	for i := range byLength {
		byLength[i] = i
	}
	slices.SortStableFunc(byLength, func(a, b int) int { return cmp.Compare(span(g.Edges[a]), span(g.Edges[b])) })
	room := maxPoints*(len(g.Nodes)+len(g.Edges)) + 64
	passes := make([]bool, len(g.Edges))
	for _, i := range byLength {
		if points := span(g.Edges[i]) - 1; points <= room {
			passes[i] = true
			room -= max(points, 0)
		}
	}
	return passes
}

// join links the ends of an edge, over points if it passes layers with points.
func (n *net) join(i int, e Edge, passes bool) {
	if e.From == e.To {
		return
	}
	path := []int{e.From}
	if passes {
		for l := n.vertices[e.From].layer + 1; l < n.vertices[e.To].layer; l++ {
			n.vertices = append(n.vertices, vertex{layer: l, gap: passGap})
			path = append(path, len(n.vertices)-1)
		}
	}
	path = append(path, e.To)
	for k := 1; k < len(path); k++ {
		a, b := path[k-1], path[k]
		n.vertices[a].after = append(n.vertices[a].after, b)
		n.vertices[b].before = append(n.vertices[b].before, a)
	}
	n.paths[i] = path
}
