package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/planner"
	"example.org/weft/server/api"
)

func (s *Server) runRoutes() {
	register(s, huma.Operation{
		Method: http.MethodPost, Path: apiPrefix + "/workflows/{name}/runs", OperationID: "start-run",
		Summary:      "Start a run. 201: it is durable. 200: the run that this Idempotency-Key started before. 202: Prefer: wait was over first.",
		MaxBodyBytes: maxBody, BodyReadTimeout: bodyPatience, DefaultStatus: http.StatusCreated,
	}, s.startRun)
	register(s, huma.Operation{
		Method: http.MethodGet, Path: apiPrefix + "/runs", OperationID: "list-runs",
		Summary: "Runs, newest first. As text/event-stream: that page, again whenever it changes.",
	}, s.listRuns)
	handle(s, http.MethodGet, "/runs/{id}", "get-run", "A run as it stands", s.getRun)
	handle(s, http.MethodGet, "/runs/{id}/plan", "get-plan", "The plan of a run", s.getPlan)
	s.ledgerRoute()
	s.graphRoute()
	s.timelineRoute()
	s.eventRoute()
}

type newRun struct {
	api.WorkflowPath
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255"`
	Prefer         string `header:"Prefer" doc:"wait=N: answer when the run ends, or after N seconds."`
	Body           struct {
		Inputs    map[string]json.RawMessage `json:"inputs,omitempty" doc:"By name. A file is the id of an object, as a string or as {\"object\": id}."`
		Version   string                     `json:"version,omitempty" maxLength:"128" doc:"A version or an alias. Empty: the latest."`
		Placement string                     `json:"placement,omitempty" pattern:"^(data|store|round-robin|earliest-start|random:[0-9]+)?$"`
	}
}

// Resolve is called by huma after it has read the body. It ends the time limit
// for reading it, which would else end a request that waits.
func (*newRun) Resolve(ctx huma.Context) []error {
	_ = ctx.SetReadDeadline(time.Time{}) // a connection that has none had none to lift
	return nil
}

type runReply struct {
	Status   int
	Location string `header:"Location"`
	Body     api.Run
}

func (s *Server) startRun(ctx context.Context, in *newRun) (*runReply, error) {
	w, err := s.workflow(ctx, in.Name, in.Body.Version)
	if err != nil {
		return nil, err
	}
	program, err := s.cfg.Programs.Get(ctx, w.Version)
	if err != nil {
		return nil, err
	}
	id, fresh, err := s.submit(ctx, w, program, start{
		inputs: in.Body.Inputs, key: in.IdempotencyKey, options: executor.Options{Placement: in.Body.Placement},
	})
	if err != nil {
		return nil, err
	}
	out := &runReply{Status: http.StatusOK, Location: apiPrefix + "/runs/" + string(id)}
	if fresh {
		out.Status = http.StatusCreated
	}
	wait := preferredWait(in.Prefer)
	if out.Body, err = s.awaitRun(ctx, id, wait); err != nil {
		return nil, err
	}
	if wait > 0 && !out.Body.Status.Done() {
		out.Status = http.StatusAccepted
	}
	return out, nil
}

// A start is what a run is started with.
type start struct {
	inputs  map[string]json.RawMessage
	key     string // the same key starts the same run; empty: none
	options executor.Options
}

// submit starts a run, or returns the one that its key started before.
func (s *Server) submit(ctx context.Context, w journal.Workflow, program *dsl.Program, with start) (executor.RunID, bool, error) {
	inputs, err := BindInputs(ctx, program.Inputs, with.inputs, s.cfg.Objects)
	if err != nil {
		return "", false, err
	}
	id, fresh, err := s.cfg.Engine.Submit(ctx, journal.NewRun{
		ID: newRunID(), Workflow: w.Name, Version: w.Version, Inputs: inputs,
		Options: with.options, IdempotencyKey: with.key, Created: time.Now().UTC(),
	})
	if err != nil {
		return "", false, fmt.Errorf("cannot accept a run of %s: %w", w.Name, err)
	}
	return id, fresh, nil
}

// awaitRun returns the run when it has ended, or as it is after wait.
func (s *Server) awaitRun(ctx context.Context, id executor.RunID, wait time.Duration) (api.Run, error) {
	f := s.folds.acquire(id)
	defer s.folds.release(f)
	f.stale.Store(true)
	woken, stop := f.wakes.subscribe()
	defer stop()
	over := time.NewTimer(wait)
	defer over.Stop()
	for {
		var view api.Run
		err := f.look(ctx, func() error {
			view = f.runView(time.Now(), s.nodeWork(ctx))
			return nil
		})
		if err != nil || view.Status.Done() || wait == 0 {
			return view, err
		}
		select {
		case <-woken:
		case <-over.C:
			return view, nil
		case <-ctx.Done():
			return view, ctx.Err()
		}
	}
}

// preferredWait reads "wait=N" from a Prefer header; at most an hour.
func preferredWait(prefer string) time.Duration {
	for part := range strings.SplitSeq(prefer, ",") {
		if n, ok := strings.CutPrefix(strings.TrimSpace(part), "wait="); ok {
			if n, err := strconv.Atoi(n); err == nil && n > 0 {
				return time.Duration(min(n, 3600)) * time.Second
			}
		}
	}
	return 0
}

func (s *Server) getRun(ctx context.Context, in *api.RunPath) (*reply[api.Run], error) {
	view, err := s.awaitRun(ctx, in.ID, 0)
	if err == nil && view.Status == executor.StatusPending {
		view.WaitsFor, err = s.cfg.Groups.Ahead(ctx, in.ID)
	}
	return &reply[api.Run]{Body: view}, err
}

type planQuery struct {
	api.RunPath
	Latest bool `query:"latest" doc:"The plan as it was made again when items or sizes turned out otherwise."`
}

func (s *Server) getPlan(ctx context.Context, in *planQuery) (*reply[planner.Plan], error) {
	out := &reply[planner.Plan]{}
	err := s.folds.look(ctx, in.ID, func(f *fold) error {
		if f.plan == nil {
			return notFound("run %s has no plan yet", in.ID)
		}
		out.Body = *f.plan
		if !in.Latest {
			return nil
		}
		latest, err := f.document(ctx, "replan")
		if latest != nil {
			out.Body = *latest
		}
		return err
	})
	return out, err
}
