package server

import (
	"context"
	"net/http"
	"time"

	"example.org/weft/server/api"
)

func (s *Server) scheduleRoutes() {
	handle(s, http.MethodGet, "/schedules", "list-schedules", "When runs start by themselves",
		func(ctx context.Context, _ *struct{}) (*reply[api.ScheduleList], error) {
			list, err := s.scheduleViews(ctx, time.Now())
			return &reply[api.ScheduleList]{Body: api.ScheduleList{Schedules: list}}, err
		})
	handle(s, http.MethodPost, "/workflows/{name}/schedules/pause", "pause-schedules",
		"Start no runs of a workflow at its times; those that pass are not made up for", s.pauseSchedules("true"))
	handle(s, http.MethodPost, "/workflows/{name}/schedules/resume", "resume-schedules",
		"Start runs of a workflow at its times again", s.pauseSchedules("false"))
}

func (s *Server) pauseSchedules(paused string) func(context.Context, *api.WorkflowPath) (*struct{}, error) {
	return func(ctx context.Context, in *api.WorkflowPath) (*struct{}, error) {
		if _, err := s.workflow(ctx, in.Name, ""); err != nil {
			return nil, err
		}
		// What is due is seen to first: a pause begins with the next time, and
		// after it nothing that has passed is left.
		if _, err := s.startDue(ctx, time.Now()); err != nil {
			return nil, err
		}
		err := s.cfg.Documents.PutDocument(ctx, pauseKind, in.Name, []byte(paused))
		s.lookAtSchedules()
		return nil, err
	}
}

func (s *Server) scheduleViews(ctx context.Context, now time.Time) ([]api.Schedule, error) {
	all, err := s.schedules(ctx, now)
	if err != nil {
		return nil, err
	}
	list := make([]api.Schedule, len(all))
	for i := range all {
		d := &all[i]
		list[i] = api.Schedule{
			Workflow: d.workflow.Name, Version: d.workflow.Version,
			Cron: d.Cron, TimeZone: d.Zone, CatchUp: d.CatchUp, Paused: d.paused,
		}
		if at := d.Next(now); !at.IsZero() && !d.paused {
			list[i].Next = &at
		}
	}
	return list, nil
}
