package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

// follow shows a run's progress until it has ended, and prints its result.
// Ctrl-C pauses a run that is this call's own; of any other it ends the looking
// on.
func (a *app) follow(ctx context.Context, c *client, run *api.Run, s *submission) error {
	show := a.newProgress(run, c.base, s.out.json())
	defer show.close()
	err := c.watch(ctx, run.ID, show.update)
	show.close()
	switch {
	case err == nil:
		return a.report(ctx, c, run.ID, s)
	case ctx.Err() == nil:
		return err
	case s.own:
		return a.pause(context.WithoutCancel(ctx), c, run.ID, s)
	}
	fmt.Fprintf(a.stderr, "%s has not ended; watch it with:\n  %s\n", run.ID, a.next("weft runs watch "+string(run.ID)))
	return &exitError{code: exitInterrupted}
}

// watch calls update with the state of a run whenever it changes, until the run
// has ended.
func (c *client) watch(ctx context.Context, id executor.RunID, update func(api.State)) error {
	last, failures := "", 0
	for {
		ended := false
		err := c.stream(ctx, runPath(id)+"/events", url.Values{"view": {"state"}}, last, func(e sse) bool {
			var state api.State
			if json.Unmarshal([]byte(e.data), &state) != nil {
				return true
			}
			last, failures = e.id, 0
			update(state)
			ended = state.Run != nil && state.Run.Status.Done()
			return !ended
		})
		var problem *api.Problem
		switch {
		case ended:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &problem):
			return problem
		}
		if failures++; failures > maxReconnects {
			return unreachable(fmt.Errorf("cannot follow the run: %w", err))
		}
		if err := sleep(ctx, backoff(failures)); err != nil {
			return err
		}
	}
}

const maxReconnects = 20

// backoff returns how long to wait before reconnect n: doubling up to 5 s, with
// jitter, so that clients of a restarted server do not come all at once.
func backoff(n int) time.Duration {
	const first, most = 100 * time.Millisecond, 5 * time.Second
	d := min(most, first<<min(n, 6))
	return d/2 + rand.N(d/2)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// pause pauses a run, and returns when that is durable and nothing of the run
// begins any more.
func (a *app) pause(ctx context.Context, c *client, id executor.RunID, s *submission) error {
	fmt.Fprintf(a.stderr, "pausing %s; Ctrl-C again stops at once\n", id)
	err := c.call(ctx, request{method: http.MethodPost, path: runPath(id) + "/pause"}, nil, nil)
	if err != nil {
		return &exitError{exitInterrupted, fmt.Errorf("cannot pause %s, so it goes on when weft is next started: %w", id, err)}
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	err = c.watch(watching, id, func(state api.State) {
		if state.Run != nil && state.Run.Status == executor.StatusPaused {
			stop()
		}
	})
	switch {
	case err == nil:
		return a.report(ctx, c, id, s) // it ended before it could be paused
	case watching.Err() == nil:
		return &exitError{exitInterrupted, fmt.Errorf("cannot tell whether %s is paused: %w", id, err)}
	}
	if s.out.json() {
		if err := a.showRun(ctx, c, id, &s.out); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.stderr, "paused; nothing that has succeeded is lost. Go on with:\n  %s\n", a.next("weft runs resume "+string(id)))
	return &exitError{code: exitInterrupted}
}

// report prints how a run has ended.
func (a *app) report(ctx context.Context, c *client, id executor.RunID, s *submission) error {
	run := new(api.Run)
	if err := c.call(ctx, request{method: http.MethodGet, path: runPath(id)}, nil, run); err != nil {
		return err
	}
	dir := s.outDir
	if dir == "" && s.own {
		dir = a.dir + "/outputs/" + string(id)
	}
	r, err := a.result(ctx, c, run, dir)
	if err != nil {
		return err
	}
	if s.out.json() {
		err = a.printJSON(r)
	} else {
		err = a.printResult(r, run.Workflow)
	}
	if err == nil && r.Status != executor.StatusSucceeded {
		return &exitError{code: exitFailed}
	}
	return err
}
