package embedded

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
)

// A result is what an entry of the cache says.
type result struct {
	Function string                  `json:"function"` // its digest
	Version  string                  `json:"version,omitempty"`
	Inputs   []executor.InputDigest  `json:"inputs"`
	Outputs  map[string]object.Value `json:"outputs"`
	Origin   executor.Origin         `json:"origin"`
	Made     time.Time               `json:"-"`
}

// A question is whether an earlier result stands for an attempt.
type question struct {
	executor.Reuse

	program *dsl.Program
	fn      *dsl.Function
	inputs  map[string]object.Value
}

// reuse looks for an earlier result. It may have to read every byte of the
// inputs, so it is not for the loop.
func (l *loop) reuse(a *active, c executor.Reuse) {
	if l.stopping {
		return
	}
	q := question{Reuse: c, program: a.program, fn: a.program.FunctionOf(c.Step), inputs: map[string]object.Value{}}
	for name, v := range c.Inputs {
		q.inputs[name] = a.run.Expand(v)
	}
	l.tasks.Go(func() {
		l.looks <- struct{}{}
		defer func() { <-l.looks }()
		fact, err := l.lookUp(l.background, q)
		l.events.put(looked{run: a, question: q, fact: fact, err: err})
	})
}

// looked brings what is known of earlier results.
type looked struct {
	run      *active
	question question
	fact     executor.Fact
	err      error
}

func (e looked) deliver(l *loop) {
	a := e.run
	if a.gone || l.loseAll(a, e.err) {
		return // what is lost is made again, and then the run asks again
	}
	if e.err != nil {
		e.fact = executor.NotReused{Task: e.question.Task, Attempt: e.question.Attempt, Why: "earlier results cannot be looked at: " + e.err.Error()}
	}
	if !l.step(a, e.fact) {
		return
	}
	if f, ok := e.fact.(executor.NotReused); ok {
		a.sought[f.Task] = f
	}
	if f, ok := e.fact.(executor.Succeeded); ok && a.makers != nil {
		a.note(e.question.Step, f.Task, f.Reused.ID(), f.Outputs)
	}
}

// lookUp returns Succeeded with the earlier result, or NotReused with the reason.
func (e *Engine) lookUp(ctx context.Context, q question) (executor.Fact, error) {
	digests, err := e.digests(ctx, q.inputs)
	if err != nil {
		return nil, err
	}
	not := executor.NotReused{Task: q.Task, Attempt: q.Attempt, Key: keyOf(q.fn, digests), Inputs: digests}
	found, err := readResult(e.cfg.Cache.Cached(ctx, not.Key))
	switch {
	case errors.Is(err, journal.ErrNotFound):
		not.Why, err = e.whatChanged(ctx, q, digests)
		return not, err
	case err != nil:
		return nil, err
	}
	made := fmt.Sprintf("the result of %s/%s", found.Origin.Run, found.Origin.Task)
	if q.fn.Cache.For > 0 && time.Since(found.Made) > q.fn.Cache.For {
		not.Why = made + " is older than " + q.fn.Cache.For.String()
		return not, nil
	}
	if gone := e.goneOf(found); gone != "" {
		not.Why = fmt.Sprintf("%s of %s is not there any more", gone, made)
		return not, nil
	}
	return executor.Succeeded{Task: q.Task, Attempt: q.Attempt, Outputs: found.Outputs, Reused: &found.Origin}, nil
}

// keyOf names a function together with the content of its inputs.
func keyOf(fn *dsl.Function, digests []executor.InputDigest) string {
	text, err := json.Marshal([]any{fn.Digest, fn.Cache.Version, digests})
	if err != nil {
		panic(fmt.Sprintf("embedded: cannot encode strings: %v", err))
	}
	return sum(text)
}

// readResult reads an entry as the cache returned it.
func readResult(entry journal.CacheEntry, err error) (result, error) {
	if err != nil {
		return result{}, err
	}
	r := result{Made: entry.Made}
	if err := json.Unmarshal(entry.Data, &r); err != nil {
		return r, fmt.Errorf("cannot read result %s: %w", entry.Key, err)
	}
	return r, nil
}

// goneOf names an object of a result that no node has; empty if all are there.
func (e *Engine) goneOf(r result) string {
	k := keeper{engine: e, held: make([][]object.ID, len(e.cfg.Nodes))}
	for _, name := range slices.Sorted(maps.Keys(r.Outputs)) {
		if k.find(r.Outputs[name]) != nil {
			return "output " + name // what it refers to cannot be read
		}
	}
	if len(k.lost) > 0 {
		return "object " + string(k.lost[0])
	}
	return ""
}

// whatChanged says why there is no result: what is another than when the task
// last made one.
func (e *Engine) whatChanged(ctx context.Context, q question, digests []executor.InputDigest) (string, error) {
	last, err := readResult(e.cfg.Cache.LastCached(ctx, taskKey(q.program, q.Task)))
	switch {
	case errors.Is(err, journal.ErrNotFound):
		return "it never ran to its end before", nil
	case err != nil:
		return "", err
	case last.Function != q.fn.Digest:
		return "the function changed: " + e.functionChange(ctx, q.fn, last.Function), nil
	case last.Version != q.fn.Cache.Version:
		return fmt.Sprintf("cache.version was %q, is %q", last.Version, q.fn.Cache.Version), nil
	}
	var changes []string
	for _, now := range digests {
		i := slices.IndexFunc(last.Inputs, func(d executor.InputDigest) bool { return d.Input == now.Input })
		if i >= 0 && last.Inputs[i] != now {
			changes = append(changes, fmt.Sprintf("input %s changed (%s -> %s)", now.Input, brief(last.Inputs[i].Digest), brief(now.Digest)))
		}
	}
	return strings.Join(changes, "; "), nil
}

// functionKind is the kind of the documents that keep functions by their digests.
const functionKind = "function"

func (e *Engine) functionChange(ctx context.Context, fn *dsl.Function, before string) string {
	text, err := e.cfg.Documents.Document(ctx, functionKind, before)
	if err != nil {
		return "what it was is not known"
	}
	return fn.ChangeOf(text)
}

// brief shortens a digest for people.
func brief(d string) string {
	const prefix, enough = "sha256:", 12
	rest, ok := strings.CutPrefix(d, prefix)
	if !ok || len(rest) < enough {
		return d
	}
	hash, name, _ := strings.Cut(rest, " ")
	return strings.TrimSpace(prefix + hash[:enough] + " " + name)
}

// taskKey names a task over all runs of its workflow.
func taskKey(p *dsl.Program, task executor.TaskID) string { return p.Name + "/" + string(task) }
