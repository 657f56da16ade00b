package server

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

// eventPage is how many events a stream reads at a time.
const eventPage = 500

type eventQuery struct {
	api.RunPath
	Accept string `header:"Accept"`
	LastID string `header:"Last-Event-ID" pattern:"^[0-9]*$" maxLength:"20"`
	After  uint64 `query:"after" doc:"Only events after this number. Last-Event-ID goes before it."`
	Limit  int    `query:"limit" default:"500" minimum:"1" maximum:"5000" doc:"Of a page."`
	View   string `query:"view" enum:"facts,state" default:"facts" doc:"Of a stream: every fact, or the run's state after them."`
}

func (s *Server) eventRoute() {
	register(s, huma.Operation{
		Method: http.MethodGet, Path: apiPrefix + "/runs/{id}/events", OperationID: "list-events",
		Summary: "Journal of a run. As text/event-stream: from Last-Event-ID on, to the end of the run; the last event is named end.",
		Responses: map[string]*huma.Response{
			"200": s.describe("A page, or a stream of its events.", api.EventPage{}),
			"204": {Description: "The run has ended, and Last-Event-ID is its last event."},
		},
	}, s.listEvents)
}

func (s *Server) listEvents(ctx context.Context, in *eventQuery) (*huma.StreamResponse, error) {
	if in.LastID != "" {
		after, err := strconv.ParseUint(in.LastID, 10, 64)
		if err != nil {
			return nil, invalid("Last-Event-ID is no number of an event")
		}
		in.After = after
	}
	if !wantsStream(in.Accept) {
		f := s.folds.acquire(in.ID)
		defer s.folds.release(f)
		f.stale.Store(true)
		got, err := s.eventsAfter(ctx, f, in.After, in.Limit)
		if err != nil {
			return nil, err
		}
		page := &api.EventPage{Events: got.events, Next: in.After}
		if n := len(got.events); n > 0 {
			page.Next = got.events[n-1].Seq
		}
		return jsonResponse(page), nil
	}
	if over, err := s.saidAll(ctx, in); err != nil || over {
		return &huma.StreamResponse{Body: func(hc huma.Context) { hc.SetStatus(http.StatusNoContent) }}, err
	}
	return s.streamResponse(ctx, func(out *eventStream) error {
		if in.View == "state" {
			return s.streamState(ctx, in.ID, out)
		}
		return s.streamFacts(ctx, in.ID, in.After, out)
	}), nil
}

// saidAll reports whether the client has seen the end of the run: a 204 tells a
// browser not to connect again.
func (s *Server) saidAll(ctx context.Context, in *eventQuery) (over bool, err error) {
	err = s.folds.look(ctx, in.ID, func(f *fold) error {
		over = in.After > 0 && f.run.Status().Done() && in.After >= f.run.Seq()
		return nil
	})
	return over, err
}

// A reading is a part of a run's journal.
type reading struct {
	events []api.Event
	more   bool // there are events after these
	over   bool // the run has ended with the last of these
}

// eventsAfter returns up to limit events of a run after number after.
func (s *Server) eventsAfter(ctx context.Context, f *fold, after uint64, limit int) (reading, error) {
	got := reading{events: []api.Event{}}
	known := false
	err := f.look(ctx, func() (err error) {
		if after < f.run.Seq() {
			if got.events, known, err = f.tail.after(after, limit); !known || err != nil {
				got.more = true
				return err
			}
		}
		known = true
		got.more = after+uint64(len(got.events)) < f.run.Seq()
		got.over = !got.more && f.run.Status().Done()
		return nil
	})
	if err != nil || known {
		return got, err
	}
	records, err := s.cfg.History.Read(ctx, f.id, after, limit)
	if err != nil {
		return reading{}, fmt.Errorf("cannot read events of run %s: %w", f.id, err)
	}
	for _, rec := range records {
		event, err := newEvent(rec)
		if err != nil {
			return reading{}, err
		}
		got.events = append(got.events, *event)
	}
	return got, nil
}

// streamFacts sends every fact after number after, once and in order, until the
// run has ended.
func (s *Server) streamFacts(ctx context.Context, id executor.RunID, after uint64, out *eventStream) error {
	f := s.folds.acquire(id)
	defer s.folds.release(f)
	woken, stop := f.wakes.subscribe()
	defer stop()
	for {
		got, err := s.eventsAfter(ctx, f, after, eventPage)
		if err != nil {
			return err
		}
		for _, e := range got.events {
			if err := out.send("", strconv.FormatUint(e.Seq, 10), e); err != nil {
				return err
			}
			after = e.Seq
		}
		switch {
		case got.over:
			return out.send("end", "", struct{}{})
		case got.more:
			err = out.flush()
		default:
			err = out.wait(ctx, woken, streamInterval, 0)
		}
		if err != nil {
			return err
		}
	}
}
