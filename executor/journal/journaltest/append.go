package journaltest

import (
	"context"
	"strings"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
)

var appendTests = []test{
	{"what was appended is read", readsBack},
	{"every kind of fact comes back as it was", keepsFacts},
	{"reading goes on page by page", readsPages},
	{"a gap is refused", refusesGap},
	{"a record is not written twice", refusesSecondWrite},
	{"several runs are appended whole or not at all", appendsAtomically},
	{"a run may have several batches in one call", takesSeveralBatches},
	{"another epoch is fenced and the others go through", fences},
	{"a run that does not exist is fenced", fencesUnknownRun},
	{"a fact of a megabyte is kept", keepsBigFact},
	{"records survive a reopening", survivesReopening},
	{"an append with a cancelled context changes nothing", refusesCancelled},
}

func readsBack(s *store) {
	run := s.accept(1, "a")
	s.wantRecords(run, nil)
	s.append(run, 1, 0, started())
	s.append(run, 1, 1, succeeded("one"), succeeded("two"))
	s.wantRecords(run, records(0, started(), succeeded("one"), succeeded("two")))
}

func keepsFacts(s *store) {
	run := s.accept(1, "a")
	facts := allFacts()
	s.append(run, 1, 0, facts...)
	s.wantRecords(run, records(0, facts...))
	got, err := s.Read(s.Context(), run, 0, len(facts))
	s.fatal(err)
	for i, r := range got {
		if want := executor.KindOf(facts[i]); executor.KindOf(r.Fact) != want {
			s.Errorf("record %d is of kind %s, want %s", r.Seq, executor.KindOf(r.Fact), want)
		}
		if want := start.Add(time.Duration(i+1) * time.Millisecond); r.At != want {
			s.Errorf("record %d is of %v, want %v", r.Seq, r.At, want)
		}
	}
}

func readsPages(s *store) {
	run := s.accept(1, "a")
	facts := make([]executor.Fact, 25)
	for i := range facts {
		facts[i] = executor.NodeLost{Node: "n"}
	}
	s.append(run, 1, 0, facts...)
	var pages []int
	var after uint64
	for {
		page, err := s.Read(s.Context(), run, after, 10)
		s.fatal(err)
		pages = append(pages, len(page))
		if len(page) < 10 {
			break
		}
		after = page[len(page)-1].Seq
	}
	s.wantEqual("sizes of pages", pages, []int{10, 10, 5})
}

func refusesGap(s *store) {
	run := s.accept(1, "a")
	s.append(run, 1, 0, started())
	for _, r := range [][]executor.Record{
		records(2, succeeded("late")),
		append(records(1, succeeded("two")), records(3, succeeded("four"))...),
	} {
		fenced, err := s.Append(s.Context(), []journal.Batch{{Run: run, Epoch: 1, Records: r}})
		if err == nil || len(fenced) > 0 {
			s.Errorf("Append after a gap: fenced %v, error %v; want an error", fenced, err)
		}
	}
	s.wantRecords(run, records(0, started()))
}

func refusesSecondWrite(s *store) {
	run := s.accept(1, "a")
	s.append(run, 1, 0, started(), succeeded("one"))
	if _, err := s.Append(s.Context(), []journal.Batch{{Run: run, Epoch: 1, Records: records(1, succeeded("other"))}}); err == nil {
		s.Error("record 2 was written a second time")
	}
	s.wantRecords(run, records(0, started(), succeeded("one")))
}

func appendsAtomically(s *store) {
	// The second run has a gap, so the first one must not go through either.
	one, two := s.accept(1, "a"), s.accept(2, "a")
	_, err := s.Append(s.Context(), []journal.Batch{
		{Run: one, Epoch: 1, Records: records(0, started())},
		{Run: two, Epoch: 1, Records: records(1, started())},
	})
	if err == nil {
		s.Error("a gap was accepted")
	}
	s.wantRecords(one, nil)
	s.wantRecords(two, nil)
	if got := s.row(one).Status; got != executor.StatusPending {
		s.Errorf("status is %s after a failed append, want pending", got)
	}
}

func takesSeveralBatches(s *store) {
	one, two := s.accept(1, "a"), s.accept(2, "a")
	_, err := s.Append(s.Context(), []journal.Batch{
		{Run: two, Epoch: 1, Records: records(0, started())},
		{Run: one, Epoch: 1, Records: records(0, started())},
		{Run: two, Epoch: 1, Records: records(1, executor.Paused{Reason: "p"})},
	})
	s.fatal(err)
	s.wantRecords(one, records(0, started()))
	s.wantRecords(two, records(0, started(), executor.Paused{Reason: "p"}))
	if got := s.row(two).Status; got != executor.StatusPaused {
		s.Errorf("status is %s, want paused", got)
	}
}

