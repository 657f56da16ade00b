package embedded

import (
	"context"
	"fmt"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/placement"
	"example.org/weft/planner"
)

// opened brings a run that this engine owns: its program, and the records that
// its journal has.
type opened struct {
	lease   journal.Lease
	program *dsl.Program
	plan    *planner.Plan // nil: none
	records []executor.Record
	started executor.Started // of a run that has no records
}

func (e opened) deliver(l *loop) {
	if l.stopping {
		return
	}
	if old := l.runs[e.lease.Run]; old != nil {
		if old.lease.Epoch >= e.lease.Epoch {
			return
		}
		l.forget(old) // it ended, and was redriven before its last flush came back
	}
	mode, err := placement.ParseMode(e.started.Options.Placement)
	if err != nil {
		l.log.Error("cannot open a run", "run", e.lease.Run, "err", err)
		return
	}
	a := &active{
		lease: e.lease, program: e.program, plan: e.plan, mode: mode,
		run: executor.New(e.lease.Run, e.program), homes: placement.NewHomes(e.plan), known: newKnown(),
		live: make(map[executor.TaskID]*claim), sought: make(map[executor.TaskID]executor.NotReused), since: time.Now(),
	}
	for _, rec := range e.records {
		if err := a.run.Step(rec); err != nil {
			l.log.Error("cannot replay a run", "run", e.lease.Run, "seq", rec.Seq, "err", err)
			return
		}
		a.recall(rec.Fact)
	}
	l.runs[e.lease.Run] = a
	l.nodes.know(e.program)
	if len(e.records) == 0 {
		l.step(a, e.started)
		return
	}
	l.takeOver(a)
	a.recount()
	l.touch(a)
	l.wake()
}

// takeOver ends the attempts of the owner before: their node died with it, or
// was told to stop them.
func (l *loop) takeOver(a *active) {
	for _, c := range a.run.Ready() {
		switch c := c.(type) {
		case executor.Invoke:
			l.step(a, executor.AttemptLost{
				Task: c.Attempt.Task, Attempt: c.Attempt.N, Reason: "the server that ran it is gone",
			})
		default:
			l.carryOut(a, c)
		}
	}
}

// load reads a run's journal and hands the run to the loop.
func (e *Engine) load(ctx context.Context, lease journal.Lease) error {
	program, err := e.cfg.Programs.Get(ctx, lease.Version)
	if err != nil {
		return err
	}
	rows, err := e.cfg.Catalog.Runs(ctx, journal.Filter{ID: lease.Run, Limit: 1})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return fmt.Errorf("cannot load run %s: %w", lease.Run, journal.ErrNotFound)
	}
	records, err := readAll(ctx, e.cfg.Journal, lease.Run)
	if err != nil {
		return err
	}
	row := rows[0]
	if len(records) == 0 {
		e.open(ctx, lease, program, journal.NewRun{Inputs: row.Inputs, Options: row.Options})
		return nil
	}
	e.events.put(opened{
		lease: lease, program: program, plan: e.loadPlan(ctx, lease.Run), records: records,
		started: executor.Started{Options: row.Options},
	})
	return nil
}

// readAll reads the whole journal of a run.
func readAll(ctx context.Context, j journal.Journal, run executor.RunID) ([]executor.Record, error) {
	const page = 1000
	var all []executor.Record
	for {
		var after uint64
		if len(all) > 0 {
			after = all[len(all)-1].Seq
		}
		records, err := j.Read(ctx, run, after, page)
		if err != nil {
			return nil, err
		}
		all = append(all, records...)
		if len(records) < page {
			return all, nil
		}
	}
}
