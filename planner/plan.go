// Package planner works out, before a run and again when sizes are known, who
// reads what, how many bytes that is, which functions should share a node, and
// what the run will take. It is a pure function of a program, a profile and a
// cluster: same arguments, same plan, byte for byte.
package planner

import (
	"time"

	"example.org/weft/dsl"
)

// A Source says where a number of the plan comes from, best first.
type Source string

// The sources.
const (
	Measured Source = "measured" // the bytes exist
	Learned  Source = "learned"  // from past runs
	Hint     Source = "hint"     // size_hint in the workflow
	Guess    Source = "guess"    // nothing is known
)

// An Edge is "this step reads that value", over all its tasks.
type Edge struct {
	From     string    `json:"from"` // step, or "inputs"
	Field    string    `json:"field,omitempty"`
	To       string    `json:"to"`
	Input    string    `json:"input,omitempty"` // empty: control
	Items    dsl.Items `json:"-"`
	Offset   int       `json:"offset,omitempty"`
	Elements string    `json:"elements"` // "one", "all", "each", "each-1", "some"
	Bytes    int64     `json:"bytes"`    // that the readers read, altogether
	Source   Source    `json:"source"`
	Heavy    bool      `json:"heavy,omitempty"`
	Group    string    `json:"group,omitempty"` // when both ends are in one
}

// A Group is steps that the plan keeps on one node, item by item where they
// read each other item by item.
type Group struct {
	Name   string   `json:"name"` // of its first step
	Steps  []string `json:"steps"`
	Bytes  int64    `json:"bytes"` // on the edges inside: what it saves
	Reason string   `json:"reason"`
}

// A StepPlan is what the plan says of one step.
type StepPlan struct {
	Step    string        `json:"step"`
	Group   string        `json:"group,omitempty"`
	Tasks   int           `json:"tasks"`    // 0 when it cannot be known yet
	Rank    time.Duration `json:"rank"`     // predicted from its start to the run's end
	RunTime time.Duration `json:"run_time"` // of one task
	Output  int64         `json:"output"`   // bytes that one task makes
	Source  Source        `json:"source"`
}

// A Plan is the annotated graph.
type Plan struct {
	Workflow string        `json:"workflow"`
	Version  string        `json:"version"`
	Digest   string        `json:"digest"`
	Steps    []StepPlan    `json:"steps"`
	Edges    []Edge        `json:"edges"`
	Groups   []Group       `json:"groups"`
	Makespan time.Duration `json:"makespan"`

	// Moved is the predicted bytes that cross between nodes or with a store;
	// Everything is what would move if every value went through a store.
	Moved      int64    `json:"moved_bytes"`
	Everything int64    `json:"everything_bytes"`
	Warnings   []string `json:"warnings,omitempty"`
}

// A Cluster is the nodes that a plan is made for.
type Cluster struct {
	Nodes []Node `json:"nodes"`
	// Bandwidth between two nodes, bytes per second.
	Bandwidth float64 `json:"bandwidth"`
}

// A Node is one machine of a cluster.
type Node struct {
	ID     string  `json:"id"`
	CPU    float64 `json:"cpu"`    // cores
	Memory int64   `json:"memory"` // bytes
}

// A Profile is what past runs teach. The zero Profile knows nothing.
type Profile struct {
	Functions map[string]Estimate // by the function's digest
}

// An Estimate is what one function took and made. Sizes are ratios, so that
// they carry over to larger inputs.
type Estimate struct {
	Runs        int                `json:"runs"`
	Run         time.Duration      `json:"run"`          // mean
	PerByte     float64            `json:"per_byte"`     // seconds per input byte; 0 when unknown
	InputBytes  float64            `json:"input_bytes"`  // mean
	OutputBytes map[string]float64 `json:"output_bytes"` // mean, by output
	OutputRatio map[string]float64 `json:"output_ratio"` // mean of output bytes over input bytes, by output
	Items       map[string]float64 `json:"items"`        // mean length of list outputs
}

// Inputs are what is known of a run's inputs and of the outputs that exist.
type Inputs struct {
	Bytes map[string]int64 // of the workflow's inputs, by name
	Items map[string]int   // length of list inputs, by name

	// Outputs that exist: bytes per task and field, and number of tasks.
	StepBytes map[string]map[string]int64
	StepItems map[string]int
}
