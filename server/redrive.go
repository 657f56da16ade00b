package server

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

type redriveRequest struct {
	api.RunPath
	Body api.RedriveBody
}

func (s *Server) redriveRoute() {
	register(s, huma.Operation{
		Method: http.MethodPost, Path: apiPrefix + "/runs/{id}/redrive", OperationID: "redrive-run",
		Summary:      "Let a run that ended go on: with what has not succeeded, or from a task. The answer says what that takes.",
		MaxBodyBytes: maxBody, BodyReadTimeout: bodyPatience, DefaultStatus: http.StatusAccepted,
	}, s.redrive)
}

func (s *Server) redrive(ctx context.Context, in *redriveRequest) (*reply[api.Redrive], error) {
	forecast, err := s.cfg.Engine.Redrive(ctx, in.ID, executor.Redriven{From: in.Body.From}, in.Body.DryRun)
	if errors.Is(err, executor.ErrRedrive) {
		return nil, api.NewProblem(http.StatusConflict, "conflict", err.Error())
	}
	if err != nil {
		return nil, err
	}
	out := &reply[api.Redrive]{Body: api.Redrive{
		Run: in.ID, Steps: []api.RedriveStep{}, Kept: forecast.Kept, Remade: forecast.Remade, Gone: forecast.Gone,
	}}
	for _, step := range forecast.Steps {
		out.Body.Steps = append(out.Body.Steps, api.RedriveStep(step))
	}
	return out, nil
}
