package main

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/node"
	"example.org/weft/server/api"
)

// A serverLink is what a node asks of its server.
type serverLink struct {
	client   *client
	programs *journal.Programs
}

func newServerLink(c *client) *serverLink {
	return &serverLink{client: c, programs: journal.NewPrograms(remoteCatalog{client: c})}
}

// Report implements temporal.Registry.
func (l *serverLink) Report(ctx context.Context, r node.Report) (w node.Welcome, err error) {
	err = l.client.call(ctx, request{method: http.MethodPut, path: "/nodes/" + url.PathEscape(string(r.ID))}, r, &w)
	return w, err
}

// Leave implements temporal.Registry.
func (l *serverLink) Leave(ctx context.Context, id executor.NodeID, boot string) error {
	return l.client.call(ctx, request{
		method: http.MethodDelete, path: "/nodes/" + url.PathEscape(string(id)), query: url.Values{"boot": {boot}},
	}, nil, nil)
}

// Read implements temporal.Source.
func (l *serverLink) Read(ctx context.Context, run executor.RunID, after uint64, limit int) ([]executor.Record, error) {
	var page api.EventPage
	query := url.Values{"after": {strconv.FormatUint(after, 10)}, "limit": {strconv.Itoa(limit)}}
	if err := l.client.call(ctx, request{method: http.MethodGet, path: "/runs/" + string(run) + "/events", query: query}, nil, &page); err != nil {
		return nil, err
	}
	records := make([]executor.Record, len(page.Events))
	for i, e := range page.Events {
		fact, err := executor.DecodeFact(e.Kind, e.Fact)
		if err != nil {
			return nil, err
		}
		records[i] = executor.Record{Seq: e.Seq, At: e.At, Fact: fact}
	}
	return records, nil
}

// Program implements temporal.Source.
func (l *serverLink) Program(ctx context.Context, version string) (*dsl.Program, error) {
	return l.programs.Get(ctx, version)
}

// A remoteCatalog is a server's: of it programs need single versions alone.
type remoteCatalog struct {
	journal.Catalog

	client *client
}

// Workflow implements journal.Catalog.
func (c remoteCatalog) Workflow(ctx context.Context, _, version string) (journal.Workflow, error) {
	var w api.Workflow
	if err := c.client.call(ctx, request{method: http.MethodGet, path: "/versions/" + url.PathEscape(version)}, nil, &w); err != nil {
		return journal.Workflow{}, err
	}
	pins := make(map[string]string, len(w.Pins))
	for _, p := range w.Pins {
		pins[p.As] = p.Version
	}
	return journal.Workflow{Name: w.Name, Version: w.Version, Source: []byte(w.Source), Pins: pins, Created: w.Created}, nil
}
