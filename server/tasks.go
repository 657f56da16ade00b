package server

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

type taskQuery struct {
	api.RunPath
	Step   string             `query:"step" maxLength:"128"`
	State  executor.TaskState `query:"state" enum:"waiting,placing,placed,running,succeeded,skipped,failed,caught,cancelled"`
	Cursor string             `query:"cursor" pattern:"^[0-9]{0,9}$"`
	Offset int                `query:"offset" minimum:"0" doc:"How many to leave out, where there is no cursor."`
	Limit  int                `query:"limit" default:"100" minimum:"1" maximum:"1000"`
}

func (s *Server) taskRoutes() {
	handle(s, http.MethodGet, "/runs/{id}/tasks", "list-tasks", "Tasks of a run, in the order of its steps", s.listTasks)
	handle(s, http.MethodGet, "/runs/{id}/tasks/{task}", "get-task", "One task, with every attempt", s.getTask)
	s.logRoute()
}

func (s *Server) listTasks(ctx context.Context, in *taskQuery) (*reply[api.TaskPage], error) {
	offset := in.Offset
	if in.Cursor != "" {
		offset, _ = strconv.Atoi(in.Cursor) // the pattern admits nothing else
	}
	busy := s.nodeWork(ctx)
	out := &reply[api.TaskPage]{}
	err := s.folds.look(ctx, in.ID, func(f *fold) error {
		out.Body = f.taskPage(in, offset, busy)
		return nil
	})
	return out, err
}

// taskPage returns the tasks from number offset on of those that in selects.
// The fold is locked.
func (f *fold) taskPage(in *taskQuery, offset int, busy nodeWork) api.TaskPage {
	page := api.TaskPage{Seq: f.run.Seq(), Tasks: []api.Task{}}
	now := time.Now()
	for i, step := range f.run.Steps() {
		if in.Step != "" && in.Step != step.Name {
			continue
		}
		if step.Foreach && !step.Expanded {
			f.addWhole(&page, step, in, offset, now)
			continue
		}
		matching := step.Items
		if in.State != "" {
			matching = step.Counts[in.State]
		}
		if from := offset - page.Total; from < matching && len(page.Tasks) < in.Limit {
			f.addTasks(&page, i, max(0, from), in, busy, now)
		}
		page.Total += matching
	}
	if end := offset + len(page.Tasks); end < page.Total && len(page.Tasks) > 0 {
		page.Next = strconv.Itoa(end)
	}
	return page
}

// addTasks adds the tasks of a step to a page until it is full, leaving out the
// first from of those that in selects.
func (f *fold) addTasks(page *api.TaskPage, step, from int, in *taskQuery, busy nodeWork, now time.Time) {
	first := from
	if in.State != "" {
		first = 0 // which items are in that state is not known
	}
	for task := range f.run.Tasks(step, first) {
		if len(page.Tasks) >= in.Limit {
			return
		}
		if in.State != "" {
			if task.State != in.State {
				continue
			}
			if from > 0 {
				from--
				continue
			}
		}
		view := f.taskView(task, busy, now)
		view.Attempts, view.Outputs, view.Failure = nil, nil, nil
		page.Tasks = append(page.Tasks, view)
	}
}

// addWhole adds a foreach step whose items are not known, in their place.
func (f *fold) addWhole(page *api.TaskPage, step executor.StepView, in *taskQuery, offset int, now time.Time) {
	view, ok := f.run.Task(executor.TaskID(step.Name))
	if !ok {
		view = executor.TaskView{Task: executor.TaskID(step.Name), State: executor.TaskWaiting}
	}
	if in.State != "" && in.State != view.State {
		return
	}
	if page.Total >= offset && len(page.Tasks) < in.Limit {
		whole := f.taskView(view, nil, now)
		whole.Item = -1
		page.Tasks = append(page.Tasks, whole)
	}
	page.Total++
}

func (s *Server) getTask(ctx context.Context, in *api.TaskPath) (*reply[api.Task], error) {
	busy := s.nodeWork(ctx)
	out := &reply[api.Task]{}
	err := s.folds.look(ctx, in.ID, func(f *fold) error {
		task, ok := f.run.Task(in.Task)
		if !ok {
			return notFound("run %s has no task %s", in.ID, in.Task)
		}
		out.Body = f.taskView(task, busy, time.Now())
		return nil
	})
	return out, err
}
