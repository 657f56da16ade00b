// Package planner works out, before a run and again when sizes are known, who
// reads what, how many bytes that is, which functions should share a node, and
// what the run will take. It is a pure function of a program, a profile and a
// cluster: same arguments, same plan, byte for byte.
//
// The way through it: a model has the predicted counts, sizes and times of
// every step; heavy edges suggest groups; a simulator plays the model on the
// cluster with the rule that placement decides by (Pick), and what it counts
// decides between plans and is what the plan predicts.
package planner

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
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

// FromInputs stands for the workflow's inputs where a step's name is wanted.
const FromInputs = "inputs"

// An Edge is "this step reads that value", over all its tasks.
type Edge struct {
	From  string `json:"from"`            // step, or FromInputs
	Field string `json:"field,omitempty"` // empty: all outputs, or order without data
	To    string `json:"to"`
	Input string `json:"input,omitempty"` // empty: control

	// Elements says what one task of To reads: "one" value, "all" items of a
	// foreach, "each" its own item, "each-1" the item before its own, "batch"
	// the items of its batch, "some" items that are not known yet. Empty: order
	// without data.
	Elements string `json:"elements,omitempty"`

	Bytes  int64  `json:"bytes"` // that the readers read, altogether
	Source Source `json:"source"`
	Heavy  bool   `json:"heavy,omitempty"`
	Group  string `json:"group,omitempty"` // when both ends are in one

	// Note says of a heavy edge what makes it so and, where it is in no group,
	// why not.
	Note string `json:"note,omitempty"`
}

// A Group is steps that the plan prefers to keep on one node.
type Group struct {
	Name  string   `json:"name"` // of its first step
	Steps []string `json:"steps"`

	// PerItem: item i of each step belongs with item i of the others, and
	// different items may lie on different nodes. Otherwise all tasks of all
	// steps belong on one node.
	PerItem bool `json:"per_item,omitempty"`

	// Firm: the group's tasks wait for its node rather than go elsewhere. The
	// plan says so only when it foresees fewer bytes and no later end, from run
	// times that are not guesses. Otherwise the group is a preference, at the
	// price of each step's Keep.
	Firm bool `json:"firm,omitempty"`

	Bytes  int64  `json:"bytes"`  // read on the edges inside
	Reason string `json:"reason"` // with the figures, and what no group would cost

	// What would move, and how much later the last of a way through the group
	// would end, if its tasks were spread without regard to bytes.
	ApartBytes int64         `json:"apart_bytes"`
	ApartTime  time.Duration `json:"apart_time"`
}

// A StepPlan is what the plan says of one step.
type StepPlan struct {
	Step        string        `json:"step"`
	Group       string        `json:"group,omitempty"`
	Foreach     bool          `json:"foreach,omitempty"`
	Back        int           `json:"back,omitempty"` // of a chain that stays together: how many items back a task reads; else 0
	Tasks       int           `json:"tasks"`
	TasksSource Source        `json:"tasks_source"`
	Rank        time.Duration `json:"rank"`     // predicted from its start to the run's end
	RunTime     time.Duration `json:"run_time"` // of one task
	Output      int64         `json:"output"`   // bytes that one task makes
	Source      Source        `json:"source"`   // of RunTime

	// Keep is the bytes that one task makes for later tasks of its group: what
	// must move if it runs anywhere but where its group already works.
	Keep int64 `json:"keep,omitempty"`

	// Nodes says on which node the plan has which items. It is advice: what is
	// true when a task is ready decides. Empty where too little is known.
	Nodes []Stretch `json:"nodes,omitempty"`
}

// A Plan is the annotated graph.
type Plan struct {
	Workflow string        `json:"workflow"`
	Version  string        `json:"version"` // of the program
	Digest   string        `json:"digest"`  // of everything else here
	Cluster  Cluster       `json:"cluster"`
	Steps    []StepPlan    `json:"steps"`  // in the program's order
	Edges    []Edge        `json:"edges"`  // by reader, then in the order of its reads
	Groups   []Group       `json:"groups"` // in the order of their first steps
	Makespan time.Duration `json:"makespan"`

	// Moved is the predicted bytes that cross between nodes or with a store;
	// Everything is what would move if every value went through a store.
	Moved      int64 `json:"moved_bytes"`
	Everything int64 `json:"everything_bytes"`

	Ungrouped Ungrouped `json:"ungrouped"`
	Warnings  []string  `json:"warnings,omitempty"`
}

// Ungrouped is what is predicted when each task goes where its own inputs are,
// and only chains are kept together.
type Ungrouped struct {
	Makespan time.Duration `json:"makespan"`
	Moved    int64         `json:"moved_bytes"`
}

// Step returns what the plan says of the step of that name, or nil.
func (p *Plan) Step(name string) *StepPlan {
	for i := range p.Steps {
		if p.Steps[i].Step == name {
			return &p.Steps[i]
		}
	}
	return nil
}

// Group returns the group of that name, or nil.
func (p *Plan) Group(name string) *Group {
	for i := range p.Groups {
		if p.Groups[i].Name == name {
			return &p.Groups[i]
		}
	}
	return nil
}

// Inputs are what is known of a run's inputs and of the outputs that exist.
type Inputs struct {
	Bytes map[string]int64 // of the workflow's inputs, by name
	Items map[string]int   // length of list inputs, by name; of an int input its value, for range()

	// Of steps that have ended or expanded, which is measured: bytes that one
	// task made (the mean over a foreach), by step and output, and the number
	// of tasks by step.
	StepBytes map[string]map[string]int64
	StepItems map[string]int
}

// Items returns what Inputs.Items says of an input whose JSON is given: the
// length of a list, or a whole number. It is false for anything else.
func Items(text []byte) (int, bool) {
	var list []json.RawMessage
	if json.Unmarshal(text, &list) == nil && list != nil {
		return len(list), true
	}
	var n int
	err := json.Unmarshal(text, &n)
	return n, err == nil && len(text) > 0 && string(text) != "null"
}

// seal sets the digest.
func (p *Plan) seal() {
	p.Digest = ""
	text, err := json.Marshal(p)
	if err != nil {
		// A plan is strings and finite numbers; the encoder refuses neither.
		panic("planner: cannot encode plan: " + err.Error())
	}
	sum := sha256.Sum256(text)
	p.Digest = "sha256:" + hex.EncodeToString(sum[:])
}
