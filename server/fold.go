package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/planner"
)

const (
	foldPage = 1000 // records read at a time
	tailSize = 2048 // last events kept for event streams
)

// foldSource is where a fold comes from.
type foldSource struct {
	catalog   journal.Catalog
	history   History
	watcher   journal.Watcher
	documents journal.Documents
	programs  *journal.Programs
}

// A fold is the state of one run as a function of its journal, kept up to date
// while somebody looks at it.
type fold struct {
	id     executor.RunID
	from   foldSource
	stale  atomic.Bool // the journal may have more than was read
	wakes  wakers
	unwait func() // ends the watch of the journal; set once loaded

	mu      sync.Mutex // guards the following fields
	loaded  bool
	row     journal.RunRow // as it was accepted
	program *dsl.Program
	run     *executor.Run
	ledger  tally
	tail    tail
	plan    *planner.Plan // nil until there is one
}

func newFold(id executor.RunID, from foldSource) *fold {
	f := &fold{id: id, from: from, ledger: tally{}}
	f.stale.Store(true)
	return f
}

// look calls see with the run as it stands now. The fold is locked until see
// returns.
func (f *fold) look(ctx context.Context, see func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.load(ctx); err != nil {
		return err
	}
	if err := f.advance(ctx); err != nil {
		return err
	}
	return see()
}

func (f *fold) load(ctx context.Context) error {
	if f.loaded {
		return nil
	}
	rows, err := f.from.catalog.Runs(ctx, journal.Filter{ID: f.id, Limit: 1})
	if err != nil {
		return fmt.Errorf("cannot find run %s: %w", f.id, err)
	}
	if len(rows) == 0 {
		return notFound("no run %s", f.id)
	}
	program, err := f.from.programs.Get(ctx, rows[0].Version)
	if err != nil {
		return err
	}
	f.row, f.program, f.run = rows[0], program, executor.New(f.id, program)
	f.unwait = f.from.watcher.Watch(f.id, f.wake)
	f.loaded = true
	return nil
}

func (f *fold) wake() {
	f.stale.Store(true)
	f.wakes.wake()
}

// advance steps the run by what the journal has beyond it.
func (f *fold) advance(ctx context.Context) error {
	if !f.stale.Swap(false) {
		return nil
	}
	for {
		records, err := f.from.history.Read(ctx, f.id, f.run.Seq(), foldPage)
		if err == nil {
			err = f.step(records)
		}
		if err != nil {
			f.stale.Store(true)
			return fmt.Errorf("cannot follow run %s: %w", f.id, err)
		}
		if len(records) < foldPage {
			f.run.Ready() // works out what follows; the commands are the engine's to carry out
			return f.readPlan(ctx)
		}
	}
}

func (f *fold) step(records []executor.Record) error {
	for _, rec := range records {
		if _, last := rec.Fact.(executor.Finished); last {
			f.run.Ready() // after the end it works out nothing more
		}
		if err := f.run.Step(rec); err != nil {
			return fmt.Errorf("cannot replay event %d: %w", rec.Seq, err)
		}
		f.ledger.add(rec.Fact)
		f.tail.add(rec)
		if _, planned := rec.Fact.(executor.Planned); planned {
			f.plan = nil
		}
	}
	return nil
}

// readPlan gets the run's plan, unless it has it or there is none yet.
func (f *fold) readPlan(ctx context.Context) (err error) {
	if f.plan == nil {
		f.plan, err = f.document(ctx, "plan")
	}
	return err
}

// document returns the run's plan of a kind, or nil: "plan" is the one that it
// began with, "replan" the latest where that is another.
func (f *fold) document(ctx context.Context, kind string) (*planner.Plan, error) {
	data, err := f.from.documents.Document(ctx, kind, string(f.id))
	if errors.Is(err, journal.ErrNotFound) {
		return nil, nil
	}
	plan := &planner.Plan{}
	if err == nil {
		err = json.Unmarshal(data, plan)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the plan of run %s: %w", f.id, err)
	}
	return plan, nil
}

func (f *fold) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.unwait != nil {
		f.unwait()
		f.unwait = nil
	}
}
