package temporal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
)

// Redrive has a run that ended go on, and says what it has to do. When it
// returns, that is durable and an execution goes on with the run. A dry one only
// says what there would be to do. executor.ErrRedrive when it is not possible.
func (e *Engine) Redrive(ctx context.Context, id executor.RunID, x executor.Redriven, dry bool) (executor.Forecast, error) {
	run, row, err := e.replay(ctx, id)
	if err != nil {
		return executor.Forecast{}, err
	}
	if row.Owner != e.owner {
		return executor.Forecast{}, fmt.Errorf("%w %s: another engine has it", executor.ErrRedrive, id)
	}
	rec := executor.Record{Seq: run.Seq() + 1, At: time.Now().UTC().Truncate(time.Microsecond), Fact: x}
	if err := run.Step(rec); err != nil {
		if errors.Is(err, executor.ErrStale) {
			err = fmt.Errorf("%w %s: it is %s and has not ended", executor.ErrRedrive, id, run.Status())
		}
		return executor.Forecast{}, err
	}
	run.Ready()
	forecast := run.Forecast(func(o object.ID) bool { return e.holders.has(ctx, o) })
	if dry {
		return forecast, nil
	}
	fence := row.Epoch + 1
	err = e.cfg.Database.Mirror(ctx, journal.Batch{Run: id, Epoch: fence, Records: []executor.Record{rec}})
	if errors.Is(err, journal.ErrFenced) {
		err = fmt.Errorf("%w %s: somebody else has just done it", executor.ErrRedrive, id)
	}
	if err != nil {
		return executor.Forecast{}, err
	}
	head := Head{Version: row.Version, Seq: rec.Seq}
	if err := e.start(ctx, id, fence, head); err != nil {
		e.log.WarnContext(ctx, "cannot start a run, will try again", "run", id, "err", err)
	}
	return forecast, nil
}

// replay returns a run as its journal has it.
func (e *Engine) replay(ctx context.Context, id executor.RunID) (*executor.Run, journal.RunRow, error) {
	rows, err := e.cfg.Database.Runs(ctx, journal.Filter{ID: id, Limit: 1})
	if err != nil {
		return nil, journal.RunRow{}, err
	}
	if len(rows) == 0 {
		return nil, journal.RunRow{}, fmt.Errorf("cannot find run %s: %w", id, journal.ErrNotFound)
	}
	program, err := e.cfg.Programs.Get(ctx, rows[0].Version)
	if err != nil {
		return nil, rows[0], err
	}
	records, err := e.readAll(ctx, id)
	if err != nil {
		return nil, rows[0], err
	}
	run := executor.New(id, program)
	for _, r := range records {
		if err := run.Step(r); err != nil {
			return nil, rows[0], fmt.Errorf("cannot replay run %s: record %d: %w", id, r.Seq, err)
		}
	}
	return run, rows[0], nil
}

// readAll returns all records of a run.
func (e *Engine) readAll(ctx context.Context, run executor.RunID) ([]executor.Record, error) {
	const page = 1000
	var all []executor.Record
	for {
		records, err := e.cfg.Database.Read(ctx, run, uint64(len(all)), page)
		if err != nil {
			return nil, err
		}
		all = append(all, records...)
		if len(records) < page {
			return all, nil
		}
	}
}
