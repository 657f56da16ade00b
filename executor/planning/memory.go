package planning

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/planner"
)

const profileKind = "profile"

// A Memory is what past runs taught. It is safe for concurrent use.
type Memory struct {
	documents journal.Documents

	mu      sync.Mutex // guards the following field
	profile planner.Profile
}

// NewMemory returns a memory that knows nothing before Load.
func NewMemory(d journal.Documents) *Memory { return &Memory{documents: d} }

// Load reads what is kept.
func (m *Memory) Load(ctx context.Context) error {
	docs, err := m.documents.Documents(ctx, profileKind)
	if err != nil {
		return fmt.Errorf("cannot load the profile: %w", err)
	}
	p := planner.Profile{Functions: make(map[string]planner.Estimate, len(docs))}
	for digest, data := range docs {
		var e planner.Estimate
		if err := json.Unmarshal(data, &e); err != nil {
			return fmt.Errorf("cannot load the profile of %s: %w", digest, err)
		}
		p.Functions[digest] = e
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.profile = p
	return nil
}

// Profile returns what is known.
func (m *Memory) Profile() planner.Profile {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.profile
}

// Learn learns from a task that succeeded.
func (m *Memory) Learn(fn *dsl.Function, f executor.Succeeded) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.profile = planner.Learn(m.profile, observation(fn, f))
}

// LearnRun learns from all tasks of a run that succeeded, and keeps that.
func (m *Memory) LearnRun(ctx context.Context, run *executor.Run, p *dsl.Program) error {
	learned := map[string]bool{}
	for step := range p.Steps {
		fn := p.FunctionOf(step)
		for t := range run.Tasks(step, 0) {
			if t.State != executor.TaskSucceeded || len(t.Attempts) == 0 {
				continue
			}
			last := t.Attempts[len(t.Attempts)-1]
			m.Learn(fn, executor.Succeeded{Outputs: t.Outputs, Usage: last.Usage, Moved: last.Moved})
			learned[fn.Digest] = true
		}
	}
	return m.Store(ctx, slices.Sorted(maps.Keys(learned)))
}

// Store keeps what is known of the functions with these digests.
func (m *Memory) Store(ctx context.Context, digests []string) error {
	profile := m.Profile()
	for _, digest := range digests {
		data, err := json.Marshal(profile.Functions[digest])
		if err == nil {
			err = m.documents.PutDocument(ctx, profileKind, digest, data)
		}
		if err != nil {
			return fmt.Errorf("cannot keep a profile: %w", err)
		}
	}
	return nil
}

func observation(fn *dsl.Function, f executor.Succeeded) planner.Observation {
	o := planner.Observation{
		Function: fn.Digest, Run: f.Usage.Run,
		OutputBytes: make(map[string]int64, len(f.Outputs)), Items: make(map[string]int),
	}
	for _, m := range f.Moved {
		o.InputBytes += m.Bytes
	}
	for name, v := range f.Outputs {
		o.OutputBytes[name] = v.Bytes()
		if n, ok := Items(v); ok {
			o.Items[name] = n
		}
	}
	return o
}
