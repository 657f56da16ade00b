package planner_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"example.org/weft/planner"
)

// page is what docs/placement.md shows, in its order: of each shape what it is,
// and what must move at least.
func page() []struct{ name, what, least string } {
	return []struct{ name, what, least string }{
		{"chain", "three steps in a row hand on 100 MB", "0: nothing in it runs side by side"},
		{"diamond", "two steps read what one makes, a fourth reads both", "0: a node has cores for both"},
		{"zip", "item by item, each of twelve joins two", "0: both halves of an item are made where it is joined"},
		{"uneven", "the same with 13 items, one half slower", "0, but then a node of two cores has four items and all wait for it"},
		{"tree", "four leaves of 4 s are merged in pairs, and the pairs", "10 MB: two nodes run the leaves at once, one half must come to the other"},
		{"broadcast", "16 items each read a part of their own and one table", "60 MB: the table, once for each of three other nodes"},
		{"fan", "one step makes 32 parts of 5 MB that others work on", "120 MB: three of four parts, with all nodes at work"},
		{"wordcount", "a shuffle: each of 4 reducers reads what each of 16 mappers made", "96 MB: three of four parts, to each of two nodes with two reducers"},
		{"excamera", "chunks are decoded, encoded and rebased in a chain that hands on a state", "130 MB: the video to each node, a state to three, the small parts to one"},
	}
}

const pageHead = `# What placement makes of known shapes

Each workflow is planned for four nodes of two cores and 1 Gbit/s, with run times
known. The pictures are what ` + "`weft plan -o svg`" + ` draws: a stack is a foreach, the width of
an edge is its bytes, a shaded area is a group. This page is written by
` + "`go test ./planner -update`" + `, and a test holds it to what the planner says.

| shape | moved | the least | through a store | takes |
| --- | ---: | --- | ---: | ---: |
`

func TestThePageOfShapes(t *testing.T) {
	t.Parallel()
	all := shapes()
	var rows, pictures strings.Builder
	for _, entry := range page() {
		plan := all[entry.name].s.make(nodes(4, 2, 8*gb))
		fmt.Fprintf(&rows, "| [%s](#%s) | %s | %s | %s | %s |\n", entry.name, entry.name,
			planner.Size(plan.Moved), entry.least, planner.Size(plan.Everything), planner.Seconds(plan.Makespan.Seconds()))
		fmt.Fprintf(&pictures, "\n## %s\n\n%s.\n\n![%s](placement/%s.svg)\n", entry.name,
			strings.ToUpper(entry.what[:1])+entry.what[1:], entry.name, entry.name)
		var svg strings.Builder
		if err := plan.WriteSVG(&svg); err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join(pages, "placement", entry.name+".svg"), svg.String())
	}
	golden(t, filepath.Join(pages, "placement.md"), pageHead+rows.String()+pictures.String())
}

// pages is the folder of the documentation, seen from the golden files.
const pages = "../../docs"