func fences(s *store) {
	// b takes the first run of a, whose lease is over; a does not know yet.
	s.acceptRun(withOwner(newRun(1), "a", over))
	leases, err := s.Acquire(s.Context(), "b", ttl, 10)
	s.fatal(err)
	s.wantEqual("leases", leases, []journal.Lease{{Run: runID(1), Version: "v1", Epoch: 2}})
	lost, kept := runID(1), s.accept(2, "a")
	fenced, err := s.Append(s.Context(), []journal.Batch{
		{Run: lost, Epoch: 1, Records: records(0, started())},
		{Run: kept, Epoch: 1, Records: records(0, started())},
		{Run: lost, Epoch: 1, Records: records(1, succeeded("x"))},
	})
	s.fatal(err)
	s.wantEqual("fenced runs", fenced, []executor.RunID{lost})
	s.wantRecords(lost, nil)
	s.wantRecords(kept, records(0, started()))
	s.append(lost, 2, 0, started())
	s.wantRecords(lost, records(0, started()))
}

func fencesUnknownRun(s *store) {
	fenced, err := s.Append(s.Context(), []journal.Batch{{Run: runID(9), Epoch: 1, Records: records(0, started())}})
	s.fatal(err)
	s.wantEqual("fenced runs", fenced, []executor.RunID{runID(9)})
	s.wantRecords(runID(9), nil)
}

func keepsBigFact(s *store) {
	run := s.accept(1, "a")
	big := executor.Failed{Task: "t", Attempt: 1, Cause: executor.CauseError, Message: strings.Repeat("\x00'\"\\é%_\n", 150_000)}
	s.append(run, 1, 0, started(), big)
	s.wantRecords(run, records(0, started(), big))
}

func survivesReopening(s *store) {
	run := s.accept(1, "a")
	s.append(run, 1, 0, started(), succeeded("one"))
	s.fatal(s.Post(s.Context(), run, "k", executor.Cancelled{Reason: "why"}))
	s.fatal(s.PutDocument(s.Context(), "plan", string(run), []byte("{}")))
	before := s.row(run)
	s.fatal(s.Close())

	s.DB = s.open()
	s.wantRecords(run, records(0, started(), succeeded("one")))
	s.wantEqual("row", s.row(run), before)
	s.wantInbox("a", executor.Cancelled{Reason: "why"})
	got, err := s.Document(s.Context(), "plan", string(run))
	s.fatal(err)
	s.wantEqual("document", string(got), "{}")
	s.append(run, 1, 2, succeeded("two"))
}

func refusesCancelled(s *store) {
	run := s.accept(1, "a")
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	if _, err := s.Append(ctx, []journal.Batch{{Run: run, Epoch: 1, Records: records(0, started())}}); err == nil {
		s.Error("an append with a cancelled context has no error")
	}
	s.append(run, 1, 0, started())
}

func started() executor.Fact {
	return executor.Started{
		Workflow: "w", Version: "v1", Decisions: executor.Decisions,
		Inputs: map[string]object.Value{"x": object.FromJSON([]byte(`{"a":1}`))},
	}
}

func succeeded(text string) executor.Fact {
	return executor.Succeeded{
		Task: executor.TaskID(text), Attempt: 1,
		Outputs: map[string]object.Value{"text": object.FromJSON([]byte(`"` + text + `"`))},
		Usage:   executor.Usage{Run: 3 * time.Millisecond},
		Moved:   []executor.Transfer{{Input: "i", From: "inputs", Transport: executor.TransportPeer, Bytes: 7}},
	}
}

func finished(status executor.Status, message string) executor.Fact {
	return executor.Finished{
		Status: status, Error: message,
		Outputs: map[string]object.Value{"o": object.FromJSON([]byte("[1,2]"))},
	}
}

// allFacts returns one fact of every kind.
func allFacts() []executor.Fact {
	yes := true
	return []executor.Fact{
		started(),
		executor.Planned{Step: "s", Group: "g", Rank: 12},
		executor.Evaluated{Task: "s[1]", If: &yes, With: map[string]object.Value{"v": object.Null()}},
		executor.Placed{Task: "s[1]", Attempt: 2, Epoch: 1, Node: "n1", Reason: "the bytes are there"},
		executor.AttemptStarted{Task: "s[1]", Attempt: 2},
		succeeded("s"),
		executor.Failed{Task: "t", Attempt: 1, Cause: executor.CauseError, Message: "nul \x00 and ' quote"},
		executor.AttemptLost{Task: "t", Attempt: 1, Reason: "gone"},
		executor.NodeLost{Node: "n1"},
		executor.ObjectLost{Task: "t"},
		executor.TimerFired{Timer: "retry t"},
		executor.Paused{Reason: "p"},
		executor.Resumed{},
		executor.Cancelled{Reason: "c"},
		executor.Concluded{Status: executor.StatusCancelled, Error: "c"},
		finished(executor.StatusCancelled, "cancelled: c"),
		executor.Redriven{From: "s[1]"},
	}
}
