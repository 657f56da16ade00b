package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/weft/executor/journal"
	"example.org/weft/server/api"
)

const nightly = `
version: 1
name: nightly
inputs: { at: string, full: { type: bool, default: false } }
on:
  schedule:
    - { cron: "0 * * * *", catch_up: %s, time_as: at, inputs: { full: true } }
steps:
  a: { builtin: identity, with: { value: "${{ [inputs.at, string(inputs.full)] }}" } }
`

// startTimes returns for what times runs were started, in order.
func (b *bench) startTimes() string {
	b.t.Helper()
	rows, err := b.db.Runs(b.t.Context(), journal.Filter{Limit: 1000})
	if err != nil {
		b.t.Fatal(err)
	}
	var times []string
	for i := range rows {
		at, err := time.Parse(`"`+time.RFC3339+`"`, string(rows[len(rows)-1-i].Inputs["at"].JSON))
		if err != nil {
			b.t.Fatal(err)
		}
		times = append(times, at.Format("15:04"))
	}
	return strings.Join(times, " ")
}

// look has the server look at its schedules at a time of day.
func (b *bench) look(clock string) {
	b.t.Helper()
	now, err := time.Parse("2006-01-02 15:04:05", "2026-05-01 "+clock)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.server.startDue(b.t.Context(), now); err != nil {
		b.t.Fatal(err)
	}
}

func TestScheduledRunsStartOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.want(http.StatusOK, nil, http.MethodPost, "/api/v1/workflows", fmt.Sprintf(nightly, "last"))
	b.look("09:30:00") // from here on it counts
	b.look("09:59:59")
	b.look("10:00:01")
	b.look("10:00:02")
	b.look("11:00:00")
	if got := b.startTimes(); got != "10:00 11:00" {
		t.Errorf("runs started for %s", got)
	}
	// A server that ended after it had started a run, and before it kept that.
	if err := b.server.keepTime(t.Context(), "nightly/0 * * * * UTC", time.Date(2026, 5, 1, 9, 30, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	b.look("11:00:30")
	if got := b.startTimes(); got != "10:00 11:00" {
		t.Errorf("after a restart runs started for %s", got)
	}
}

func TestMissedTimesAreMadeUpForAsTheyShould(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]string{"none": "13:00", "last": "12:00 13:00", "all": "10:00 11:00 12:00 13:00"} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.want(http.StatusOK, nil, http.MethodPost, "/api/v1/workflows", fmt.Sprintf(nightly, policy))
			b.look("09:30:00")
			b.look("12:30:00")
			b.look("13:00:00")
			if got := b.startTimes(); got != want {
				t.Errorf("runs started for %s, want %s", got, want)
			}
		})
	}
}

// Several servers that share a journal start each run once.
func TestServersShareSchedules(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.want(http.StatusOK, nil, http.MethodPost, "/api/v1/workflows", fmt.Sprintf(nightly, "all"))
	b.look("09:30:00")
	done := make(chan error)
	for range 4 {
		go func() {
			_, err := b.server.startDue(context.WithoutCancel(t.Context()), time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got := b.startTimes(); got != "10:00 11:00 12:00" {
		t.Errorf("runs started for %s", got)
	}
}

func TestPausedSchedulesStartNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.want(http.StatusOK, nil, http.MethodPost, "/api/v1/workflows", fmt.Sprintf(nightly, "all"))
	var list api.ScheduleList
	b.want(http.StatusOK, &list, http.MethodGet, "/api/v1/schedules", "")
	if len(list.Schedules) != 1 || list.Schedules[0].Next == nil || list.Schedules[0].Next.Minute() != 0 || !list.Schedules[0].Next.After(time.Now()) {
		t.Errorf("schedules %+v", list)
	}
	b.want(http.StatusNoContent, nil, http.MethodPost, "/api/v1/workflows/nightly/schedules/pause", "")
	list = api.ScheduleList{}
	b.want(http.StatusOK, &list, http.MethodGet, "/api/v1/schedules", "")
	if !list.Schedules[0].Paused || list.Schedules[0].Next != nil {
		t.Errorf("paused schedules %+v", list)
	}
	soon := time.Now().Add(3 * time.Hour)
	if _, err := b.server.startDue(t.Context(), soon); err != nil {
		t.Fatal(err)
	}
	b.want(http.StatusNoContent, nil, http.MethodPost, "/api/v1/workflows/nightly/schedules/resume", "")
	if _, err := b.server.startDue(t.Context(), soon); err != nil {
		t.Fatal(err)
	}
	if got := b.startTimes(); got != "" {
		t.Errorf("runs started for %s, in a pause", got)
	}
	b.want(http.StatusNotFound, nil, http.MethodPost, "/api/v1/workflows/none/schedules/pause", "")
}
