package planner

import (
	"fmt"
	"slices"
	"strings"
)

// warnings says what a user should know before the run.
func (m *model) warnings(edges []edge) []string {
	var ws []string
	for i := range m.steps {
		if why := m.unplaceable(i); why != "" {
			ws = append(ws, why)
		}
	}
	lost := map[int]float64{}
	for _, e := range edges {
		if r := m.steps[e.to].reads[e.read]; e.heavy && r.from >= 0 && !m.steps[r.from].fn.Pure {
			lost[r.from] = max(lost[r.from], e.total)
		}
	}
	for i := range m.steps {
		if lost[i] > 0 {
			ws = append(ws, fmt.Sprintf("step %s is not pure: %s that others read of it cannot be made again if they are lost",
				m.name(i), size(lost[i])))
		}
	}
	return ws
}

// unplaceable says what keeps every node from running a step, or nothing.
func (m *model) unplaceable(i int) string {
	s, nodes := &m.steps[i], m.cluster.Nodes
	if s.tasks == 0 || slices.ContainsFunc(nodes, func(n Node) bool { return n.hosts(s.fn) }) {
		return ""
	}
	r := s.fn.Resources
	if !slices.ContainsFunc(nodes, func(n Node) bool { return n.fits(r.Memory) }) {
		return fmt.Sprintf("step %s wants %s of memory: no node has that much", s.step.Name, size(float64(r.Memory)))
	}
	if !slices.ContainsFunc(nodes, func(n Node) bool { return r.CPU <= max(n.CPU, 1) }) {
		return fmt.Sprintf("step %s wants %g cores: no node has that many", s.step.Name, r.CPU)
	}
	for _, p := range s.fn.Requires {
		if !slices.ContainsFunc(nodes, func(n Node) bool { return n.lacks([]string{p}) == "" }) {
			return fmt.Sprintf("step %s requires %s: no node has it", s.step.Name, p)
		}
	}
	return fmt.Sprintf("step %s: no node has all that it wants at once", s.step.Name)
}

// list names steps for people: "a, b and c".
func (m *model) list(steps []int) string {
	names := make([]string, len(steps))
	for k, i := range steps {
		names[k] = m.name(i)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
