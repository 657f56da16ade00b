package server

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"time"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

// streamState sends how a run stands, and then what changed of it, until the
// run has ended. It is told by state, not by change: a client that missed some
// is right again with the next.
func (s *Server) streamState(ctx context.Context, id executor.RunID, out *eventStream) error {
	f := s.folds.acquire(id)
	defer s.folds.release(f)
	woken, stop := f.wakes.subscribe()
	defer stop()
	var last stateDiff
	for {
		full, err := s.state(ctx, f)
		if err != nil {
			return err
		}
		over := full.Run.Status.Done()
		if news, changed := last.next(full); changed {
			if err := out.send("state", strconv.FormatUint(full.Seq, 10), news); err != nil {
				return err
			}
		}
		if over {
			return out.send("end", "", struct{}{})
		}
		if err := out.wait(ctx, woken, streamInterval, stateInterval); err != nil {
			return err
		}
	}
}

func (s *Server) state(ctx context.Context, f *fold) (api.State, error) {
	busy := s.nodeWork(ctx)
	var state api.State
	err := f.look(ctx, func() error {
		run := f.runView(time.Now(), busy)
		state = api.State{Seq: run.Seq, Run: &run, Steps: run.Steps, Ledger: f.ledger.rows(f.plan)}
		run.Steps = nil
		return nil
	})
	return state, err
}

// stateDiff remembers what a client was told. The zero value: nothing yet.
type stateDiff struct {
	run    []byte
	seq    uint64
	begun  bool
	steps  map[string]api.Step
	ledger []api.LedgerRow
}

// next returns what of full the client does not know, and whether there is
// anything.
func (d *stateDiff) next(full api.State) (news api.State, changed bool) {
	news = api.State{Seq: full.Seq}
	if text := runText(*full.Run); string(text) != string(d.run) {
		news.Run, d.run = full.Run, text
	}
	if d.steps == nil {
		d.steps = map[string]api.Step{}
	}
	for _, step := range full.Steps {
		if known, ok := d.steps[step.Name]; !ok || !reflect.DeepEqual(known, step) {
			d.steps[step.Name] = step
			news.Steps = append(news.Steps, step)
		}
	}
	if !slices.EqualFunc(d.ledger, full.Ledger, sameRow) {
		news.Ledger, d.ledger = full.Ledger, full.Ledger
	}
	changed = !d.begun || full.Seq != d.seq || news.Run != nil || news.Steps != nil || news.Ledger != nil
	d.begun, d.seq = true, full.Seq
	return news, changed
}

// runText is what of a run counts as a change: not the clock, nor the number of
// the event.
func runText(r api.Run) []byte {
	r.Seconds, r.Seq = 0, 0
	text, err := json.Marshal(r)
	if err != nil {
		return nil // it is sent again and again, and the sending reports it
	}
	return text
}

func sameRow(a, b api.LedgerRow) bool {
	if (a.Predicted == nil) != (b.Predicted == nil) || a.Predicted != nil && *a.Predicted != *b.Predicted {
		return false
	}
	a.Predicted, b.Predicted = nil, nil
	return a == b
}
