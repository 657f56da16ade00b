package journaltest

import (
	"errors"

	"golang.org/x/sync/errgroup"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

var groupTests = []test{
	{"runs of a group have their turn in order", givesTurnsInOrder},
	{"a run that is not to wait is refused, and leaves nothing", refusesWhenBusy},
	{"runs that are accepted at the same time keep to the limit", keepsToTheLimit},
}

func (s *store) acceptInGroup(n int, group string, limit int) executor.RunID {
	s.Helper()
	r := newRun(n)
	r.Owner, r.Group = "a", journal.Group{Name: group, Limit: limit}
	return s.acceptRun(r)
}

func (s *store) wantTurns(owner string, want ...executor.RunID) {
	s.Helper()
	got, err := s.Turns(s.Context(), owner)
	s.fatal(err)
	s.wantEqual("turns of "+owner, got, want)
}

func (s *store) wantAhead(run executor.RunID, want ...executor.RunID) {
	s.Helper()
	got, err := s.Ahead(s.Context(), run)
	s.fatal(err)
	s.wantEqual("ahead of "+string(run), got, want)
}

func givesTurnsInOrder(s *store) {
	first, second, third := s.acceptInGroup(1, "g", 2), s.acceptInGroup(2, "g", 2), s.acceptInGroup(3, "g", 2)
	other, fourth := s.acceptInGroup(4, "h", 1), s.acceptInGroup(5, "g", 2)
	alone := s.accept(6, "a")
	s.wantTurns("a", first, second, other)
	s.wantTurns("b")
	s.append(first, 1, 0, executor.Started{Workflow: "w"})
	s.wantTurns("a", second, other)
	s.wantAhead(second)
	s.wantAhead(alone)
	s.wantAhead(third, first, second)
	s.wantAhead(fourth, first, second, third)

	s.append(first, 1, 1, executor.Finished{Status: executor.StatusFailed})
	s.wantTurns("a", second, third, other)
	s.wantAhead(fourth, second, third)
}

func refusesWhenBusy(s *store) {
	first := s.acceptInGroup(1, "g", 1)
	busy := newRun(2)
	busy.Owner, busy.IdempotencyKey, busy.Group = "a", "k", journal.Group{Name: "g", Limit: 1, NoWait: true}
	if _, _, err := s.Accept(s.Context(), busy); !errors.Is(err, journal.ErrBusy) {
		s.Fatalf("Accept = %v, want ErrBusy", err)
	}
	s.append(first, 1, 0, executor.Started{Workflow: "w"}, executor.Finished{Status: executor.StatusSucceeded})
	s.acceptRun(busy)
	if id, accepted, err := s.Accept(s.Context(), busy); err != nil || accepted || id != busy.ID {
		s.Errorf("Accept with a key that has a run = %s, %t, %v", id, accepted, err)
	}
}

func keepsToTheLimit(s *store) {
	const runs, limit = 12, 3
	var all errgroup.Group
	for n := range runs {
		all.Go(func() error {
			r := newRun(n)
			r.Owner, r.Group = "a", journal.Group{Name: "g", Limit: limit}
			_, _, err := s.Accept(s.Context(), r)
			return err
		})
	}
	seen := map[executor.RunID]bool{} // that had their turn while nothing ended
	for len(seen) < limit {
		turns, err := s.Turns(s.Context(), "a")
		s.fatal(err)
		for _, id := range turns {
			seen[id] = true
		}
	}
	s.fatal(all.Wait())
	turns, err := s.Turns(s.Context(), "a")
	s.fatal(err)
	for _, id := range turns {
		seen[id] = true
	}
	if len(seen) != limit {
		s.Errorf("%d runs had their turn at once, want %d", len(seen), limit)
	}
}
