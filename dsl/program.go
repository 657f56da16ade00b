package dsl

import (
	"encoding/json"
	"slices"
	"time"
)

// A Program is a workflow, checked and typed. It is immutable and safe for
// concurrent use. Functions and steps refer to each other by index.
type Program struct {
	Name        string
	Description string
	Version     string // digest of the canonical form: two files that say the same have the same
	Inputs      []Field
	Functions   []Function
	Children    []*Child // workflows that functions run, by name, each once
	Steps       []Step   // a step stands after all that it reads (except its own earlier items)
	Outputs     []Output // of the workflow
	Timeout     time.Duration
	Schedules   []Schedule
	Webhook     *Webhook     // nil: none
	Concurrency *Concurrency // nil: any number of runs at a time

	// Optimize is what placement prefers: balanced (the default), latency,
	// bytes or cost.
	Optimize string

	// MaxSlowdown is how much later than the best node a task may finish to
	// save bytes, as a fraction: 0.05 is 5 %.
	MaxSlowdown float64
}

// A Field is a declared input or output.
type Field struct {
	Name        string
	Description string
	Type        Type
	Default     json.RawMessage // of an input; nil when it must be given
	Path        string          // of an output: glob in the working directory; empty when the function is told the path
	SizeHint    int64           // bytes, of one file; 0 when the user gave none
	MediaType   string
	Pos         Pos
}

// A Function is what a step runs. Exactly one of Exec, Run, Builtin and Workflow
// is set.
type Function struct {
	Name     string // as under functions:, or the step's own name for an inline function
	Exec     []Template
	Run      *Template // a shell script; each expression in it becomes a quoted variable
	Shell    []string  // argv that Run's file is handed to; default bash -euo pipefail
	Builtin  string    // name of a Go function of this binary: "noop", "sleep", "fail"
	Workflow *Child    // a workflow: each attempt is a run of it

	Inputs    []Field
	Outputs   []Field
	Env       []EnvVar // in the order of the file
	Resources Resources
	Timeout   time.Duration // of one attempt; 0 is none
	Retry     Retry
	Pure      bool     // has no effect but its outputs: Weft may run it again
	Cache     *Cache   // nil: it is run whenever a task asks for it
	Requires  []string // programs that a node must have
	Digest    string   // of all of the above that decides what it computes
	Pos       Pos
}

// An EnvVar is one environment variable of a function.
type EnvVar struct {
	Name  string
	Value Template
}

// Resources are what one attempt occupies on its node.
type Resources struct {
	CPU    float64 // cores; at least 0
	Memory int64   // bytes; 0 is unknown
}

// Retry says how failed attempts are repeated.
type Retry struct {
	MaxRetries  int // after the first try
	Interval    time.Duration
	Backoff     float64 // factor per retry, at least 1
	MaxInterval time.Duration
	Jitter      bool     // a delay is drawn from [0, delay): "full" in AWS's words
	On          []string // causes; empty is [error, timeout]
}

// A Step is a node of the graph as written.
type Step struct {
	Name     string
	Function int       // index into Program.Functions, or NoFunction
	Outputs  []Field   // of a step that runs no function; else they are the function's
	Wait     *Wait     // nil: it waits for nothing
	Catch    []Catch   // who stands for it when it fails: the first that takes the cause
	Switch   []Branch  // of a step that only chooses: the first whose condition holds
	Guard    *Guard    // nil: no other step sends it
	Repeat   *Repeat   // nil: it is run once
	Stage    Stage     // when in the run it has its turn
	With     []Binding // in the order of the function's inputs; unbound ones have a default
	Needs    []int     // steps that must have ended first; order without data
	AtLeast  int       // how many of Needs must have succeeded; 0: all
	If       *Expr     // nil: always
	Foreach  *Foreach  // nil: one task
	Retry    Retry     // the function's unless the step has its own
	Timeout  time.Duration
	Deadline time.Duration // of all attempts of a task together; 0 is none
	Reads    []Read        // of all its expressions: the data edges into it
	Pos      Pos
}

// A Stage is a part of a run: its steps begin when those of the stages before
// have ended.
type Stage uint8

// The stages of a run, in their order.
const (
	StageMain    Stage = iota // the steps under steps
	StageFailure              // those under on_failure, if a main step failed
	StageFinally              // those under finally, however the run ended
)

// NoFunction is the Function of a step that runs none.
const NoFunction = -1

// FunctionOf returns what a step runs. Of a step that runs nothing it is a
// function that makes the step's outputs and occupies nothing.
func (p *Program) FunctionOf(step int) *Function {
	s := &p.Steps[step]
	if s.Function == NoFunction {
		return &Function{Outputs: s.Outputs}
	}
	return &p.Functions[s.Function]
}

// Requires returns the programs that functions require of their nodes, sorted,
// each once.
func (p *Program) Requires() []string {
	var programs []string
	for i := range p.Functions {
		programs = append(programs, p.Functions[i].Requires...)
	}
	slices.Sort(programs)
	return slices.Compact(programs)
}

// A Binding gives a function's input its value.
type Binding struct {
	Input string
	Expr  *Expr
}

// Foreach makes a step a family of tasks, one per item of a list or per batch
// of them.
type Foreach struct {
	In          *Expr
	As          string // name of the item, or of the list of those of a batch, in the step's expressions
	Index       string // name of the task's index; may be empty
	Batch       int    // items of a task, but for the last; 0: no batches, a task has an item
	MaxParallel int    // 0 is no limit
	PerItemIf   bool   // the step's If reads As or Index

	// Tolerate is how many tasks may fail; nil is none. Those that failed or
	// were skipped are null in the list that others read.
	Tolerate *Tolerance
}

// An Output is one output of the workflow.
type Output struct {
	Name  string
	Type  Type
	Expr  *Expr
	Reads []Read // the data edges into it
	Pos   Pos
}

// A Read is one reference of an expression: a data edge.
type Read struct {
	Step    int    // index into Program.Steps, or InputStep
	Field   string // output of Step, or name of the workflow's input; empty: all outputs
	Binding string // input of the function that it feeds; empty: control (if, foreach)
	Items   Items
	Offset  int // with ItemAt: item i reads item i+Offset

	// Batch says, with ItemAt or Each, that task i of the reader takes so many
	// items, from i*Batch on; 0 is one item.
	Batch int

	// Each says that the value read is itself a list, and item i of the reader
	// takes only its element i: over all items the list is read once.
	Each bool
}

// InputStep stands for the workflow's inputs where a step's index is wanted.
const InputStep = -1

// Items says which items of a foreach step an expression reads.
type Items uint8

// The items that a Read reads.
const (
	ItemNone   Items = iota // the step read is no foreach
	ItemAll                 // the whole list
	ItemAt                  // the item at the reader's own index plus Offset
	ItemSome                // some items, known only when the expression is evaluated
	ItemLength              // none of the items, only how many there are: no bytes
)

// Kind is the kind of a Type.
type Kind uint8

// The kinds of values.
const (
	KindJSON Kind = iota // anything that JSON can say
	KindString
	KindInt
	KindFloat
	KindBool
	KindFile
	KindDir
	KindList
)

// A Type is the declared type of an input or output.
type Type struct {
	Kind     Kind
	Elem     *Type // of KindList
	Nullable bool  // written "file?"
}

// A Pos is a place in the workflow file. Line and column count from 1; columns
// count characters.
type Pos struct {
	Line, Column int
}
