package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
	"example.org/weft/planner"
	"example.org/weft/server/api"
)

type yamlBody struct {
	File string `query:"file" default:"workflow.yaml" maxLength:"255" doc:"Name of the file, for messages."`
	ChildPins
	Part    bool   `query:"part" doc:"It is sent because another workflow runs it: it does not become the latest of its name."`
	RawBody []byte `contentType:"application/yaml"`
}

type versionParam struct {
	api.WorkflowPath
	Version string `path:"version" pattern:"^[A-Za-z0-9:_-]{1,128}$"`
}

type digestParam struct {
	Version string `path:"version" pattern:"^sha256:[0-9a-f]{1,120}$"`
}

func (s *Server) workflowRoutes() {
	handle(s, http.MethodPost, "/workflows", "put-workflow", "Check and keep a workflow", s.putWorkflow)
	handle(s, http.MethodGet, "/workflows", "list-workflows", "Latest version of every workflow", s.listWorkflows)
	handle(s, http.MethodGet, "/workflows/{name}", "get-workflow", "Latest version of a workflow",
		func(ctx context.Context, in *api.WorkflowPath) (*reply[api.Workflow], error) {
			return s.getWorkflow(ctx, in.Name, "")
		})
	handle(s, http.MethodGet, "/workflows/{name}/versions/{version}", "get-workflow-version", "One version of a workflow, by its digest or an alias",
		func(ctx context.Context, in *versionParam) (*reply[api.Workflow], error) {
			return s.getWorkflow(ctx, in.Name, in.Version)
		})
	handle(s, http.MethodGet, "/versions/{version}", "get-version", "A version by its digest, whichever workflow it is of",
		func(ctx context.Context, in *digestParam) (*reply[api.Workflow], error) {
			return s.getWorkflow(ctx, "", in.Version)
		})
	s.aliasRoutes()
	s.scheduleRoutes()
	s.handlePlain(http.MethodPost, webhookPath+"{name}", s.postWebhook)
	handle(s, http.MethodPost, "/plans", "plan", "What running a workflow would take, without running it", s.postPlan)
}

func (s *Server) putWorkflow(ctx context.Context, in *yamlBody) (*reply[api.Workflow], error) {
	source := bytes.Clone(in.RawBody) // huma uses its buffer again
	program, warnings, err := dsl.CompileWith(in.File, source, s.resolver(ctx, in.Pins))
	if err != nil {
		return nil, err
	}
	w := journal.Workflow{
		Name: program.Name, Version: program.Version, Source: source, Created: time.Now().UTC(),
		Pins: program.Pins(), Part: in.Part,
	}
	if err := s.cfg.Catalog.PutWorkflow(ctx, w); err != nil {
		return nil, fmt.Errorf("cannot keep workflow %s: %w", w.Name, err)
	}
	s.cfg.Programs.Keep(program)
	s.lookAtSchedules()
	view := workflowView(w, program)
	view.Source = ""
	view.Warnings = workflowMistakes(warnings)
	if plan, err := s.cfg.Engine.Plan(ctx, program, nil); err == nil {
		view.Plan = api.Summarise(plan)
	} else {
		s.cfg.Log.WarnContext(ctx, "cannot plan workflow", slog.String("workflow", w.Name), slog.Any("err", err))
	}
	return &reply[api.Workflow]{Body: view}, nil
}

type workflowList struct {
	Cursor string `query:"cursor" maxLength:"128"`
	Limit  int    `query:"limit" default:"100" minimum:"1" maximum:"1000"`
}

func (s *Server) listWorkflows(ctx context.Context, in *workflowList) (*reply[api.WorkflowPage], error) {
	kept, err := s.cfg.Catalog.Workflows(ctx, in.Cursor, in.Limit)
	if err != nil {
		return nil, fmt.Errorf("cannot list workflows: %w", err)
	}
	out := &reply[api.WorkflowPage]{Body: api.WorkflowPage{Workflows: make([]api.Workflow, len(kept))}}
	for i, w := range kept {
		out.Body.Workflows[i] = api.Workflow{Name: w.Name, Version: w.Version, Created: w.Created}
	}
	if len(kept) == in.Limit {
		out.Body.Next = kept[len(kept)-1].Name
	}
	return out, nil
}

func (s *Server) getWorkflow(ctx context.Context, name, version string) (*reply[api.Workflow], error) {
	w, err := s.workflow(ctx, name, version)
	if err != nil {
		return nil, err
	}
	program, err := s.cfg.Programs.Get(ctx, w.Version)
	if err != nil {
		return nil, err
	}
	view := workflowView(w, program)
	aliases, err := s.aliases(ctx, name)
	for _, a := range aliases {
		if a.Version == w.Version {
			view.Aliases = append(view.Aliases, a.Name)
		}
	}
	return &reply[api.Workflow]{Body: view}, err
}

type planBody struct {
	File string `query:"file" default:"workflow.yaml" maxLength:"255" doc:"Name of the file, for messages."`
	ChildPins
	RawBody []byte `contentType:"application/yaml"`
	Inputs  string `query:"inputs" maxLength:"65536" doc:"JSON object of inputs. What is missing is guessed."`
}

func (s *Server) postPlan(ctx context.Context, in *planBody) (*reply[planner.Plan], error) {
	program, _, err := dsl.CompileWith(in.File, bytes.Clone(in.RawBody), s.resolver(ctx, in.Pins))
	if err != nil {
		return nil, err
	}
	var inputs map[string]object.Value
	if in.Inputs != "" {
		given := map[string]json.RawMessage{}
		if err := json.Unmarshal([]byte(in.Inputs), &given); err != nil {
			return nil, invalid("the query parameter inputs is no JSON object")
		}
		if inputs, err = BindInputs(ctx, program.Inputs, given, s.cfg.Objects); err != nil {
			return nil, err
		}
	}
	plan, err := s.cfg.Engine.Plan(ctx, program, inputs)
	if err != nil {
		return nil, fmt.Errorf("cannot plan workflow %s: %w", program.Name, err)
	}
	return &reply[planner.Plan]{Body: *plan}, nil
}

func workflowView(w journal.Workflow, p *dsl.Program) api.Workflow {
	view := api.Workflow{
		Name: w.Name, Version: w.Version, Created: w.Created,
		Description: p.Description, Source: string(w.Source),
	}
	for _, in := range p.Inputs {
		field := api.Field{
			Name: in.Name, Type: typeName(in.Type), Description: in.Description,
			Required: in.Default == nil && !in.Type.Nullable,
		}
		if in.Default != nil {
			field.Default = in.Default
		}
		view.Inputs = append(view.Inputs, field)
	}
	for _, out := range p.Outputs {
		view.Outputs = append(view.Outputs, api.Field{Name: out.Name, Type: typeName(out.Type)})
	}
	for _, child := range p.Children {
		view.Pins = append(view.Pins, api.Pin{As: child.Name, Workflow: child.Program.Name, Version: child.Program.Version})
	}
	for _, step := range p.Steps {
		view.Steps = append(view.Steps, step.Name)
	}
	return view
}
