package planner

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteDOT writes the plan as Graphviz reads it, groups as clusters.
func (p *Plan) WriteDOT(w io.Writer) error {
	pic, _ := p.sketch()
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n  rankdir=LR;\n  node [shape=box];\n", strconv.Quote(p.Workflow))
	grouped := map[string][]Shape{}
	for _, s := range pic.Steps {
		grouped[s.Group] = append(grouped[s.Group], s)
	}
	for i, g := range p.Groups {
		fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%s;\n", i, strconv.Quote(g.Name))
		for _, s := range grouped[g.Name] {
			s.writeDOT(&b, "    ")
		}
		b.WriteString("  }\n")
	}
	for _, s := range grouped[""] {
		s.writeDOT(&b, "  ")
	}
	for _, e := range pic.Edges {
		fmt.Fprintf(&b, "  %s -> %s [label=%s, penwidth=%g];\n",
			strconv.Quote(e.From), strconv.Quote(e.To), strconv.Quote(Size(e.Bytes)), stroke(e.Bytes))
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func (s Shape) writeDOT(b *strings.Builder, indent string) {
	label, extra := s.Step, ""
	if s.Foreach {
		label, extra = fmt.Sprintf("%s\n%d tasks", s.Step, s.Tasks), ", peripheries=2"
	}
	fmt.Fprintf(b, "%s%s [label=%s%s];\n", indent, strconv.Quote(s.Step), strconv.Quote(label), extra)
}
