package embedded

import (
	"context"
	"encoding/json"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// A made is a result that is to be kept for others.
type made struct {
	function *dsl.Function
	entry    journal.CacheEntry
}

// keepResult keeps what an attempt made for which there was no earlier result.
func (l *loop) keepResult(a *active, attempt executor.AttemptID, f executor.Succeeded) {
	asked, ok := a.sought[f.Task]
	if !ok {
		return
	}
	delete(a.sought, f.Task)
	t, known := a.run.Task(f.Task)
	if asked.Attempt != f.Attempt || asked.Key == "" || !known {
		return
	}
	fn := a.program.FunctionOf(t.Step)
	data, err := json.Marshal(result{
		Function: fn.Digest, Version: fn.Cache.Version, Inputs: asked.Inputs, Outputs: f.Outputs,
		Origin: executor.Origin{Run: attempt.Run, Task: attempt.Task, Attempt: attempt.N, Epoch: attempt.Epoch},
	})
	if err != nil {
		l.log.Error("cannot keep a result", "run", a.lease.Run, "task", f.Task, "err", err)
		return
	}
	l.results = append(l.results, made{fn, journal.CacheEntry{
		Key: asked.Key, Task: taskKey(a.program, f.Task), Made: time.Now().UTC().Truncate(time.Microsecond), Data: data,
	}})
}

// writeResults starts to write the results that are not written yet, unless
// others are on their way: then they gather.
func (l *loop) writeResults() {
	if l.writing || len(l.results) == 0 {
		return
	}
	results := l.results
	l.results, l.writing = nil, true
	l.tasks.Go(func() {
		err := l.putResults(l.background, results)
		l.events.put(written{err})
	})
}

// written says that results were written. If they were not, who asks for them
// later runs once more.
type written struct{ err error }

func (e written) deliver(l *loop) {
	l.writing = false
	if e.err != nil {
		l.warn(l.background, "cannot keep results", e.err)
	}
}

// putResults writes results, after the functions that made them: of these people
// are told what has changed.
func (e *Engine) putResults(ctx context.Context, results []made) error {
	entries := make([]journal.CacheEntry, len(results))
	for i, r := range results {
		entries[i] = r.entry
		if _, known := e.functions.LoadOrStore(r.function.Digest, true); known {
			continue
		}
		if err := e.cfg.Documents.PutDocument(ctx, functionKind, r.function.Digest, r.function.Canonical()); err != nil {
			e.functions.Delete(r.function.Digest)
			return err
		}
	}
	return e.cfg.Cache.PutCached(ctx, entries)
}
