package server

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

const (
	mostRows = 64   // of a lane
	mostBars = 2000 // of a timeline, before those that follow each other closely are joined
	barParts = 500  // of the whole span: bars that are less than one apart are close
)

func (s *Server) timelineRoute() {
	handle(s, http.MethodGet, "/runs/{id}/timeline", "get-timeline", "Every attempt of a run, by node",
		func(ctx context.Context, in *api.RunPath) (*reply[api.Timeline], error) {
			busy := s.nodeWork(ctx)
			out := &reply[api.Timeline]{}
			err := s.folds.look(ctx, in.ID, func(f *fold) error {
				out.Body = f.timeline(busy, time.Now())
				return nil
			})
			return out, err
		})
}

// timeline returns the attempts of a run by node. The fold is locked.
func (f *fold) timeline(busy nodeWork, now time.Time) api.Timeline {
	t := api.Timeline{Seq: f.run.Seq(), Start: f.run.Summary().Started, Lanes: []api.Lane{}}
	lanes := map[executor.NodeID]*api.Lane{}
	total := 0
	for i, step := range f.run.Steps() {
		for task := range f.run.Tasks(i, 0) {
			for _, a := range task.Attempts {
				lane := lanes[a.Node]
				if lane == nil {
					lane = &api.Lane{Node: a.Node, Bars: []api.Bar{}}
					lanes[a.Node] = lane
				}
				from, to, begun := f.span(task.Task, a, busy, now)
				if !begun {
					lane.Queued++
					continue
				}
				total++
				lane.Bars = append(lane.Bars, api.Bar{
					Task: task.Task, Step: step.Name, Attempt: a.N, Outcome: a.Outcome,
					From: from.Sub(t.Start).Seconds(), To: to.Sub(t.Start).Seconds(),
				})
			}
		}
	}
	for _, lane := range lanes {
		stack(lane)
		t.Lanes = append(t.Lanes, *lane)
	}
	slices.SortFunc(t.Lanes, func(a, b api.Lane) int { return cmp.Compare(a.Node, b.Node) })
	if total > mostBars {
		joinBars(t.Lanes)
	}
	return t
}

// span is when an attempt ran. It has not begun while it is in its node's queue.
func (f *fold) span(task executor.TaskID, a executor.AttemptView, busy nodeWork, now time.Time) (from, to time.Time, begun bool) {
	from, to = a.Started, a.Ended
	if to.IsZero() {
		to = now
		if work := busy[attemptKey{f.id, task, a.N}]; work.running {
			from = work.Since
		}
		return from, to, !from.IsZero()
	}
	if from.IsZero() {
		from = a.Placed.Add(a.Usage.Queue)
	}
	return from, to, true
}

// stack gives each bar of a lane the first row that is free when it begins or,
// when no row is free and there are mostRows, the one that is free first.
func stack(lane *api.Lane) {
	slices.SortStableFunc(lane.Bars, func(a, b api.Bar) int { return cmp.Compare(a.From, b.From) })
	var free []float64 // when each row is, in seconds
	for i := range lane.Bars {
		bar := &lane.Bars[i]
		bar.To = max(bar.To, bar.From)
		row := slices.IndexFunc(free, func(at float64) bool { return at <= bar.From })
		switch {
		case row >= 0:
		case len(free) < mostRows:
			row = len(free)
			free = append(free, 0)
		default:
			row = slices.Index(free, slices.Min(free))
		}
		free[row] = max(free[row], bar.To)
		bar.Row = row
	}
	lane.Rows = len(free)
}

// joinBars makes one of those bars of a step that ended alike and have less
// between them than can be seen.
func joinBars(lanes []api.Lane) {
	span := 0.0
	for _, lane := range lanes {
		for _, bar := range lane.Bars {
			span = max(span, bar.To)
		}
	}
	for i := range lanes {
		lanes[i].Bars = joined(lanes[i].Bars, span/barParts)
	}
}

func joined(bars []api.Bar, gap float64) []api.Bar {
	kept := make([]api.Bar, 0, len(bars))
	open := map[int]int{} // by row: the index in kept of its last bar
	for _, bar := range bars {
		at, ok := open[bar.Row]
		if ok && kept[at].Step == bar.Step && kept[at].Outcome == bar.Outcome && bar.From-kept[at].To < gap {
			kept[at].To = max(kept[at].To, bar.To)
			kept[at].Attempts = max(kept[at].Attempts, 1) + 1
			continue
		}
		open[bar.Row] = len(kept)
		kept = append(kept, bar)
	}
	return kept
}
