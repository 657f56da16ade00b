package embedded

import (
	"context"
	"fmt"
	"sync"

	"example.org/weft/dsl"
	"example.org/weft/executor/journal"
)

// programs compiles each workflow version of the catalog once.
type programs struct {
	catalog journal.Catalog

	mu       sync.Mutex // guards the following fields
	compiled map[string]*dsl.Program
}

func (p *programs) get(ctx context.Context, version string) (*dsl.Program, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if program, ok := p.compiled[version]; ok {
		return program, nil
	}
	w, err := p.catalog.Workflow(ctx, "", version)
	if err != nil {
		return nil, fmt.Errorf("cannot load workflow %s: %w", version, err)
	}
	program, _, err := dsl.Compile(w.Name, w.Source)
	if err != nil {
		return nil, fmt.Errorf("cannot compile workflow %s: %w", w.Name, err)
	}
	if p.compiled == nil {
		p.compiled = make(map[string]*dsl.Program)
	}
	p.compiled[version] = program
	return program, nil
}
