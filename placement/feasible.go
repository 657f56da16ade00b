package placement

import (
	"fmt"
	"slices"
	"strings"

	"example.org/weft/planner"
)

// feasible returns the indices of the nodes that may take the task. Nodes to
// avoid come in only when nothing else is left; avoided reports that.
func feasible(s Snapshot, t *Task) (nodes []int, avoided bool, err error) {
	nodes = make([]int, 0, len(s.Nodes))
	able, shunned := 0, 0
	for i := range s.Nodes {
		n := &s.Nodes[i]
		switch {
		case !n.can(t):
			continue
		case n.Draining:
		case slices.Contains(t.Avoid, n.ID):
			shunned++
		default:
			nodes = append(nodes, i)
		}
		able++
	}
	switch {
	case len(nodes) > 0:
		return nodes, false, nil
	case shunned > 0:
		t.Avoid = nil
		nodes, _, err = feasible(s, t)
		return nodes, true, err
	case able > 0:
		return nil, false, fmt.Errorf("cannot place task: %w: every node that could is draining (%d of %d)",
			ErrNotNow, able, len(s.Nodes))
	}
	return nil, false, fmt.Errorf("cannot place task: %w: %s", ErrNoNode, why(s, t))
}

// can reports whether the node could take the task if it were idle.
func (n *Node) can(t *Task) bool {
	return n.fits(t.Memory) && n.has(t.CPU) && n.lacks(t.Requires) == ""
}

func (n *Node) fits(memory int64) bool { return n.Memory == 0 || memory <= n.Memory }

func (n *Node) has(cores float64) bool { return cores <= max(n.CPU, 1) }

// lacks returns the first program that the node is known not to have.
func (n *Node) lacks(programs []string) string {
	if n.Programs == nil {
		return ""
	}
	for _, p := range programs {
		if !n.Programs[p] {
			return p
		}
	}
	return ""
}

// why says what no node has.
func why(s Snapshot, t *Task) string {
	if len(s.Nodes) == 0 {
		return "there is no node"
	}
	var memory int64
	var cores float64
	fits, has := false, false
	missing := map[string]int{}
	for i := range s.Nodes {
		n := &s.Nodes[i]
		memory, cores = max(memory, n.Memory), max(cores, n.CPU)
		fits, has = fits || n.fits(t.Memory), has || n.has(t.CPU)
		for _, p := range t.Requires {
			if n.lacks([]string{p}) != "" {
				missing[p]++
			}
		}
	}
	var parts []string
	if !fits {
		parts = append(parts, fmt.Sprintf("it wants %s of memory, the largest node has %s",
			planner.Size(t.Memory), planner.Size(memory)))
	}
	if !has {
		parts = append(parts, fmt.Sprintf("it wants %g cores, the largest node has %g", t.CPU, cores))
	}
	for _, p := range t.Requires {
		if missing[p] == len(s.Nodes) {
			parts = append(parts, "no node has the program "+p)
		}
	}
	if len(parts) == 0 {
		return "no node has all at once of what it wants"
	}
	return strings.Join(parts, "; ")
}
