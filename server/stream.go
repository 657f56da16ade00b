package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
)

const (
	streamInterval = 100 * time.Millisecond // least time between two writes to one client
	listInterval   = 500 * time.Millisecond // likewise, of the list of runs
	stateInterval  = time.Second            // how often a state is looked at without an event
	heartbeat      = 15 * time.Second
	writePatience  = 10 * time.Second // a client that takes longer for one write is cut off
)

// errEnded ends a stream that has said everything.
var errEnded = errors.New("server: the stream has ended")

// eventStream writes server-sent events to one client. What is sent between two
// waits goes out in one write.
type eventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	closing <-chan struct{} // closed when the server stops
	buf     bytes.Buffer
	begun   bool
	last    time.Time // of the last write
}

// send adds an event. With an empty name it is a plain message; with an empty
// id the client's Last-Event-ID stays.
func (e *eventStream) send(name, id string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("cannot encode event: %w", err)
	}
	if id != "" {
		fmt.Fprintf(&e.buf, "id: %s\n", id)
	}
	if name != "" {
		fmt.Fprintf(&e.buf, "event: %s\n", name)
	}
	fmt.Fprintf(&e.buf, "data: %s\n\n", text)
	return nil
}

// flush writes what was added.
func (e *eventStream) flush() error {
	if !e.begun {
		h := e.w.Header()
		h.Set("Content-Type", "text/event-stream")
		h.Set("Cache-Control", "no-store, no-transform")
		h.Set("X-Accel-Buffering", "no")
		e.w.WriteHeader(http.StatusOK)
		e.begun = true
	}
	e.last = time.Now()
	if err := e.control.SetWriteDeadline(e.last.Add(writePatience)); err != nil {
		return err
	}
	if _, err := e.w.Write(e.buf.Bytes()); err != nil {
		return err
	}
	e.buf.Reset()
	return e.control.Flush()
}

// wait writes what was added and returns when there is reason to look again: a
// wake, but at least interval after the last write, or tick, if it is not 0.
func (e *eventStream) wait(ctx context.Context, woken <-chan struct{}, interval, tick time.Duration) error {
	if e.buf.Len() > 0 || !e.begun {
		if err := e.flush(); err != nil {
			return err
		}
	}
	if err := e.sleep(ctx, time.Until(e.last.Add(interval))); err != nil {
		return err
	}
	var ticked <-chan time.Time
	if tick > 0 {
		ticked = time.After(tick)
	}
	for {
		select {
		case <-woken:
			return nil
		case <-ticked:
			return nil
		case <-time.After(heartbeat):
			e.buf.WriteString(": still here\n\n")
			if err := e.flush(); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		case <-e.closing:
			return errEnded
		}
	}
}

func (e *eventStream) sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-e.closing:
		return errEnded
	}
}

// streamResponse answers with what run sends until it returns. An error before
// the first write is answered as a problem.
func (s *Server) streamResponse(ctx context.Context, run func(*eventStream) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		_, w := humachi.Unwrap(hc)
		s.metrics.streams.Inc()
		defer s.metrics.streams.Dec()
		e := &eventStream{w: w, control: http.NewResponseController(w), closing: s.closing}
		err := run(e)
		if err == nil || errors.Is(err, errEnded) {
			err = e.flush()
		}
		switch {
		case err == nil || ctx.Err() != nil:
		case !e.begun:
			writeProblem(w, s.problem(ctx, err))
		default:
			s.cfg.Log.InfoContext(ctx, "event stream cut off", slog.Any("err", err))
		}
	}}
}

func jsonResponse(body any) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", "application/json")
		hc.SetStatus(http.StatusOK)
		_ = json.NewEncoder(hc.BodyWriter()).Encode(body) // fails only when the client has gone
	}}
}

func wantsStream(accept string) bool { return strings.Contains(accept, "text/event-stream") }
