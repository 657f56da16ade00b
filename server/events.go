package server

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

// eventPage is how many events a stream reads at a time.
const eventPage = 500

type eventQuery struct {
	runParam
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
		events, _, err := s.eventsAfter(ctx, in.ID, in.After, in.Limit)
		if err != nil {
			return nil, err
		}
		page := &api.EventPage{Events: events, Next: in.After}
		if n := len(events); n > 0 {
			page.Next = events[n-1].Seq
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

// eventsAfter returns up to limit events of a run, and whether the run has
// ended with the last of them.
func (s *Server) eventsAfter(ctx context.Context, id executor.RunID, after uint64, limit int,
) (events []api.Event, over bool, err error) {
	known := false
	err = s.folds.look(ctx, id, func(f *fold) error {
		if after >= f.run.Seq() {
			known, over = true, f.run.Status().Done()
			return nil
		}
		events, known, err = f.tail.after(after, limit)
		over = known && f.run.Status().Done() && uint64(len(events)) == f.run.Seq()-after
		return err
	})
	if err != nil || known {
		return nonNil(events), over, err
	}
	records, err := s.cfg.History.Read(ctx, id, after, limit)
	if err != nil {
		return nil, false, err
	}
	events = make([]api.Event, len(records))
	for i, rec := range records {
		event, err := newEvent(rec)
		if err != nil {
			return nil, false, err
		}
		events[i] = *event
	}
	return events, false, nil
}

// streamFacts sends every fact after number after, once and in order, until the
// run has ended.
func (s *Server) streamFacts(ctx context.Context, id executor.RunID, after uint64, out *eventStream) error {
	f := s.folds.acquire(id)
	defer s.folds.release(f)
	woken, stop := f.wakes.subscribe()
	defer stop()
	for {
		events, over, err := s.eventsAfter(ctx, id, after, eventPage)
		if err != nil {
			return err
		}
		for _, e := range events {
			if err := out.send("", strconv.FormatUint(e.Seq, 10), e); err != nil {
				return err
			}
			after = e.Seq
		}
		if over {
			return out.send("end", "", struct{}{})
		}
		if len(events) == eventPage {
			err = out.flush()
		} else {
			err = out.wait(ctx, woken, streamInterval, 0)
		}
		if err != nil {
			return err
		}
	}
}

func nonNil(events []api.Event) []api.Event {
	if events == nil {
		return []api.Event{}
	}
	return events
}
