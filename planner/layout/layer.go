package layout

import (
	"fmt"

	"gonum.org/v1/gonum/graph/simple"
	"gonum.org/v1/gonum/graph/topo"
)

// layer returns the layer of each node: as far left as what leads to it
// permits, but a node that nothing leads to stands just before what it leads to.
func layer(g Graph) ([]int, error) {
	d := simple.NewDirectedGraph()
	for i := range g.Nodes {
		d.AddNode(simple.Node(i))
	}
	out, in := make([][]int, len(g.Nodes)), make([]int, len(g.Nodes))
	for _, e := range g.Edges {
		if e.From != e.To {
			d.SetEdge(simple.Edge{F: simple.Node(e.From), T: simple.Node(e.To)})
			out[e.From] = append(out[e.From], e.To)
			in[e.To]++
		}
	}
	sorted, err := topo.SortStabilized(d, nil)
	if err != nil {
		return nil, fmt.Errorf("cannot draw a graph with a cycle: %w", err)
	}
	layers := make([]int, len(g.Nodes))
	for _, v := range sorted {
		for _, w := range out[v.ID()] {
			layers[w] = max(layers[w], layers[v.ID()]+1)
		}
	}
	for v := range layers {
		if in[v] > 0 || len(out[v]) == 0 {
			continue
		}
		first := layers[out[v][0]]
		for _, w := range out[v] {
			first = min(first, layers[w])
		}
		layers[v] = first - 1
	}
	return layers, nil
}
