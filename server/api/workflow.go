package api

import (
	"time"

	"example.org/weft/planner"
)

// A Workflow is one version of a workflow.
type Workflow struct {
	Name        string    `json:"name"`
	Version     string    `json:"version"`
	Description string    `json:"description,omitempty"`
	Created     time.Time `json:"created"`
	Aliases     []string  `json:"aliases,omitempty" doc:"That stand for this version."`
	Inputs      []Field   `json:"inputs,omitempty"`
	Outputs     []Field   `json:"outputs,omitempty"`
	Steps       []string  `json:"steps,omitempty"`
	Pins        []Pin     `json:"pins,omitempty" doc:"The workflows that it runs."`
	Source      string    `json:"source,omitempty" doc:"The YAML, as it was sent."`
	Warnings    []Mistake `json:"warnings,omitempty"`
	Plan        *Summary  `json:"plan,omitempty"`
}

// A Pin is a workflow that another one runs.
type Pin struct {
	As       string `json:"as" doc:"Its name as the source has it: a path, or the name of a workflow."`
	Workflow string `json:"workflow"`
	Version  string `json:"version"`
}

// A Field is a declared input or output.
type Field struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Description string `json:"description,omitempty"`
	Default     any    `json:"default,omitempty"`
	Required    bool   `json:"required,omitempty"`
}

// A Summary is a plan in a few figures.
type Summary struct {
	Digest          string   `json:"digest"`
	Groups          int      `json:"groups"`
	MakespanSeconds float64  `json:"makespan_seconds"`
	MovedBytes      int64    `json:"moved_bytes"`
	EverythingBytes int64    `json:"everything_bytes" doc:"What would move if every value went through a store."`
	Warnings        []string `json:"warnings,omitempty"`
}

// Summarise returns the figures of a plan.
func Summarise(p *planner.Plan) *Summary {
	return &Summary{
		Digest:          p.Digest,
		Groups:          len(p.Groups),
		MakespanSeconds: p.Makespan.Seconds(),
		MovedBytes:      p.Moved,
		EverythingBytes: p.Everything,
		Warnings:        p.Warnings,
	}
}

// A WorkflowPage is a page of the workflows, by name.
type WorkflowPage struct {
	Workflows []Workflow `json:"workflows"`
	Next      string     `json:"next,omitempty" doc:"Cursor of the next page. Empty: this is the last."`
}

// An Alias is a name that a workflow's version can be started by.
type Alias struct {
	Name    string    `json:"name"`
	Version string    `json:"version,omitempty"`
	Updated time.Time `json:"updated"`
}

// A NewAlias is the body that sets an alias.
type NewAlias struct {
	Version string `json:"version" doc:"A version of the workflow, or another alias of it."`
}

// An AliasList is the aliases of a workflow, by name.
type AliasList struct {
	Aliases []Alias `json:"aliases"`
}

// A Schedule is times at which runs of a workflow start.
type Schedule struct {
	Workflow string     `json:"workflow"`
	Version  string     `json:"version"`
	Cron     string     `json:"cron"`
	TimeZone string     `json:"time_zone"`
	CatchUp  string     `json:"catch_up" enum:"none,last,all" doc:"Which missed times are made up for."`
	Paused   bool       `json:"paused,omitempty"`
	Next     *time.Time `json:"next,omitempty" doc:"None while it is paused."`
}

// A ScheduleList is the schedules of all workflows.
type ScheduleList struct {
	Schedules []Schedule `json:"schedules"`
}
