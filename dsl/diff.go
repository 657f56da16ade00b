package dsl

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A Change is one part of a workflow that two versions do not have alike.
// Layout, comments and the order of keys are no part of it.
type Change struct {
	Change string `json:"change"`         // added, removed or changed
	Kind   string `json:"kind"`           // workflow, input, output, function, step or edge
	Name   string `json:"name,omitempty"` // of a workflow: of one that it runs

	// Computes reports of a changed function that it gives other outputs: what
	// was learned or kept of it does not hold any more.
	Computes bool `json:"computes,omitempty"`

	Details []Detail `json:"details,omitempty"` // of changed: what, from what, to what
}

// A Detail is one value that changed; a side that has none is empty.
type Detail struct {
	Path string          `json:"path"` // "retry.max_retries", "exec[3]"
	From json.RawMessage `json:"from,omitempty"`
	To   json.RawMessage `json:"to,omitempty"`
}

// The words of Change.Change.
const (
	added   = "added"
	removed = "removed"
	changed = "changed"
)

// Diff returns what to do to workflow a to get workflow b, in the order of
// the files. Each comes with the file that it was compiled from.
func Diff(a *Program, aSource []byte, b *Program, bSource []byte) []Change {
	from, to := parseTree(aSource, &problems{}), parseTree(bSource, &problems{})
	var changes []Change
	if details := workflowDetails(from, to); len(details) > 0 {
		changes = append(changes, Change{Change: changed, Kind: "workflow", Details: details})
	}
	for _, kind := range []string{"input", "function", "step", "output"} {
		more := diffNamed(kind, from.get(kind+"s"), to.get(kind+"s"))
		if kind == "function" || kind == "step" {
			tellComputes(more, a, b)
		}
		changes = append(changes, more...)
	}
	changes = append(changes, diffPins(a, b)...)
	return append(changes, diffEdges(a.edges(), b.edges())...)
}

// diffPins tells of workflows that both run, in other versions.
func diffPins(a, b *Program) []Change {
	var changes []Change
	to := b.Pins()
	for _, child := range a.Children {
		if was, is := child.Program.Version, to[child.Name]; is != "" && is != was {
			details := []Detail{{Path: "version", From: encodeJSON(was), To: encodeJSON(is)}}
			changes = append(changes, Change{Change: changed, Kind: "workflow", Name: child.Name, Details: details})
		}
	}
	return changes
}

// workflowDetails compares what belongs to no input, output, function or step.
func workflowDetails(from, to *node) []Detail {
	own := func(n *node) *node {
		out := &node{kind: mapNode}
		for _, pr := range pairsOf(n) {
			if !slices.Contains([]string{"inputs", "outputs", "functions", "steps"}, pr.key.text) {
				out.pairs = append(out.pairs, pr)
			}
		}
		return out
	}
	return diffNodes("", own(from), own(to))
}

// diffNamed compares what stands under names that the user gave.
func diffNamed(kind string, from, to *node) []Change {
	var changes []Change
	for _, pr := range pairsOf(from) {
		next := to.get(pr.key.text)
		if next == nil {
			changes = append(changes, Change{Change: removed, Kind: kind, Name: pr.key.text})
		} else if details := diffNodes("", pr.value, next); len(details) > 0 {
			changes = append(changes, Change{Change: changed, Kind: kind, Name: pr.key.text, Details: details})
		}
	}
	for _, pr := range pairsOf(to) {
		if from.get(pr.key.text) == nil {
			changes = append(changes, Change{Change: added, Kind: kind, Name: pr.key.text})
		}
	}
	return changes
}

// diffNodes compares two values and names the smallest parts that differ.
func diffNodes(path string, from, to *node) []Detail {
	switch {
	case from == nil || to == nil || from.kind != to.kind:
	case from.kind == mapNode:
		return diffMaps(path, from, to)
	case from.kind == listNode && len(from.items) == len(to.items):
		var details []Detail
		for i := range from.items {
			details = append(details, diffNodes(fmt.Sprintf("%s[%d]", path, i), from.items[i], to.items[i])...)
		}
		return details
	}
	was, is := valueText(from), valueText(to)
	if string(was) == string(is) {
		return nil
	}
	return []Detail{{Path: cmp.Or(path, "value"), From: was, To: is}}
}

func diffMaps(path string, from, to *node) []Detail {
	var details []Detail
	for _, pr := range from.pairs {
		details = append(details, diffNodes(joinPath(path, pr.key.text), pr.value, to.get(pr.key.text))...)
	}
	for _, pr := range to.pairs {
		if from.get(pr.key.text) == nil {
			details = append(details, diffNodes(joinPath(path, pr.key.text), nil, pr.value)...)
		}
	}
	return details
}

func joinPath(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func valueText(n *node) json.RawMessage {
	if n == nil {
		return nil
	}
	return canonical(n)
}

// tellComputes says of changed functions, and of steps with a function of
// their own, whether they compute something else.
func tellComputes(changes []Change, a, b *Program) {
	for i := range changes {
		c := &changes[i]
		was, is := a.functionNamed(c.Name), b.functionNamed(c.Name)
		c.Computes = c.Change == changed && was != nil && is != nil && was.Digest != is.Digest
	}
}

func (p *Program) functionNamed(name string) *Function {
	for i := range p.Functions {
		if p.Functions[i].Name == name {
			return &p.Functions[i]
		}
	}
	return nil
}

// edges lists the data edges and the order of a program, in words.
func (p *Program) edges() []string {
	var edges []string
	add := func(reads []Read, to string) {
		for _, r := range reads {
			from := "inputs"
			if r.Step != InputStep {
				from = p.Steps[r.Step].Name
			}
			if r.Field != "" {
				from += "." + r.Field
			}
			at := to
			if r.Binding != "" {
				at += "." + r.Binding
			}
			edges = append(edges, from+" -> "+at)
		}
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		add(s.Reads, s.Name)
		for _, need := range s.Needs {
			edges = append(edges, p.Steps[need].Name+" -> "+s.Name+" (order)")
		}
	}
	for _, o := range p.Outputs {
		add(o.Reads, "outputs."+o.Name)
	}
	slices.SortFunc(edges, strings.Compare)
	return slices.Compact(edges)
}

func diffEdges(from, to []string) []Change {
	var changes []Change
	for _, e := range from {
		if !slices.Contains(to, e) {
			changes = append(changes, Change{Change: removed, Kind: "edge", Name: e})
		}
	}
	for _, e := range to {
		if !slices.Contains(from, e) {
			changes = append(changes, Change{Change: added, Kind: "edge", Name: e})
		}
	}
	return changes
}
