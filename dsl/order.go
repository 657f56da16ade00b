package dsl

import (
	"fmt"
	"slices"
	"strings"
)

// arrange puts the steps into an order in which each stands after all that it
// reads, and otherwise as in the file; it reports steps that wait for each
// other.
func (c *compiler) arrange() {
	for _, s := range c.steps {
		c.checkSelf(s)
	}
	waits := make([][]int, len(c.steps)) // by step: those that it waits for
	for i, s := range c.steps {
		for j, other := range c.steps {
			if other.info.stage < s.info.stage {
				waits[i] = append(waits[i], j)
			}
		}
		for _, info := range append(slices.Clone(s.from), s.needs...) {
			if info != nil && info.stage <= s.info.stage {
				waits[i] = c.addWaits(waits[i], s, info)
			}
		}
	}
	order, left := sortSteps(waits)
	if len(left) > 0 {
		c.reportCycle(waits, left)
		return
	}
	place := make([]int, len(order))
	for at, i := range order {
		place[i] = at
	}
	for _, i := range order {
		s := c.steps[i]
		s.step.Reads = renumber(s.reads, place)
		for _, info := range s.needs {
			s.step.Needs = append(s.step.Needs, place[info.index])
		}
		slices.Sort(s.step.Needs)
		s.placeGuards(place)
		c.program.Steps = append(c.program.Steps, s.step)
	}
	for i := range c.program.Outputs {
		c.program.Outputs[i].Reads = renumber(c.program.Outputs[i].Reads, place)
	}
	for i, s := range c.steps {
		s.info.index = place[i]
	}
}

// addWaits adds to the steps that s waits for one that it depends on, and those
// that may stand for it.
func (c *compiler) addWaits(waits []int, s *stepDecl, info *stepInfo) []int {
	all := []*stepDecl{c.steps[info.index]}
	if info != s.info && (s.sent == nil || s.sent.from.info != info) {
		all = append(all, all[0].targets()...)
	}
	for _, on := range all {
		if on != s && !slices.Contains(waits, on.info.index) {
			waits = append(waits, on.info.index)
		}
	}
	return waits
}

// placeGuards puts the steps' places in the order into what names other steps.
func (s *stepDecl) placeGuards(place []int) {
	if s.sent != nil {
		s.step.Guard = &Guard{Step: place[s.sent.from.info.index]}
	}
	for _, k := range s.catch {
		s.step.Catch = append(s.step.Catch, Catch{On: k.on, Then: place[k.to.info.index]})
	}
	for _, b := range s.branches {
		s.step.Switch = append(s.step.Switch, Branch{When: b.expr, Then: place[b.to.info.index]})
	}
}

func renumber(reads []Read, place []int) []Read {
	reads = slices.Clone(reads)
	for i, r := range reads {
		if r.Step != InputStep {
			reads[i].Step = place[r.Step]
		}
	}
	return sortReads(reads)
}

// checkSelf reports a step that reads itself, other than a foreach its earlier
// items.
func (c *compiler) checkSelf(s *stepDecl) {
	for i, r := range s.reads {
		if s.from[i] != s.info {
			continue
		}
		switch {
		case !s.info.foreach:
			c.add(s.key.pos, s.key.text, fmt.Sprintf("step %s reads its own outputs", s.key.text), "only a foreach can, of an earlier item: steps."+s.key.text+".outputs[i - 1], and with repeat what its last visit made, but not in if")
		case r.Items == ItemAll:
			c.add(s.key.pos, s.key.text, fmt.Sprintf("step %s reads the list of its own outputs", s.key.text), "an item can read an earlier one: steps."+s.key.text+".outputs[i - 1]")
		case r.Items == ItemAt && r.Offset >= 0:
			c.add(s.key.pos, s.key.text, fmt.Sprintf("an item of step %s reads itself or a later one", s.key.text), "an item can read an earlier one: steps."+s.key.text+".outputs[i - 1]")
		default:
			continue
		}
		return
	}
}

// sortSteps returns the steps in order, and those that no order has room for.
func sortSteps(waits [][]int) (order, left []int) {
	done := make([]bool, len(waits))
	missing := make([]int, len(waits))
	readers := make([][]int, len(waits))
	var ready smallest
	for i, ws := range waits {
		missing[i] = len(ws)
		for _, w := range ws {
			readers[w] = append(readers[w], i)
		}
		if len(ws) == 0 {
			ready.push(i)
		}
	}
	for len(ready) > 0 {
		i := ready.pop()
		done[i] = true
		order = append(order, i)
		for _, r := range readers[i] {
			if missing[r]--; missing[r] == 0 {
				ready.push(r)
			}
		}
	}
	for i, d := range done {
		if !d {
			left = append(left, i)
		}
	}
	return order, left
}

// reportCycle names one circle of steps.
func (c *compiler) reportCycle(waits [][]int, left []int) {
	at := left[0]
	var path []int
	for !slices.Contains(path, at) {
		path = append(path, at)
		at = waits[at][slices.IndexFunc(waits[at], func(w int) bool { return slices.Contains(left, w) })]
	}
	path = path[slices.Index(path, at):]
	first := slices.Index(path, slices.Min(path))
	path = append(slices.Clone(path[first:]), path[:first]...)
	names := make([]string, 0, len(path)+1)
	for _, i := range append(path, path[0]) {
		names = append(names, c.steps[i].key.text)
	}
	s := c.steps[path[0]]
	c.add(s.key.pos, s.key.text, "steps wait for each other: "+strings.Join(names, " waits for "), "take one of these references out")
}

// smallest is a queue that gives the smallest number first.
type smallest []int

func (q *smallest) push(v int) {
	i, _ := slices.BinarySearch(*q, v)
	*q = slices.Insert(*q, i, v)
}

func (q *smallest) pop() int {
	v := (*q)[0]
	*q = (*q)[1:]
	return v
}
