package planner

import (
	"fmt"
	"html"
	"io"
	"strings"
)

// WriteSVG draws the plan: a foreach as a stack, an edge as wide as the
// logarithm of its bytes, a group as an area.
func (p *Plan) WriteSVG(w io.Writer) error {
	pic, err := p.Picture()
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" height=\"%g\" viewBox=\"0 0 %g %g\""+
		" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n", pic.Width, pic.Height, pic.Width, pic.Height)
	fmt.Fprintf(&b, "<title>%s: %s moved, %s through a store</title>\n",
		html.EscapeString(p.Workflow), Size(p.Moved), Size(p.Everything))
	b.WriteString("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n")
	for i, g := range p.Groups {
		pic.writeArea(&b, g, groupColour(i))
	}
	for _, e := range pic.Edges {
		e.write(&b)
	}
	for _, s := range pic.Steps {
		s.write(&b, p.Step(s.Step))
	}
	b.WriteString("</svg>\n")
	_, err = io.WriteString(w, b.String())
	return err
}

// groupColour tells groups that stand near each other apart.
func groupColour(i int) string {
	return []string{"#3b82f6", "#f59e0b", "#10b981", "#a855f7", "#ef4444", "#14b8a6"}[i%6]
}

// writeArea draws a group around its own boxes and edges, so that it never
// encloses the box of a step that is not in it.
func (pic *Picture) writeArea(b *strings.Builder, g Group, colour string) {
	fmt.Fprintf(b, "<g opacity=\"0.16\" fill=\"%s\" stroke=\"%s\"><title>%s</title>\n",
		colour, colour, html.EscapeString(g.Name+": "+g.Reason))
	for _, e := range pic.Edges {
		if e.Group == g.Name {
			fmt.Fprintf(b, "<path d=\"%s\" fill=\"none\" stroke-width=\"30\"/>\n", e.Path)
		}
	}
	for _, s := range pic.Steps {
		if s.Group == g.Name {
			fmt.Fprintf(b, "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" rx=\"14\" stroke=\"none\"/>\n",
				s.X-10, s.Y-10, s.W+20, s.H+20)
		}
	}
	b.WriteString("</g>\n")
}

func (e Line) write(b *strings.Builder) {
	colour := "#94a3b8"
	if e.Heavy {
		colour = "#334155"
	}
	fmt.Fprintf(b, "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%g\" stroke-opacity=\"0.75\"><title>%s: %s</title></path>\n",
		e.Path, colour, e.Stroke, html.EscapeString(e.From+" to "+e.To), Size(e.Bytes))
}

// write draws a step; plan is nil for the workflow's inputs.
func (s Shape) write(b *strings.Builder, plan *StepPlan) {
	rect := func(dx, dy float64) {
		fmt.Fprintf(b, "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" rx=\"6\" fill=\"#fff\" stroke=\"#334155\"/>\n",
			s.X+dx, s.Y+dy, s.W, s.H)
	}
	if s.Foreach {
		rect(6, 6)
		rect(3, 3)
	}
	rect(0, 0)
	note := ""
	if plan != nil {
		note = short(plan.RunTime)
		if s.Foreach {
			note = fmt.Sprintf("%d × %s", s.Tasks, note)
		}
	}
	middle := s.X + s.W/2
	fmt.Fprintf(b, "<text x=\"%g\" y=\"%g\" text-anchor=\"middle\" font-weight=\"600\">%s</text>\n",
		middle, s.Y+20, html.EscapeString(clip(s.Step, 32)))
	fmt.Fprintf(b, "<text x=\"%g\" y=\"%g\" text-anchor=\"middle\" font-size=\"11\" fill=\"#64748b\">%s</text>\n",
		middle, s.Y+36, note)
}

// clip keeps at most n characters of a name.
func clip(name string, n int) string {
	if r := []rune(name); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return name
}
