package api

import "example.org/weft/executor"

// A RunPath names a run in the path of a route: one that somebody started, or a
// child, RUN.TASK or RUN.TASK.N.
type RunPath struct {
	ID executor.RunID `path:"id" maxLength:"1024" pattern:"^run_[a-z2-7]{26}(\\.[A-Za-z_][A-Za-z0-9_]{0,63}(\\[[0-9]{1,9}\\])?(#[0-9]{1,9})?(\\.[0-9]{1,9})?)*$"`
}

// RunIDPattern is what RunPath takes.
const RunIDPattern = `^run_[a-z2-7]{26}(\.[A-Za-z_][A-Za-z0-9_]{0,63}(\[[0-9]{1,9}\])?(#[0-9]{1,9})?(\.[0-9]{1,9})?)*$`

// MaxRunID is the most bytes of a run's id: so deep workflows may stand in each
// other.
const MaxRunID = 1024

// A CallbackPath names an attempt in the path of a route, by the token that its
// function found in WEFT_CALLBACK_TOKEN.
type CallbackPath struct {
	Token string `path:"token" maxLength:"2048"`
}

// A TaskPath names a task of a run in the path of a route.
type TaskPath struct {
	RunPath
	Task executor.TaskID `path:"task" maxLength:"1024"`
}

// A WorkflowPath names a workflow in the path of a route.
type WorkflowPath struct {
	Name string `path:"name" pattern:"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$"`
}
