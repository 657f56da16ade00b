package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/server/api"
)

// newRunID returns an id that no other run has.
func newRunID() executor.RunID { return executor.RunID("run_" + strings.ToLower(rand.Text())) }

type runFilter struct {
	Accept   string          `header:"Accept"`
	Workflow string          `query:"workflow" maxLength:"128"`
	Status   executor.Status `query:"status" enum:"pending,running,paused,succeeded,failed,cancelled"`
	Since    time.Time       `query:"since" doc:"Only runs that were accepted then or later."`
	Parent   string          `query:"parent" maxLength:"1024" doc:"Only runs that tasks of this run are, and those under them. Without it, and without q, there are no such runs in the list."`
	Query    string          `query:"q" maxLength:"256" doc:"Text in the id, the workflow's name or the error."`
	Cursor   string          `query:"cursor" maxLength:"256"`
	Limit    int             `query:"limit" default:"50" minimum:"1" maximum:"1000"`
}

func (s *Server) listRuns(ctx context.Context, in *runFilter) (*huma.StreamResponse, error) {
	if !wantsStream(in.Accept) {
		page, err := s.runPage(ctx, in)
		if err != nil {
			return nil, err
		}
		return jsonResponse(page), nil
	}
	return s.streamResponse(ctx, func(out *eventStream) error {
		return s.streamRuns(ctx, in, out)
	}), nil
}

func (s *Server) runPage(ctx context.Context, in *runFilter) (*api.RunPage, error) {
	rows, err := s.cfg.Catalog.Runs(ctx, journal.Filter{
		Under: executor.RunID(in.Parent), TopLevel: in.Parent == "" && in.Query == "",
		Workflow: in.Workflow, Status: in.Status, Since: in.Since, Query: in.Query,
		Before: in.Cursor, Limit: in.Limit,
	})
	if err != nil {
		return nil, fmt.Errorf("cannot list runs: %w", err)
	}
	now := time.Now()
	page := &api.RunPage{Runs: make([]api.Run, len(rows))}
	for i, row := range rows {
		page.Runs[i] = rowView(row, now)
	}
	if len(rows) == in.Limit {
		page.Next = rows[len(rows)-1].Cursor
	}
	return page, nil
}

// streamRuns sends the page whenever it differs from what was sent before.
func (s *Server) streamRuns(ctx context.Context, in *runFilter, out *eventStream) error {
	var wakes wakers
	woken, stop := wakes.subscribe()
	defer stop()
	defer s.cfg.Watcher.Watch("", wakes.wake)()
	var sent []byte
	for {
		page, err := s.runPage(ctx, in)
		if err != nil {
			return err
		}
		fixed := *page
		fixed.Runs = append([]api.Run(nil), page.Runs...)
		for i := range fixed.Runs { // how long a run takes by now is no change
			fixed.Runs[i].Seconds = 0
		}
		now, err := json.Marshal(fixed)
		if err != nil {
			return err
		}
		if !bytes.Equal(now, sent) {
			if err := out.send("runs", "", page); err != nil {
				return err
			}
			sent = now
		}
		if err := out.wait(ctx, woken, listInterval, 0); err != nil {
			return err
		}
	}
}
