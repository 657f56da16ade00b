package server

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

func TestTimelineHasABarForEveryAttempt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	p.split(2)
	first := executor.ItemTask("encode", 0)
	p.say(executor.Failed{Task: first, Attempt: p.invoked[first].Attempt.N, Cause: executor.CauseError, Message: "exit code 1"})
	p.encode(1)
	var line api.Timeline
	b.want(http.StatusOK, &line, http.MethodGet, "/api/v1/runs/"+string(p.id)+"/timeline", "")
	if len(line.Lanes) != 1 || line.Start.IsZero() {
		t.Fatalf("got %+v", line)
	}
	var got []string
	for _, bar := range line.Lanes[0].Bars {
		if bar.From < 0 || bar.To < bar.From {
			t.Errorf("bar %+v is before the start, or ends before it begins", bar)
		}
		got = append(got, fmt.Sprint(bar.Task, " ", bar.Attempt, " ", bar.Step, " ", bar.Outcome))
	}
	slices.Sort(got)
	want := []string{"encode[0] 1 encode failed", "encode[1] 1 encode succeeded", "split 1 split succeeded"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBarsThatOverlapStandInRows(t *testing.T) {
	t.Parallel()
	lane := api.Lane{Bars: []api.Bar{{From: 0, To: 3}, {From: 4, To: 5}, {From: 1, To: 2}, {From: 2, To: 6}}}
	stack(&lane)
	var got []string
	for _, bar := range lane.Bars {
		got = append(got, fmt.Sprint(bar.From, "-", bar.To, " in ", bar.Row))
	}
	if want := []string{"0-3 in 0", "1-2 in 1", "2-6 in 1", "4-5 in 0"}; !slices.Equal(got, want) || lane.Rows != 2 {
		t.Errorf("got %q in %d rows, want %q in 2", got, lane.Rows, want)
	}
}

func TestBarsThatFindNoRowShareOne(t *testing.T) {
	t.Parallel()
	lane := api.Lane{}
	for i := range 3 * mostRows {
		lane.Bars = append(lane.Bars, api.Bar{Step: "item", From: float64(i) / 1000, To: 10})
	}
	stack(&lane)
	if lane.Rows != mostRows {
		t.Errorf("%d rows, want %d", lane.Rows, mostRows)
	}
	if got := joined(lane.Bars, 0); len(got) != mostRows {
		t.Errorf("%d bars are left, want one in each of %d rows", len(got), mostRows)
	}
}

func TestBarsOfManyAttemptsAreJoined(t *testing.T) {
	t.Parallel()
	lane := api.Lane{Node: "n1"}
	for i := range 10_000 {
		outcome := "succeeded"
		if i == 5000 {
			outcome = "failed"
		}
		lane.Bars = append(lane.Bars, api.Bar{
			Task: executor.ItemTask("item", i), Step: "item", Outcome: outcome, From: float64(i), To: float64(i) + 0.5,
		})
	}
	lanes := []api.Lane{lane}
	joinBars(lanes)
	got := lanes[0].Bars
	if len(got) != 3 || got[0].Attempts != 5000 || got[1].Outcome != "failed" || got[1].Attempts != 0 || got[2].Attempts != 4999 {
		t.Errorf("got %+v", got)
	}
}
