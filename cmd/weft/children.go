package main

import (
	"bytes"
	"context"
	"net/http"
	"net/url"

	"example.org/weft/dsl"
	"example.org/weft/server/api"
)

// sources are the files beside a workflow, and those that a server knows by
// name.
func sources(named dsl.Resolver) *dsl.Sources {
	return &dsl.Sources{Read: readWorkflow, Named: named}
}

// namedOn finds workflows by name on the server that is named; without one
// there are none.
func (a *app) namedOn(ctx context.Context) dsl.Resolver {
	if !a.serverNamed() {
		return nil
	}
	return a.client().child(ctx)
}

// namedIn finds workflows by name where a workflow is to run.
func (a *app) namedIn(ctx context.Context, local localFlags) dsl.Resolver {
	return func(name string) (child dsl.Child, err error) {
		err = a.withServer(ctx, local, func(ctx context.Context, c *client) error {
			child, err = c.child(ctx)(name)
			return err
		})
		return child, err
	}
}

// child finds workflows of the server by name.
func (c *client) child(ctx context.Context) dsl.Resolver {
	return func(name string) (dsl.Child, error) {
		program, _, err := c.fetch(ctx, name)
		return dsl.Child{Program: program}, err
	}
}

// program compiles a workflow of the server with those that it runs.
func (c *client) program(ctx context.Context, file string, w *api.Workflow) (*dsl.Program, error) {
	program, _, err := dsl.CompileWith(file, []byte(w.Source), func(name string) (dsl.Child, error) {
		for _, pin := range w.Pins {
			if pin.As == name {
				return c.child(ctx)(pin.Workflow + "@" + pin.Version)
			}
		}
		return dsl.Child{}, dsl.ErrNoName
	})
	return program, err
}

// put sends a workflow, after the files that it runs.
func (c *client) put(ctx context.Context, p *dsl.Program, src []byte, part bool) error {
	query := url.Values{}
	if part {
		query.Set("part", "true")
	}
	for _, child := range p.Children {
		query.Add("pin", child.Name+"="+child.Program.Version)
		if child.Source == nil {
			continue // it has it already
		}
		if err := c.put(ctx, child.Program, child.Source, true); err != nil {
			return err
		}
	}
	err := c.call(ctx, request{
		method: http.MethodPost, path: "/workflows", query: query,
		header: http.Header{"Content-Type": {"application/yaml"}}, body: bytes.NewReader(src),
	}, nil, nil)
	return refused(err)
}
