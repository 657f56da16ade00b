package server

import (
	"context"
	"net/http"

	"example.org/weft/executor"
	"example.org/weft/executor/node"
	"example.org/weft/server/api"
)

func (s *Server) nodeRoutes() {
	handle(s, http.MethodGet, "/nodes", "list-nodes", "What each node can take and does",
		func(ctx context.Context, _ *struct{}) (*reply[api.NodeList], error) {
			return &reply[api.NodeList]{Body: api.NodeList{Nodes: s.nodeViews(ctx)}}, nil
		})
	s.memberRoutes()
}

type nodeReport struct {
	ID   executor.NodeID `path:"id" pattern:"^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$"`
	Body node.Report
}

type nodeLeave struct {
	ID   executor.NodeID `path:"id" pattern:"^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$"`
	Boot string          `query:"boot" required:"true"`
}

// memberRoutes are for nodes that are processes of their own.
func (s *Server) memberRoutes() {
	handle(s, http.MethodPut, "/nodes/{id}", "report-node", "A node says what it can take and does, every second",
		func(ctx context.Context, in *nodeReport) (*reply[node.Welcome], error) {
			if s.cfg.Members == nil {
				return nil, conflict("this server runs its own nodes: start it with --engine temporal")
			}
			in.Body.ID = in.ID
			welcome, err := s.cfg.Members.Report(ctx, in.Body)
			return &reply[node.Welcome]{Body: welcome}, err
		})
	handle(s, http.MethodDelete, "/nodes/{id}", "leave-node", "A node leaves: it has nothing to do any more",
		func(ctx context.Context, in *nodeLeave) (*struct{}, error) {
			if s.cfg.Members == nil {
				return nil, notFound("no such node: %s", in.ID)
			}
			return nil, s.cfg.Members.Leave(ctx, in.ID, in.Boot)
		})
}

func (s *Server) nodeViews(ctx context.Context) []api.Node {
	views := []api.Node{}
	for _, n := range s.cfg.Engine.Nodes(ctx) {
		views = append(views, api.Node{
			ID: n.ID, CPU: n.CPU, FreeCPU: n.FreeCPU, Memory: n.Memory, FreeMem: n.FreeMem,
			Objects: n.Objects, Bytes: n.Bytes, Labels: n.Labels, Draining: n.Draining,
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
