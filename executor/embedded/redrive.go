package embedded

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
)

// Redrive has a run that ended go on, and says what it has to do. When it
// returns, that is durable and some engine goes on with the run. A dry one only
// says what there would be to do. executor.ErrRedrive when it is not possible.
func (e *Engine) Redrive(ctx context.Context, id executor.RunID, x executor.Redriven, dry bool) (executor.Forecast, error) {
	run, epoch, err := e.replay(ctx, id)
	if err != nil {
		return executor.Forecast{}, err
	}
	rec := executor.Record{Seq: run.Seq() + 1, At: time.Now().UTC().Truncate(time.Microsecond), Fact: x}
	if err := run.Step(rec); err != nil {
		if errors.Is(err, executor.ErrStale) {
			err = fmt.Errorf("%w %s: it is %s and has not ended", executor.ErrRedrive, id, run.Status())
		}
		return executor.Forecast{}, err
	}
	run.Ready()
	forecast := run.Forecast(e.has)
	if dry {
		return forecast, nil
	}
	batch := journal.Batch{Run: id, Epoch: epoch, Records: []executor.Record{rec}}
	if err := e.appendRedriven(ctx, batch); err != nil {
		return executor.Forecast{}, err
	}
	e.acquire(context.WithoutCancel(ctx))
	return forecast, nil
}

// replay returns a run as its journal has it, and the epoch of its last owner.
func (e *Engine) replay(ctx context.Context, id executor.RunID) (*executor.Run, uint64, error) {
	rows, err := e.cfg.Catalog.Runs(ctx, journal.Filter{ID: id, Limit: 1})
	if err != nil {
		return nil, 0, err
	}
	if len(rows) == 0 {
		return nil, 0, fmt.Errorf("cannot find run %s: %w", id, journal.ErrNotFound)
	}
	if strings.HasPrefix(rows[0].Owner, journal.ElsewherePrefix) {
		return nil, 0, fmt.Errorf("%w %s: another engine has it", executor.ErrRedrive, id)
	}
	program, err := e.cfg.Programs.Get(ctx, rows[0].Version)
	if err != nil {
		return nil, 0, err
	}
	records, err := readAll(ctx, e.cfg.Journal, id)
	if err != nil {
		return nil, 0, err
	}
	run := executor.New(id, program)
	for _, rec := range records {
		if err := run.Step(rec); err != nil {
			return nil, 0, fmt.Errorf("cannot replay run %s: record %d: %w", id, rec.Seq, err)
		}
	}
	return run, rows[0].Epoch, nil
}

// appendRedriven opens the run. Only one of several redrives of the same end
// gets its record in.
func (e *Engine) appendRedriven(ctx context.Context, batch journal.Batch) error {
	fenced, err := e.cfg.Journal.Append(ctx, []journal.Batch{batch})
	if err == nil && len(fenced) == 0 {
		return nil
	}
	rows, rowErr := e.cfg.Catalog.Runs(ctx, journal.Filter{ID: batch.Run, Limit: 1})
	if rowErr == nil && len(rows) == 1 && !rows[0].Status.Done() {
		return fmt.Errorf("%w %s: somebody else has just done it", executor.ErrRedrive, batch.Run)
	}
	return errors.Join(err, rowErr)
}

// has reports whether some node has an object.
func (e *Engine) has(id object.ID) bool {
	for _, n := range e.cfg.Nodes {
		if n.Store().Has(id) {
			return true
		}
	}
	return false
}
