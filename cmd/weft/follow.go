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

// follow shows a run's progress until it has ended, and prints its result. The
// first Ctrl-C pauses it durably, a second one ends the program at once.
func (a *app) follow(ctx context.Context, c *client, run *api.Run, s *submission) error {
	show := a.newProgress(run, c.base, s.out.json())
	defer show.close()

	followed, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- c.watch(followed, run.ID, show.update) }()
	select {
	case err := <-done:
		if err != nil {
			return err
		}
	case <-a.interrupts:
		stop()
		<-done
		show.close()
		return a.pause(ctx, c, run)
	}
	show.close()
	return a.report(ctx, c, run.ID, s)
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

// pause answers the first Ctrl-C.
func (a *app) pause(ctx context.Context, c *client, run *api.Run) error {
	err := c.call(ctx, request{method: http.MethodPost, path: runPath(run.ID) + "/pause"}, nil, nil)
	if err != nil {
		return &exitError{exitInterrupted, fmt.Errorf("cannot pause %s: %w", run.ID, err)}
	}
	fmt.Fprintf(a.stderr, "paused %s; nothing that has succeeded is lost. Go on with:\n  weft runs resume %s\n", run.ID, run.ID)
	return &exitError{code: exitInterrupted}
}

// report prints how a run has ended.
func (a *app) report(ctx context.Context, c *client, id executor.RunID, s *submission) error {
	run := new(api.Run)
	if err := c.call(ctx, request{method: http.MethodGet, path: runPath(id)}, nil, run); err != nil {
		return err
	}
	dir := s.outDir
	if dir == "" && s.local {
		dir = a.dir + "/outputs/" + string(id)
	}
	r, err := c.result(ctx, run, dir)
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
