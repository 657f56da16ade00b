package dsl

import (
	"fmt"
	"slices"
	"strings"
)

// maxListed is the number of names that a hint lists.
const maxListed = 12

// nearest returns the candidate that a mistyped name most likely meant, or "".
func nearest(name string, candidates []string) string {
	if len(name) > maxName {
		return ""
	}
	best, bestDistance := "", min(len(name), 1+max(1, len(name)/3)) // something of it must be right
	for _, c := range candidates {
		if d := distance(strings.ToLower(name), strings.ToLower(c), bestDistance); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// suggest says what name could have been: the nearest candidate, else all.
func suggest(name string, candidates []string) string {
	if best := nearest(name, candidates); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return oneOf(candidates)
}

// oneOf lists names as "one of a, b, c".
func oneOf(names []string) string {
	switch {
	case len(names) == 0:
		return "there are none"
	case len(names) == 1:
		return fmt.Sprintf("there is only %s", names[0])
	case len(names) > maxListed:
		return fmt.Sprintf("one of %s, ... (%d in all)", strings.Join(names[:maxListed], ", "), len(names))
	}
	return "one of " + strings.Join(names, ", ")
}

// article puts "a" or "an" in front of a noun.
func article(noun string) string {
	if noun != "" && strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

// distance is the number of insertions, deletions, replacements and swaps of
// neighbours that make a into b, or limit when it is at least that.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before := make([]int, len(b)+1) // the row before the last one
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		if slices.Min(row) >= limit {
			return limit
		}
		before, last = last, row
	}
	return min(last[len(b)], limit)
}
