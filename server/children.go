package server

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"example.org/weft/dsl"
	"example.org/weft/executor/journal"
)

// ChildPins say which versions a workflow runs, where its source has names that
// say nothing to the server.
type ChildPins struct {
	Pins []string `query:"pin,explode" maxItems:"1000" doc:"NAME=VERSION of a workflow that this one runs: the name as its source has it, such as ./convert.yaml, and a version that was sent before. What stands there without a pin is NAME, NAME@VERSION or NAME@ALIAS."`
}

// resolver finds the workflows that another one runs: by their pins, else by
// their names.
func (s *Server) resolver(ctx context.Context, pins []string) dsl.Resolver {
	return func(name string) (dsl.Child, error) {
		version, err := s.pinned(ctx, name, pins)
		if err != nil {
			return dsl.Child{}, err
		}
		program, err := s.cfg.Programs.Get(ctx, version)
		if errors.Is(err, journal.ErrNotFound) {
			err = fmt.Errorf("workflow %s is pinned to a version that the server does not have: %s", name, version)
		}
		return dsl.Child{Program: program}, err
	}
}

func (s *Server) pinned(ctx context.Context, name string, pins []string) (string, error) {
	for _, pin := range pins {
		if at := strings.LastIndexByte(pin, '='); at >= 0 && pin[:at] == name {
			return pin[at+1:], nil
		}
	}
	if (&dsl.Child{Name: name}).IsPath() {
		return "", fmt.Errorf("the server has no file %s: it must be sent first and pinned, as weft submit does", name)
	}
	workflow, version, _ := strings.Cut(name, "@")
	w, err := s.workflow(ctx, workflow, version)
	if errors.Is(err, journal.ErrNotFound) {
		err = fmt.Errorf("there is no workflow %s", name)
	}
	return w.Version, err
}
