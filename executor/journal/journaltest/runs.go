package journaltest

import (
	"errors"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

var runsTests = []test{
	{"rows follow the facts", rowsFollowFacts},
	{"pages go from the newest to the oldest", pagesRuns},
	{"filters select", filtersRuns},
	{"children stand under their run, and can be left out", filtersChildren},
	{"hostile text selects nothing and breaks nothing", survivesHostileText},
	{"an error with any bytes in it is kept readable", cleansErrors},
}

func rowsFollowFacts(s *store) {
	run := s.accept(1, "a")
	at := func(seq int) time.Time { return start.Add(time.Duration(seq) * time.Millisecond) }
	want := s.row(run)
	check := func() {
		s.Helper()
		s.wantEqual("row", s.row(run), want)
	}
	s.append(run, 1, 0, started(), succeeded("x"))
	want.Status, want.Started = executor.StatusRunning, at(1)
	check()
	s.append(run, 1, 2, executor.Paused{})
	want.Status = executor.StatusPaused
	check()
	s.append(run, 1, 3, succeeded("y"))
	check()
	s.append(run, 1, 4, executor.Resumed{})
	want.Status = executor.StatusRunning
	check()
	end := finished(executor.StatusFailed, "task x failed")
	s.append(run, 1, 5, end)
	want.Status, want.Ended, want.Error = executor.StatusFailed, at(6), "task x failed"
	want.Outputs = end.(executor.Finished).Outputs
	check()
}

// list returns the ids of the runs that a filter selects.
func (s *store) list(f journal.Filter) []executor.RunID {
	s.Helper()
	if f.Limit == 0 {
		f.Limit = 100
	}
	rows, err := s.Runs(s.Context(), f)
	s.fatal(err)
	ids := make([]executor.RunID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids
}

func pagesRuns(s *store) {
	for _, n := range []int{3, 1, 2, 5, 4} {
		s.accept(n, "")
	}
	var pages [][]executor.RunID
	f := journal.Filter{Limit: 2}
	for {
		rows, err := s.Runs(s.Context(), f)
		s.fatal(err)
		var page []executor.RunID
		for _, r := range rows {
			page = append(page, r.ID)
			f.Before = r.Cursor
		}
		pages = append(pages, page)
		if len(page) < f.Limit {
			break
		}
	}
	s.wantEqual("pages", pages, [][]executor.RunID{{runID(4), runID(5)}, {runID(2), runID(1)}, {runID(3)}})
	if got := s.list(journal.Filter{Limit: -1}); len(got) != 1 {
		s.Errorf("a limit of -1 gives %d runs, want 1", len(got))
	}
	s.wantEqual("all runs", len(s.list(journal.Filter{Limit: 1 << 40})), 5)
}

func filtersChildren(s *store) {
	parent := runID(1)
	ids := []executor.RunID{parent, parent + ".a[3]", parent + ".a[3].b#2.4", parent + ".z", runID(2), runID(2) + ".a"}
	for i, id := range ids {
		r := newRun(i)
		r.ID, r.Owner = id, ""
		_, _, err := s.Accept(s.Context(), r)
		s.fatal(err)
	}
	s.wantEqual("those on top", s.list(journal.Filter{TopLevel: true}), []executor.RunID{runID(2), parent})
	s.wantEqual("those under one", s.list(journal.Filter{Under: parent}), []executor.RunID{ids[3], ids[2], ids[1]})
	s.wantEqual("those under a child", s.list(journal.Filter{Under: ids[1]}), []executor.RunID{ids[2]})
	s.wantEqual("those under none", s.list(journal.Filter{Under: "'%"}), []executor.RunID{})
}

func filtersRuns(s *store) {
	one, two, three := newRun(1), newRun(2), newRun(3)
	one.Workflow, two.Workflow, three.Workflow = "alpha", "Beta_100%", "alpha"
	three.Owner = "a"
	for _, r := range []journal.NewRun{one, two, three} {
		s.acceptRun(r)
	}
	s.append(three.ID, 1, 0, started(), finished(executor.StatusFailed, `Task "encode[3]": 50% it's`))
	for _, tt := range []struct {
		name string
		f    journal.Filter
		want []executor.RunID
	}{
		{"all", journal.Filter{}, []executor.RunID{three.ID, two.ID, one.ID}},
		{"id", journal.Filter{ID: two.ID}, []executor.RunID{two.ID}},
		{"workflow", journal.Filter{Workflow: "alpha"}, []executor.RunID{three.ID, one.ID}},
		{"status", journal.Filter{Status: executor.StatusFailed}, []executor.RunID{three.ID}},
		{"since", journal.Filter{Since: two.Created}, []executor.RunID{three.ID, two.ID}},
		{"text of a workflow", journal.Filter{Query: "beta_1"}, []executor.RunID{two.ID}},
		{"text of an error", journal.Filter{Query: `ENCODE[3]": 50% it's`}, []executor.RunID{three.ID}},
		{"text of an id", journal.Filter{Query: string(one.ID[10:])}, []executor.RunID{one.ID}},
		{"a percent sign is no wildcard", journal.Filter{Query: "%"}, []executor.RunID{three.ID, two.ID}},
		{"nor is an underscore", journal.Filter{Query: "a_1"}, []executor.RunID{two.ID}},
		{"nothing", journal.Filter{Workflow: "alp%"}, []executor.RunID{}},
		{"two at once", journal.Filter{Workflow: "alpha", Status: executor.StatusPending}, []executor.RunID{one.ID}},
	} {
		s.wantEqual(tt.name, s.list(tt.f), tt.want)
	}
}

func survivesHostileText(s *store) {
	s.accept(1, "a")
	for _, text := range []string{
		"'", `"`, "' OR 1=1 --", "'; DROP TABLE runs; --", `\`, "$1", "?", "\x00", "a\x00b", "\xff\xfe", "\u202e", "%_%",
	} {
		for _, f := range []journal.Filter{
			{Query: text},
			{Workflow: text},
			{ID: executor.RunID(text)},
			{Status: executor.Status(text)},
		} {
			s.wantEqual("runs for "+text, s.list(f), []executor.RunID{})
		}
		if _, err := s.Runs(s.Context(), journal.Filter{Before: text, Limit: 1}); !errors.Is(err, journal.ErrCursor) {
			s.Errorf("Runs before %q = %v, want ErrCursor", text, err)
		}
	}
	s.wantEqual("runs after all that", s.list(journal.Filter{}), []executor.RunID{runID(1)})
}

func cleansErrors(s *store) {
	run := s.accept(1, "a")
	s.append(run, 1, 0, started(), finished(executor.StatusFailed, "bad \x00 and \xff bytes"))
	if got, want := s.row(run).Error, "bad \uFFFD and \uFFFD bytes"; got != want {
		s.Errorf("error is %q, want %q", got, want)
	}
}
