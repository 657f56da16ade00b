package planner

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// maxRows bounds the rows of each table that WriteText writes; the JSON has
// them all.
const maxRows = 60

// WriteText writes the plan for people: steps, edges by weight, groups with
// their reasons, and what the run will take.
func (p *Plan) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Plan of %s on %s\n", p.Workflow, p.Cluster.describe())
	p.writeSteps(&b)
	p.writeEdges(&b)
	p.writeGroups(&b)
	p.writeNodes(&b)
	fmt.Fprintf(&b, "\nmakespan  %s\nmoved     %s", Seconds(p.Makespan.Seconds()), Size(p.Moved))
	fmt.Fprintf(&b, "   (everything through a store: %s)\n", Size(p.Everything))
	if len(p.Groups) > 0 || slices.ContainsFunc(p.Steps, func(s StepPlan) bool { return len(s.Nodes) > 0 }) {
		fmt.Fprintf(&b, "ungrouped %s, %s moved\n", short(p.Ungrouped.Makespan), Size(p.Ungrouped.Moved))
	}
	for _, warning := range p.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", warning)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// describe is a cluster in a few words: "4 nodes, 16 cores, 125 MB/s".
func (c Cluster) describe() string {
	nodes := "1 node"
	if len(c.Nodes) != 1 {
		nodes = fmt.Sprintf("%d nodes", len(c.Nodes))
	}
	cores := 0.0
	for _, n := range c.Nodes {
		cores += n.CPU
	}
	return fmt.Sprintf("%s, %g cores, %s/s", nodes, cores, size(c.Bandwidth))
}

// table aligns rows of cells under a heading.
func table(b *strings.Builder, heading string, rows [][]string) {
	var aligned strings.Builder
	tw := tabwriter.NewWriter(&aligned, 0, 0, 2, ' ', 0)
	// Writing to a strings.Builder cannot fail.
	_, _ = fmt.Fprintln(tw, "\n"+heading)
	for _, row := range rows[:min(len(rows), maxRows)] {
		_, _ = fmt.Fprintln(tw, strings.Join(row, "\t"))
	}
	_ = tw.Flush()
	for line := range strings.Lines(aligned.String()) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	if len(rows) > maxRows {
		fmt.Fprintf(b, "... and %d more\n", len(rows)-maxRows)
	}
}

func (p *Plan) writeSteps(b *strings.Builder) {
	rows := make([][]string, len(p.Steps))
	for i, s := range p.Steps {
		tasks := "1"
		if s.Foreach {
			tasks = fmt.Sprintf("%d %s", s.Tasks, s.TasksSource)
		}
		rows[i] = []string{s.Step, tasks, short(s.RunTime) + " " + string(s.Source), Size(s.Output), short(s.Rank), s.Group}
	}
	table(b, "step\ttasks\ttime of one\tmakes\tto the end\tgroup", rows)
}

func short(d time.Duration) string { return Seconds(d.Seconds()) }

func (p *Plan) writeEdges(b *strings.Builder) {
	var edges []Edge
	for _, e := range p.Edges {
		if e.Input != "" {
			edges = append(edges, e)
		}
	}
	slices.SortStableFunc(edges, func(a, b Edge) int { return cmp.Compare(b.Bytes, a.Bytes) })
	rows := make([][]string, len(edges))
	for i, e := range edges {
		where := e.Group
		if where == "" {
			where = "-"
		}
		rows[i] = []string{Size(e.Bytes) + " " + string(e.Source), e.name(), e.Elements, where, e.Note}
	}
	if len(rows) > 0 {
		table(b, "bytes\tedge\treads\tgroup\twhy heavy", rows)
	}
}

// name is an edge in one word: "decode.raw -> encode.chunk".
func (e Edge) name() string {
	from, to := e.From, e.To
	if e.Field != "" {
		from += "." + e.Field
	}
	if e.Input != "" {
		to += "." + e.Input
	}
	return from + " -> " + to
}

func (p *Plan) writeGroups(b *strings.Builder) {
	rows := make([][]string, len(p.Groups))
	for i, g := range p.Groups {
		rows[i] = []string{g.Name, strings.Join(g.Steps, ", "), g.Reason}
	}
	if len(rows) > 0 {
		table(b, "group\tsteps\twhy", rows)
	}
}

// writeNodes writes which items the plan has where.
func (p *Plan) writeNodes(b *strings.Builder) {
	var rows [][]string
	for i := range p.Steps {
		s := &p.Steps[i]
		on := make([]string, len(s.Nodes))
		for k, stretch := range s.Nodes {
			on[k] = stretch.Node
			if s.Foreach {
				on[k] += fmt.Sprintf(" %d-%d", stretch.First, stretch.Last)
			}
		}
		if len(on) > 0 {
			const most = 12
			if len(on) > most {
				on = append(on[:most], "...")
			}
			rows = append(rows, []string{s.Step, strings.Join(on, ", ")})
		}
	}
	if len(rows) > 0 {
		table(b, "step\ton", rows)
	}
}
