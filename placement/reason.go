package placement

import (
	"strings"

	"example.org/weft/planner"
)

// reason says in one sentence why the best node was chosen, and what the next
// best (-1: there is none) would have cost.
func reason(scores []Score, best, next int, total int64, why string) string {
	var text strings.Builder
	text.Grow(128)
	b := &scores[best]
	text.WriteString(b.Node + ": ")
	if why != "" {
		text.WriteString(why + ", ")
	}
	switch {
	case total == 0:
		text.WriteString("it reads no objects")
	case b.Missing == 0:
		text.WriteString("holds all " + planner.Size(total))
	case b.Missing == total:
		text.WriteString("holds none of " + planner.Size(total))
	default:
		text.WriteString("holds " + planner.Size(total-b.Missing) + " of " + planner.Size(total))
	}
	if b.Wait > 0 {
		text.WriteString(", free in " + planner.Seconds(b.Wait))
	}
	switch {
	case next >= 0:
		compare(&text, b, &scores[next])
	case len(scores) == 1:
		text.WriteString("; no other node can take it")
	}
	return text.String()
}

// compare says what the next best node would have cost.
func compare(text *strings.Builder, b, n *Score) {
	text.WriteString("; next " + n.Node)
	switch {
	case n.Missing+n.Leaving <= b.Missing+b.Leaving && n.Finish > b.Finish:
		text.WriteString(" would finish " + planner.Seconds(n.Finish-b.Finish) + " later")
	case n.Missing+n.Leaving <= b.Missing+b.Leaving:
		text.WriteString(" would do as well")
	case n.Leaving > 0:
		text.WriteString(" would need " + planner.Size(n.Missing) + " and its group later " + planner.Size(n.Leaving))
	default:
		text.WriteString(" would need " + planner.Size(n.Missing))
	}
	if n.Wait > b.Wait {
		text.WriteString(" and is free in " + planner.Seconds(n.Wait))
	}
}
