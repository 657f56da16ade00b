package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor/journal"
)

// The kinds of the documents of schedules: what time each has come to, by
// workflow and schedule; and which workflows' are paused. They are apart, so
// that no server undoes a pause by writing a time.
const (
	scheduleKind = "schedule"
	pauseKind    = "schedules_paused"
)

const (
	// lookAgain is how long a workflow that was put at another server may take
	// to be noticed.
	lookAgain = 15 * time.Second

	// missed is how late a start may be before it counts as missed.
	missed = time.Minute

	// maxCatchUp bounds the starts that one look makes up for.
	maxCatchUp = 1000
)

// ServeSchedules starts runs at the times of the schedules of all workflows, as
// their latest versions have them, until ctx is done. Servers that share a
// journal may all do so: a time is the idempotency key of its run.
func (s *Server) ServeSchedules(ctx context.Context) {
	for ctx.Err() == nil {
		now := time.Now()
		next, err := s.startDue(ctx, now)
		if err != nil && ctx.Err() == nil {
			s.cfg.Log.WarnContext(ctx, "cannot start what is due", slog.Any("err", err))
		}
		wait := lookAgain
		if !next.IsZero() {
			wait = max(0, min(wait, next.Sub(now)))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-s.triggers:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// lookAtSchedules has the schedules looked at now: one may have changed.
func (s *Server) lookAtSchedules() {
	select {
	case s.triggers <- struct{}{}:
	default:
	}
}

// A scheduled is one schedule of a workflow.
type scheduled struct {
	workflow journal.Workflow
	program  *dsl.Program
	*dsl.Schedule
	last   time.Time // the last time that was seen to; when it was first seen, before any
	paused bool
}

func (d *scheduled) key() string { return d.workflow.Name + "/" + d.Key() }

// startDue starts what is due, and returns when to look again.
func (s *Server) startDue(ctx context.Context, now time.Time) (next time.Time, err error) {
	all, err := s.schedules(ctx, now)
	if err != nil {
		return time.Time{}, err
	}
	var failed []error
	for i := range all {
		d := &all[i]
		if err := s.startScheduled(ctx, d, now); err != nil {
			failed = append(failed, fmt.Errorf("cannot start a run of %s at its time: %w", d.workflow.Name, err))
			continue
		}
		if at := d.Next(d.last); !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, errors.Join(failed...)
}

// startScheduled starts the runs of one schedule that are due. Only then it is
// kept how far it has come: a server that ends in between starts them again,
// which the key of each makes nothing of.
func (s *Server) startScheduled(ctx context.Context, d *scheduled, now time.Time) error {
	due := d.due(now)
	for _, at := range due {
		if err := s.startAt(ctx, d, at); err != nil {
			return err
		}
	}
	if d.paused && now.After(d.last) {
		d.last = now
	} else if len(due) == 0 {
		return nil
	}
	return s.keepTime(ctx, d.key(), d.last)
}

// due returns the times at which to start runs now, in order, and moves last on
// to the last time that has passed.
func (d *scheduled) due(now time.Time) []time.Time {
	var times []time.Time
	for at := d.Next(d.last); !at.IsZero() && !at.After(now); at = d.Next(at) {
		late := now.Sub(at) > missed
		d.last = at
		switch {
		case d.paused, late && d.CatchUp == dsl.CatchUpNone:
			continue
		case late && d.CatchUp == dsl.CatchUpLast:
			times = times[:0]
		}
		if times = append(times, at); len(times) == maxCatchUp {
			break
		}
	}
	return times
}

func (s *Server) startAt(ctx context.Context, d *scheduled, at time.Time) error {
	inputs := maps.Clone(d.Inputs)
	stamp := at.UTC().Format(time.RFC3339)
	if d.TimeAs != "" {
		inputs[d.TimeAs] = json.RawMessage(`"` + stamp + `"`)
	}
	_, _, err := s.submit(ctx, d.workflow, d.program, start{inputs: inputs, key: "schedule/" + d.Key() + "/" + stamp})
	if errors.Is(err, journal.ErrConflict) {
		return nil // it was started by a version before this one
	}
	if errors.Is(err, journal.ErrBusy) {
		s.cfg.Log.WarnContext(ctx, "a scheduled run was rejected by its concurrency group",
			slog.String("workflow", d.workflow.Name), slog.Time("at", at))
		return nil
	}
	return err
}

// schedules returns the schedules of all workflows. One that was not known
// before begins now.
func (s *Server) schedules(ctx context.Context, now time.Time) ([]scheduled, error) {
	times, err := s.cfg.Documents.Documents(ctx, scheduleKind)
	if err != nil {
		return nil, err
	}
	paused, err := s.cfg.Documents.Documents(ctx, pauseKind)
	if err != nil {
		return nil, err
	}
	var all []scheduled
	const page = 1000
	for after := ""; ; {
		workflows, err := s.cfg.Catalog.Workflows(ctx, after, page)
		if err != nil {
			return nil, err
		}
		for _, w := range workflows {
			program, err := s.cfg.Programs.Get(ctx, w.Version)
			if err != nil {
				return nil, err
			}
			for i := range program.Schedules {
				d := scheduled{workflow: w, program: program, Schedule: &program.Schedules[i], paused: string(paused[w.Name]) == "true"}
				if err := s.loadTime(ctx, &d, times, now); err != nil {
					return nil, err
				}
				all = append(all, d)
			}
		}
		if len(workflows) < page {
			return all, nil
		}
		after = workflows[len(workflows)-1].Name
	}
}

func (s *Server) loadTime(ctx context.Context, d *scheduled, times map[string][]byte, now time.Time) error {
	data, ok := times[d.key()]
	if !ok {
		d.last = now
		return s.keepTime(ctx, d.key(), now)
	}
	return json.Unmarshal(data, &d.last)
}

func (s *Server) keepTime(ctx context.Context, key string, at time.Time) error {
	data, err := json.Marshal(at.UTC())
	if err != nil {
		return err
	}
	return s.cfg.Documents.PutDocument(ctx, scheduleKind, key, data)
}
