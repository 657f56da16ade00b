package embedded

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/planner"
)

const profileKind = "profile"

// profiles is what past runs taught, shared by the loop and those who plan.
type profiles struct {
	mu      sync.Mutex // guards the following fields
	profile planner.Profile
}

func (p *profiles) get() planner.Profile {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.profile
}

func (p *profiles) set(profile planner.Profile) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.profile = profile
}

// loadProfile reads what past runs taught.
func loadProfile(ctx context.Context, d journal.Documents) (planner.Profile, error) {
	docs, err := d.Documents(ctx, profileKind)
	if err != nil {
		return planner.Profile{}, fmt.Errorf("cannot load the profile: %w", err)
	}
	p := planner.Profile{Functions: make(map[string]planner.Estimate, len(docs))}
	for digest, data := range docs {
		var e planner.Estimate
		if err := json.Unmarshal(data, &e); err != nil {
			return planner.Profile{}, fmt.Errorf("cannot load the profile of %s: %w", digest, err)
		}
		p.Functions[digest] = e
	}
	return p, nil
}

// learn lets the profile, and the run's own plan, learn from a task that
// succeeded.
func (l *loop) learn(a *active, f executor.Succeeded) {
	t, ok := a.run.Task(f.Task)
	if !ok {
		return
	}
	fn := a.program.FunctionOf(t.Step)
	l.profiles.set(planner.Learn(l.profiles.get(), observation(fn, f)))
	if a.learned == nil {
		a.learned = make(map[string]bool)
	}
	a.learned[fn.Digest] = true
	l.measure(a, a.program.Steps[t.Step].Name, f)
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
		if n, ok := itemsOf(v); ok {
			o.Items[name] = n
		}
	}
	return o
}

// storeLearned keeps what a run taught of the functions with these digests.
func (e *Engine) storeLearned(ctx context.Context, digests []string) {
	profile := e.profiles.get()
	for _, digest := range digests {
		data, err := json.Marshal(profile.Functions[digest])
		if err == nil {
			err = e.cfg.Documents.PutDocument(ctx, profileKind, digest, data)
		}
		if err != nil {
			e.warn(ctx, "cannot keep a profile", err)
			return
		}
	}
}
