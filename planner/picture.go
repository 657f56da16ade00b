package planner

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"example.org/weft/planner/layout"
)

// A Picture is the plan's graph with a place for everything: what `weft plan -o
// svg` draws and the dashboard shows. Lengths are in pixels.
type Picture struct {
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
	Steps  []Shape `json:"steps"` // in the plan's order; FromInputs first, if a step reads an input
	Edges  []Line  `json:"edges"`
}

// A Shape is the box of a step.
type Shape struct {
	Step    string `json:"step"`
	Foreach bool   `json:"foreach,omitempty"` // to be drawn as a stack
	Tasks   int    `json:"tasks,omitempty"`
	Group   string `json:"group,omitempty"`
	layout.Box
}

// A Line is all edges between two steps.
type Line struct {
	From   string  `json:"from"`
	To     string  `json:"to"`
	Bytes  int64   `json:"bytes"` // of all of them
	Heavy  bool    `json:"heavy,omitempty"`
	Group  string  `json:"group,omitempty"` // when both ends are in one
	Path   string  `json:"path"`            // as the attribute d of an SVG path
	Stroke float64 `json:"stroke"`          // width, by the logarithm of Bytes
}

// Picture lays the plan's graph out.
func (p *Plan) Picture() (*Picture, error) {
	pic, graph := p.sketch()
	d, err := layout.Draw(graph)
	if err != nil {
		return nil, fmt.Errorf("cannot draw the plan of %s: %w", p.Workflow, err)
	}
	pic.Width, pic.Height = d.Width, d.Height
	for i := range pic.Steps {
		pic.Steps[i].Box = d.Boxes[i]
	}
	for i := range pic.Edges {
		pic.Edges[i].Path = path(d.Curves[i])
		pic.Edges[i].Stroke = stroke(pic.Edges[i].Bytes)
	}
	return pic, nil
}

// sketch is the picture without places, and the graph to be laid out.
func (p *Plan) sketch() (*Picture, layout.Graph) {
	pic := &Picture{Steps: []Shape{}, Edges: []Line{}}
	var graph layout.Graph
	index := map[string]int{}
	add := func(s Shape) {
		index[s.Step] = len(pic.Steps)
		pic.Steps = append(pic.Steps, s)
		width := 28 + 8*float64(utf8.RuneCountInString(s.Step))
		graph.Nodes = append(graph.Nodes, layout.Size{W: min(max(width, 112), 280), H: 46})
	}
	for _, e := range p.Edges {
		if e.From == FromInputs {
			add(Shape{Step: FromInputs})
			break
		}
	}
	for _, s := range p.Steps {
		add(Shape{Step: s.Step, Foreach: s.Foreach, Tasks: s.Tasks, Group: s.Group})
	}
	lines := map[[2]string]int{}
	for _, e := range p.Edges {
		ends := [2]string{e.From, e.To}
		i, ok := lines[ends]
		if !ok {
			i = len(pic.Edges)
			lines[ends] = i
			pic.Edges = append(pic.Edges, Line{From: e.From, To: e.To, Group: e.Group})
			graph.Edges = append(graph.Edges, layout.Edge{From: index[e.From], To: index[e.To]})
		}
		pic.Edges[i].Bytes += e.Bytes
		pic.Edges[i].Heavy = pic.Edges[i].Heavy || e.Heavy
	}
	return pic, graph
}

// stroke is 1 for a kilobyte or less, and one pixel more for ten times as much.
func stroke(bytes int64) float64 {
	width := 1 + math.Log10(max(float64(bytes)/1000, 1))
	return math.Round(min(width, 10)*10) / 10
}

// path is a curve as SVG writes it.
func path(c layout.Curve) string {
	var b strings.Builder
	fmt.Fprintf(&b, "M%g,%g", c[0].X, c[0].Y)
	for k := 1; k+2 < len(c); k += 3 {
		fmt.Fprintf(&b, "C%g,%g %g,%g %g,%g", c[k].X, c[k].Y, c[k+1].X, c[k+1].Y, c[k+2].X, c[k+2].Y)
	}
	return b.String()
}
