package journal

import (
	"context"
	"fmt"
	"sync"

	"example.org/weft/dsl"
)

// maxPrograms is how many compiled workflow versions are kept.
const maxPrograms = 128

// Programs are the workflow versions of a catalog, compiled: those that were
// asked for are kept, so that a version is compiled once. It is safe for
// concurrent use.
type Programs struct {
	catalog Catalog

	mu   sync.Mutex // guards the following fields
	kept map[string]*dsl.Program
	age  []string // versions, the one longest kept first
}

// NewPrograms returns the programs of a catalog.
func NewPrograms(c Catalog) *Programs {
	return &Programs{catalog: c, kept: map[string]*dsl.Program{}}
}

// Get returns the program of a version. Which workflow it is of does not
// matter: a version is a digest.
func (p *Programs) Get(ctx context.Context, version string) (*dsl.Program, error) {
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
	program, _, err = dsl.CompileWith(w.Name+".yaml", w.Source, func(name string) (dsl.Child, error) {
		child, err := p.Get(ctx, w.Pins[name])
		return dsl.Child{Program: child}, err
	})
	if err != nil {
		// Not wrapped: these mistakes are not the caller's.
		return nil, fmt.Errorf("cannot compile stored workflow version %s: %v", version, err) //nolint:errorlint // see above
	}
	p.Keep(program)
	return program, nil
}

// Keep has a program that is compiled already, and that the catalog has, at
// hand for Get.
func (p *Programs) Keep(program *dsl.Program) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept[program.Version] != nil {
		return
	}
	if len(p.age) >= maxPrograms {
		delete(p.kept, p.age[0])
		p.age = p.age[1:]
	}
	p.kept[program.Version] = program
	p.age = append(p.age, program.Version)
}
