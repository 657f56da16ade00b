package journaltest

import (
	"errors"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

var inboxTests = []test{
	{"messages come in order to the owner alone", deliversInOrder},
	{"a second post with the same key changes nothing", dedupes},
	{"a folded message is gone, but its key is remembered", folds},
	{"a message of a fenced batch stays", keepsUnfolded},
	{"a message goes to the new owner", followsOwner},
	{"posting to an ended run changes nothing", ignoresPostsToEnded},
	{"posting to no run is an error", refusesPostToNoRun},
}

// wantInbox fails unless the inbox of owner holds these facts, and returns it.
func (s *store) wantInbox(owner string, want ...executor.Fact) []journal.Message {
	s.Helper()
	got, err := s.Inbox(s.Context(), owner)
	s.fatal(err)
	facts := make([]executor.Fact, len(got))
	for i, m := range got {
		facts[i] = m.Fact
	}
	if len(want) == 0 {
		want = []executor.Fact{}
	}
	s.wantEqual("inbox of "+owner, facts, want)
	if s.Failed() {
		s.FailNow()
	}
	return got
}

func deliversInOrder(s *store) {
	mine, other := s.accept(1, "a"), s.accept(2, "b")
	s.fatal(s.Post(s.Context(), mine, "", executor.Paused{Reason: "1"}))
	s.fatal(s.Post(s.Context(), other, "", executor.Paused{Reason: "2"}))
	s.fatal(s.Post(s.Context(), mine, "", executor.Resumed{}))
	s.fatal(s.Post(s.Context(), mine, "", executor.Resumed{}))
	got := s.wantInbox("a", executor.Paused{Reason: "1"}, executor.Resumed{}, executor.Resumed{})
	if got[0].Run != mine || got[0].ID >= got[1].ID {
		s.Errorf("messages are %+v; want run %s and rising ids", got, mine)
	}
	s.wantInbox("b", executor.Paused{Reason: "2"})
	s.wantInbox("")
}

func dedupes(s *store) {
	one, two := s.accept(1, "a"), s.accept(2, "a")
	s.fatal(s.Post(s.Context(), one, "k'%", executor.Cancelled{Reason: "first"}))
	s.fatal(s.Post(s.Context(), one, "k'%", executor.Cancelled{Reason: "second"}))
	s.fatal(s.Post(s.Context(), two, "k'%", executor.Cancelled{Reason: "other run"}))
	s.wantInbox("a", executor.Cancelled{Reason: "first"}, executor.Cancelled{Reason: "other run"})
}

func folds(s *store) {
	run := s.accept(1, "a")
	s.fatal(s.Post(s.Context(), run, "k", executor.Paused{}))
	s.fatal(s.Post(s.Context(), run, "", executor.Resumed{}))
	m := s.wantInbox("a", executor.Paused{}, executor.Resumed{})
	_, err := s.Append(s.Context(), []journal.Batch{
		{Run: run, Epoch: 1, Records: records(0, started(), executor.Paused{}), Done: []int64{m[0].ID}},
	})
	s.fatal(err)
	s.wantInbox("a", executor.Resumed{})
	s.fatal(s.Post(s.Context(), run, "k", executor.Paused{}))
	s.wantInbox("a", executor.Resumed{})

	// A message may be folded in without becoming a record.
	_, err = s.Append(s.Context(), []journal.Batch{{Run: run, Epoch: 1, Done: []int64{m[1].ID}}})
	s.fatal(err)
	s.wantInbox("a")
	s.append(run, 1, 2, executor.Resumed{})
}

func keepsUnfolded(s *store) {
	run := s.accept(1, "a")
	s.fatal(s.Post(s.Context(), run, "", executor.Paused{}))
	m := s.wantInbox("a", executor.Paused{})
	fenced, err := s.Append(s.Context(), []journal.Batch{{Run: run, Epoch: 7, Done: []int64{m[0].ID}}})
	s.fatal(err)
	s.wantEqual("fenced", fenced, []executor.RunID{run})
	s.wantInbox("a", executor.Paused{})
}

func followsOwner(s *store) {
	s.acceptRun(withOwner(newRun(1), "a", over))
	s.fatal(s.Post(s.Context(), runID(1), "", executor.Paused{}))
	s.wantLeases("b", ttl, 1, lease(1, 2))
	s.wantInbox("a")
	s.wantInbox("b", executor.Paused{})
}

func ignoresPostsToEnded(s *store) {
	run := s.accept(1, "a")
	s.fatal(s.Post(s.Context(), run, "before", executor.Paused{}))
	s.append(run, 1, 0, started(), finished(executor.StatusSucceeded, ""))
	s.fatal(s.Post(s.Context(), run, "after", executor.Cancelled{}))
	s.wantInbox("a")
	s.wantRecords(run, records(0, started(), finished(executor.StatusSucceeded, "")))
}

func refusesPostToNoRun(s *store) {
	for _, run := range []executor.RunID{runID(9), "", "run_'; DROP TABLE runs; --", "nul\x00", "\xff"} {
		if err := s.Post(s.Context(), run, "", executor.Paused{}); !errors.Is(err, journal.ErrNotFound) {
			s.Errorf("Post(%q) = %v, want ErrNotFound", run, err)
		}
	}
	run := s.accept(1, "a")
	if err := s.Post(s.Context(), run, "nul\x00", executor.Paused{}); !errors.Is(err, journal.ErrText) {
		s.Errorf("Post with a zero byte in its key = %v, want ErrText", err)
	}
}
