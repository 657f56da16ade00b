package server

import (
	"context"
	"fmt"
	"net/http"

	"example.org/weft/dsl"
	"example.org/weft/planner"
	"example.org/weft/planner/layout"
	"example.org/weft/server/api"
)

// inputsBox is the name of the box that stands for the workflow's inputs, as
// in plans and ledgers.
const inputsBox = "inputs"

// Sizes of a box, in pixels, and the room that a group leaves around its own.
const (
	boxWidth  = 176
	boxHeight = 66
	groupPad  = 14
	groupHead = 24
)

func (s *Server) graphRoute() {
	handle(s, http.MethodGet, "/runs/{id}/graph", "get-graph", "The steps of a run as a drawing",
		func(ctx context.Context, in *api.RunPath) (*reply[api.Graph], error) {
			out := &reply[api.Graph]{}
			err := s.folds.look(ctx, in.ID, func(f *fold) (err error) {
				out.Body, err = drawGraph(f.program, f.plan)
				return err
			})
			return out, err
		})
}

// drawGraph lays out the steps of a program, with the bytes and groups of its
// plan, which may be nil.
func drawGraph(p *dsl.Program, plan *planner.Plan) (api.Graph, error) {
	names, joins := outline(p)
	g := layout.Graph{Nodes: make([]layout.Size, len(names)), Edges: joins}
	for i := range names {
		g.Nodes[i] = layout.Size{W: boxWidth, H: boxHeight}
	}
	drawing, err := layout.Draw(g)
	if err != nil {
		return api.Graph{}, fmt.Errorf("cannot draw workflow %s: %w", p.Name, err)
	}
	out := api.Graph{Width: drawing.Width, Height: drawing.Height, Boxes: []api.GraphBox{}, Edges: []api.GraphEdge{}}
	for i, b := range drawing.Boxes {
		out.Boxes = append(out.Boxes, api.GraphBox{Step: names[i], X: b.X, Y: b.Y, W: b.W, H: b.H})
	}
	predicted := predictedByPair(plan)
	for i, join := range joins {
		edge := api.GraphEdge{From: names[join.From], To: names[join.To]}
		edge.Bytes = predicted[pair{edge.From, edge.To}]
		for _, point := range drawing.Curves[i] {
			edge.Points = append(edge.Points, [2]float64{point.X, point.Y})
		}
		out.Edges = append(out.Edges, edge)
	}
	if plan != nil {
		for _, group := range plan.Groups {
			out.Groups = append(out.Groups, areas(group, out.Boxes)...)
		}
	}
	return out, nil
}

// outline returns the boxes of a program and the lines between them, each
// once: its steps, and before them its inputs if a step reads any.
func outline(p *dsl.Program) (names []string, joins []layout.Edge) {
	first := 0
	for i := range p.Steps {
		for _, read := range p.Steps[i].Reads {
			if read.Step == dsl.InputStep {
				first = 1
			}
		}
	}
	if first == 1 {
		names = append(names, inputsBox)
	}
	seen := map[layout.Edge]bool{}
	join := func(from, to int) {
		edge := layout.Edge{From: from, To: to}
		if !seen[edge] {
			seen[edge] = true
			joins = append(joins, edge)
		}
	}
	for i := range p.Steps {
		step := &p.Steps[i]
		names = append(names, step.Name)
		for _, read := range step.Reads {
			if read.Step == dsl.InputStep {
				join(0, first+i)
			} else {
				join(first+read.Step, first+i)
			}
		}
		for _, need := range step.Needs {
			join(first+need, first+i)
		}
	}
	return names, joins
}

type pair struct{ from, to string }

func predictedByPair(plan *planner.Plan) map[pair]int64 {
	out := map[pair]int64{}
	if plan != nil {
		for _, e := range plan.Edges {
			out[pair{e.From, e.To}] += e.Bytes
		}
	}
	return out
}

// areas returns what to shade for a group: one area around its boxes or, where
// that would take in the box of another step, one around each.
func areas(group planner.Group, boxes []api.GraphBox) []api.GraphGroup {
	member := map[string]bool{}
	for _, step := range group.Steps {
		member[step] = true
	}
	var each []api.GraphGroup
	var all api.GraphGroup
	for _, box := range boxes {
		if !member[box.Step] {
			continue
		}
		area := api.GraphGroup{
			Name: group.Name, Steps: group.Steps, Reason: group.Reason,
			X: box.X - groupPad, Y: box.Y - groupHead, W: box.W + 2*groupPad, H: box.H + groupHead + groupPad,
		}
		each = append(each, area)
		all = around(all, area)
	}
	for _, box := range boxes {
		if !member[box.Step] && overlaps(all, box) {
			return each
		}
	}
	if len(each) == 0 {
		return nil
	}
	return []api.GraphGroup{all}
}

func around(a, b api.GraphGroup) api.GraphGroup {
	if a.W == 0 {
		return b
	}
	right, bottom := max(a.X+a.W, b.X+b.W), max(a.Y+a.H, b.Y+b.H)
	a.X, a.Y = min(a.X, b.X), min(a.Y, b.Y)
	a.W, a.H = right-a.X, bottom-a.Y
	return a
}

func overlaps(a api.GraphGroup, b api.GraphBox) bool {
	return a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H
}
