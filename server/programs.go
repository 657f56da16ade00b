package server

import (
	"context"
	"fmt"
	"sync"

	"example.org/weft/dsl"
	"example.org/weft/executor/journal"
)

// maxPrograms is how many compiled workflow versions are kept.
const maxPrograms = 128

// programs compiles workflow versions and keeps those that were asked for last.
type programs struct {
	catalog journal.Catalog

	mu   sync.Mutex // guards the following fields
	kept map[string]*dsl.Program
	age  []string // versions, the one longest kept first
}

func newPrograms(c journal.Catalog) *programs {
	return &programs{catalog: c, kept: map[string]*dsl.Program{}}
}

// get returns the program of a version. Which workflow it is of does not
// matter: a version is a digest.
func (p *programs) get(ctx context.Context, version string) (*dsl.Program, error) {
	p.mu.Lock()
	program := p.kept[version]
	p.mu.Unlock()
	if program != nil {
		return program, nil
	}
	w, err := p.catalog.Workflow(ctx, "", version)
	if err != nil {
		return nil, fmt.Errorf("cannot load workflow version %s: %w", version, err)
	}
	program, _, err = dsl.Compile(w.Name+".yaml", w.Source)
	if err != nil {
		// Not wrapped: these mistakes are not the caller's.
		return nil, fmt.Errorf("cannot compile stored workflow version %s: %v", version, err) //nolint:errorlint // see above
	}
	p.keep(version, program)
	return program, nil
}

func (p *programs) keep(version string, program *dsl.Program) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept[version] != nil {
		return
	}
	if len(p.age) >= maxPrograms {
		delete(p.kept, p.age[0])
		p.age = p.age[1:]
	}
	p.kept[version] = program
	p.age = append(p.age, version)
}
