package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

// logInterval is how often a live log is looked at.
const logInterval = 500 * time.Millisecond

type logQuery struct {
	api.TaskPath
	Accept  string `header:"Accept"`
	Attempt int    `query:"attempt" minimum:"0" doc:"0 is the last."`
	Stream  string `query:"stream" enum:"stdout,stderr" default:"stderr"`
	Offset  int64  `query:"offset" doc:"First byte. Negative: counted from the end."`
	Limit   int64  `query:"limit" default:"65536" minimum:"1" maximum:"1048576"`
}

func (s *Server) logRoute() {
	register(s, huma.Operation{
		Method: http.MethodGet, Path: apiPrefix + "/runs/{id}/tasks/{task}/logs", OperationID: "get-logs",
		Summary:   "What an attempt wrote. As text/event-stream: from offset on, until the attempt is over.",
		Responses: map[string]*huma.Response{"200": s.describe("A page, or a stream of pages.", api.LogPage{})},
	}, s.getLogs)
}

func (s *Server) getLogs(ctx context.Context, in *logQuery) (*huma.StreamResponse, error) {
	attempt, over, err := s.findAttempt(ctx, in)
	if err != nil {
		return nil, err
	}
	if !wantsStream(in.Accept) {
		page, err := s.logPage(ctx, in, attempt, over)
		if err != nil {
			return nil, err
		}
		return jsonResponse(page), nil
	}
	return s.streamResponse(ctx, func(out *eventStream) error {
		return s.streamLog(ctx, in, out)
	}), nil
}

// streamLog sends pages of a log as it grows. An attempt that is not there yet
// is waited for.
func (s *Server) streamLog(ctx context.Context, in *logQuery, out *eventStream) error {
	f := s.folds.acquire(in.ID)
	defer s.folds.release(f)
	woken, stop := f.wakes.subscribe()
	defer stop()
	first := true
	for {
		attempt, over, err := s.findAttempt(ctx, in)
		if err != nil {
			return err
		}
		page, err := s.logPage(ctx, in, attempt, over)
		if err != nil {
			return err
		}
		if first || page.Data != "" || page.Ended {
			if err := out.send("log", "", page); err != nil {
				return err
			}
		}
		in.Offset, in.Attempt, first = page.Next, attempt.N, false
		if page.Ended {
			return out.send("end", "", struct{}{})
		}
		if page.Next-page.Offset == in.Limit {
			err = out.flush()
		} else {
			err = out.wait(ctx, woken, streamInterval, logInterval)
		}
		if err != nil {
			return err
		}
	}
}

// findAttempt returns the attempt that in names and whether it is over. One
// that has not begun has N = 0.
func (s *Server) findAttempt(ctx context.Context, in *logQuery) (id executor.AttemptID, over bool, err error) {
	err = s.folds.look(ctx, in.ID, func(f *fold) error {
		task, ok := f.run.Task(in.Task)
		if !ok {
			return notFound("run %s has no task %s", in.ID, in.Task)
		}
		id = executor.AttemptID{Run: in.ID, Task: in.Task}
		over = task.State.Done()
		for _, a := range task.Attempts {
			if in.Attempt == 0 || in.Attempt == a.N {
				id.Task, id.N, id.Epoch, over = a.Task, a.N, a.Epoch, a.Outcome != ""
			}
		}
		if id.N == 0 && in.Attempt > 0 {
			return notFound("task %s has no attempt %d", in.Task, in.Attempt)
		}
		return nil
	})
	return id, over, err
}

// logPage reads a part of a log. Over says that the log grows no more.
func (s *Server) logPage(ctx context.Context, in *logQuery, a executor.AttemptID, over bool) (*api.LogPage, error) {
	page := &api.LogPage{Task: a.Task, Attempt: a.N, Stream: in.Stream, Offset: max(0, in.Offset), Ended: over}
	page.Next = page.Offset
	if a.N == 0 {
		return page, nil
	}
	log, err := s.cfg.Engine.Logs(ctx, a, in.Stream)
	if isMissing(err) {
		return page, nil // it wrote nothing, or its log was dropped
	}
	if err != nil {
		return nil, fmt.Errorf("cannot open the log of %s: %w", a, err)
	}
	defer func() { _ = log.Close() }() // read only
	if page.Offset, err = skipTo(log, in.Offset); err != nil {
		return nil, fmt.Errorf("cannot read the log of %s: %w", a, err)
	}
	data, err := io.ReadAll(io.LimitReader(log, in.Limit))
	if err != nil {
		return nil, fmt.Errorf("cannot read the log of %s: %w", a, err)
	}
	page.Data = strings.ToValidUTF8(string(data), "\uFFFD")
	page.Next = page.Offset + int64(len(data))
	page.Ended = over && int64(len(data)) < in.Limit
	return page, nil
}

// skipTo moves r to offset, from the end if it is negative, and returns where
// that is.
func skipTo(r io.Reader, offset int64) (int64, error) {
	seeker, ok := r.(io.Seeker)
	switch {
	case ok && offset >= 0:
		return seeker.Seek(offset, io.SeekStart)
	case ok:
		size, err := seeker.Seek(0, io.SeekEnd)
		if err != nil {
			return 0, err
		}
		return seeker.Seek(max(0, size+offset), io.SeekStart)
	case offset < 0:
		return 0, nil // the end cannot be found without reading it all
	}
	n, err := io.CopyN(io.Discard, r, offset)
	if errors.Is(err, io.EOF) {
		err = nil // the log is shorter than that
	}
	return n, err
}
