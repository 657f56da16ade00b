package layout

import (
	"cmp"
	"slices"
)

// sweeps is how often the layers are gone through in each direction.
const sweeps = 6

// order puts the vertices of each layer into an order with few crossings: each
// where its neighbours are on average, from left to right and back, keeping the
// best order that was met.
func (n *net) order() {
	best, least := n.places(), n.crossings()
	for range sweeps {
		for l := range n.layers {
			n.sortLayer(l, func(v *vertex) []int { return v.before })
		}
		for l := range slices.Backward(n.layers) {
			n.sortLayer(l, func(v *vertex) []int { return v.after })
		}
		if c := n.crossings(); c < least {
			best, least = n.places(), c
		}
		if least == 0 {
			break
		}
	}
	n.restore(best)
}

// sortLayer sorts a layer by the mean height of the vertices on one side, as a
// share of their own layers' heights. A vertex that has none stays where it is.
func (n *net) sortLayer(l int, side func(*vertex) []int) {
	mean := make(map[int]float64, len(n.layers[l]))
	for _, i := range n.layers[l] {
		v := &n.vertices[i]
		total := 0.0
		for _, j := range side(v) {
			total += n.share(j)
		}
		if k := len(side(v)); k > 0 {
			mean[i] = total / float64(k)
		} else {
			mean[i] = n.share(i)
		}
	}
	slices.SortStableFunc(n.layers[l], func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
	for place, i := range n.layers[l] {
		n.vertices[i].place = place
	}
}

// share is where a vertex stands in its layer, from 0 at the top to 1.
func (n *net) share(i int) float64 {
	v := &n.vertices[i]
	return (float64(v.place) + 0.5) / float64(len(n.layers[v.layer]))
}

func (n *net) places() []int {
	places := make([]int, len(n.vertices))
	for i := range n.vertices {
		places[i] = n.vertices[i].place
	}
	return places
}

func (n *net) restore(places []int) {
	for i, place := range places {
		n.vertices[i].place = place
		n.layers[n.vertices[i].layer][place] = i
	}
}

// crossings counts the links between neighbouring layers that cross.
func (n *net) crossings() int {
	total := 0
	for l := range n.layers[:max(len(n.layers)-1, 0)] {
		var ends []int
		for _, i := range n.layers[l] {
			start := len(ends)
			for _, j := range n.vertices[i].after {
				if n.vertices[j].layer == l+1 {
					ends = append(ends, n.vertices[j].place)
				}
			}
			slices.Sort(ends[start:])
		}
		total += inversions(ends, len(n.layers[l+1]))
	}
	return total
}

// inversions counts the pairs of which the first is greater than the second. It
// keeps counts in a Fenwick tree over the places.
func inversions(ends []int, places int) int {
	tree := make([]int, places+1)
	total := 0
	for seen, end := range ends {
		notGreater := 0
		for i := end + 1; i > 0; i -= i & -i {
			notGreater += tree[i]
		}
		total += seen - notGreater
		for i := end + 1; i <= places; i += i & -i {
			tree[i]++
		}
	}
	return total
}
