package server

import (
	"context"
	"net/http"

	"example.org/weft/executor/node"
	"example.org/weft/server/api"
)

func (s *Server) nodeRoutes() {
	handle(s, http.MethodGet, "/nodes", "list-nodes", "What each node can take and does",
		func(ctx context.Context, _ *struct{}) (*reply[api.NodeList], error) {
			return &reply[api.NodeList]{Body: api.NodeList{Nodes: s.nodeViews(ctx)}}, nil
		})
}

func (s *Server) nodeViews(ctx context.Context) []api.Node {
	views := []api.Node{}
	for _, n := range s.cfg.Engine.Nodes(ctx) {
		views = append(views, api.Node{
			ID: n.ID, CPU: n.CPU, FreeCPU: n.FreeCPU, Memory: n.Memory, FreeMem: n.FreeMem,
			Objects: n.Objects, Bytes: n.Bytes,
			Running: nodeAttempts(n.Running), Queued: nodeAttempts(n.Queued),
		})
	}
	return views
}

func nodeAttempts(as []node.AttemptStatus) []api.NodeAttempt {
	out := make([]api.NodeAttempt, len(as))
	for i, a := range as {
		out[i] = api.NodeAttempt{
			Run: a.Attempt.Run, Task: a.Attempt.Task, Attempt: a.Attempt.N,
			Since: a.Since, WaitsFor: a.WaitsFor,
		}
	}
	return out
}
