package planner

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Count is what a run's ledger has of one edge.
type Count struct {
	From, To, Input string
	Bytes           int64 // that its tasks read, over any transport
	Moved           int64 // of these, between nodes or with a store
}

// A Row is one edge, predicted beside counted.
type Row struct {
	From      string `json:"from"`
	To        string `json:"to"`
	Input     string `json:"input"`
	Predicted int64  `json:"predicted"`
	Source    Source `json:"source,omitempty"` // of Predicted; empty: the plan has no such edge
	Counted   int64  `json:"counted"`
	Moved     int64  `json:"moved"`
}

// Explain puts what a run counted beside what its plan predicted, the greatest
// first. An edge that only one of them has is a row all the same.
func Explain(p *Plan, counts []Count) []Row {
	type key struct{ from, to, input string }
	var rows []Row
	at := map[key]int{}
	row := func(k key) *Row {
		i, ok := at[k]
		if !ok {
			i = len(rows)
			at[k] = i
			rows = append(rows, Row{From: k.from, To: k.to, Input: k.input})
		}
		return &rows[i]
	}
	for _, e := range p.Edges {
		if e.Input == "" {
			continue
		}
		r := row(key{e.From, e.To, e.Input})
		if r.Source == "" {
			r.Source = e.Source
		}
		r.Predicted += e.Bytes
		r.Source = worse(r.Source, e.Source)
	}
	for _, c := range counts {
		r := row(key{c.From, c.To, c.Input})
		r.Counted += c.Bytes
		r.Moved += c.Moved
	}
	slices.SortStableFunc(rows, func(a, b Row) int {
		return cmp.Compare(max(b.Predicted, b.Counted), max(a.Predicted, a.Counted))
	})
	return rows
}

// WriteRows writes what Explain returned as an aligned table.
func WriteRows(w io.Writer, rows []Row) error {
	cells := make([][]string, len(rows))
	for i, r := range rows {
		predicted := "-"
		if r.Source != "" {
			predicted = Size(r.Predicted) + " " + string(r.Source)
		}
		off := "-"
		if r.Source != "" && r.Counted > 0 {
			off = fmt.Sprintf("%+.0f %%", 100*(float64(r.Predicted)/float64(r.Counted)-1))
		}
		name := Edge{From: r.From, To: r.To, Input: r.Input}.name()
		cells[i] = []string{name, predicted, Size(r.Counted), off, Size(r.Moved)}
	}
	var b strings.Builder
	table(&b, "edge\tpredicted\tcounted\toff by\tmoved", cells)
	_, err := io.WriteString(w, strings.TrimPrefix(b.String(), "\n"))
	return err
}
