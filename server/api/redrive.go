package api

import "example.org/weft/executor"

// A RedriveBody is the body that redrives a run.
type RedriveBody struct {
	From   executor.TaskID `json:"from,omitempty" maxLength:"1000" doc:"A task (or a foreach step) to run again with all that comes after it. Empty: only what has not succeeded."`
	DryRun bool            `json:"dry_run,omitempty" doc:"Only say what would run."`
}

// A Redrive is what a run that goes on has to do.
type Redrive struct {
	Run    executor.RunID    `json:"run"`
	Steps  []RedriveStep     `json:"steps" doc:"Those with something to run."`
	Kept   int               `json:"kept" doc:"Tasks whose results are used again."`
	Remade []executor.TaskID `json:"remade,omitempty" doc:"Kept tasks that run again all the same, because what they made is gone."`
	Gone   []executor.TaskID `json:"gone,omitempty" doc:"Kept tasks that made what is gone and that are not pure: whoever reads them fails. Redrive from them instead."`
}

// A RedriveStep is a step of which tasks run.
type RedriveStep struct {
	Step  string `json:"step"`
	Tasks int    `json:"tasks" doc:"0: how many is not known yet."`
}
