package layout_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"example.org/weft/planner/layout"
)

// graph draws an acyclic graph: edges go from lower to higher nodes, and some
// nodes have a loop.
func graph(t *rapid.T) layout.Graph {
	n := rapid.IntRange(1, 40).Draw(t, "nodes")
	g := layout.Graph{}
	for range n {
		g.Nodes = append(g.Nodes, layout.Size{W: 120, H: float64(rapid.IntRange(20, 60).Draw(t, "height"))})
	}
	for range rapid.IntRange(0, 2*n).Draw(t, "edges") {
		a, b := rapid.IntRange(0, n-1).Draw(t, "a"), rapid.IntRange(0, n-1).Draw(t, "b")
		g.Edges = append(g.Edges, layout.Edge{From: min(a, b), To: max(a, b)})
	}
	return g
}

func TestNoTwoBoxesOverlap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, err := layout.Draw(graph(t))
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range d.Boxes {
			if a.X < 0 || a.Y < 0 || a.X+a.W > d.Width || a.Y+a.H > d.Height {
				t.Fatalf("box %d (%v) leaves the drawing of %g by %g", i, a, d.Width, d.Height)
			}
			for j, b := range d.Boxes[:i] {
				if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
					t.Fatalf("boxes %d (%v) and %d (%v) overlap", i, a, j, b)
				}
			}
		}
	})
}

func TestEdgesGoFromTheRightOfABoxToTheLeftOfTheNext(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := graph(t)
		d, err := layout.Draw(g)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range g.Edges {
			c, from, to := d.Curves[i], d.Boxes[e.From], d.Boxes[e.To]
			if len(c)%3 != 1 || len(c) < 4 {
				t.Fatalf("curve %d has %d points, want 1 + 3 for each piece", i, len(c))
			}
			if e.From != e.To && (c[0].X != from.X+from.W || c[len(c)-1].X != to.X || from.X+from.W >= to.X) {
				t.Fatalf("curve %d runs from %v to %v; boxes %v, %v", i, c[0], c[len(c)-1], from, to)
			}
		}
	})
}

func TestTheSameGraphIsDrawnTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := graph(t)
		a, _ := layout.Draw(g)
		b, _ := layout.Draw(g)
		if !reflect.DeepEqual(a, b) {
			t.Fatal("two drawings of one graph differ")
		}
	})
}

func TestALadderIsDrawnWithoutCrossingsAndLevel(t *testing.T) {
	t.Parallel()
	// Two chains whose nodes are given in an order that crosses every rung.
	g := layout.Graph{Nodes: make([]layout.Size, 8)}
	for i := range g.Nodes {
		g.Nodes[i] = layout.Size{W: 100, H: 40}
	}
	for _, e := range [][2]int{{0, 3}, {1, 2}, {3, 4}, {2, 5}, {4, 7}, {5, 6}} {
		g.Edges = append(g.Edges, layout.Edge{From: e[0], To: e[1]})
	}
	d, err := layout.Draw(g)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range g.Edges {
		if d.Boxes[e.From].Y != d.Boxes[e.To].Y {
			t.Errorf("edge %v is not level: %v, %v", e, d.Boxes[e.From], d.Boxes[e.To])
		}
	}
}

func TestCyclesAndStrayEdgesAreRefused(t *testing.T) {
	t.Parallel()
	two := make([]layout.Size, 2)
	for name, edges := range map[string][]layout.Edge{
		"cycle": {{From: 0, To: 1}, {From: 1, To: 0}},
		"stray": {{From: 0, To: 2}},
	} {
		if _, err := layout.Draw(layout.Graph{Nodes: two, Edges: edges}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func BenchmarkDraw10000Nodes(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	g := layout.Graph{}
	for i := range 10_000 {
		g.Nodes = append(g.Nodes, layout.Size{W: 160, H: 48})
		for range min(i, 2) {
			g.Edges = append(g.Edges, layout.Edge{From: max(0, i-1-r.IntN(200)), To: i})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := layout.Draw(g); err != nil {
			b.Fatal(err)
		}
	}
}
