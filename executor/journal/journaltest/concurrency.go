package journaltest

import (
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

var concurrencyTests = []test{
	{"runs are appended to and read at the same time", appendsWhileReading},
	{"two owners never have the same epoch", acquiresExclusively},
	{"one of many accepts with the same key wins", acceptsRace},
	{"owners that fight over runs leave no gap", fightsLeaveNoGap},
}

func appendsWhileReading(s *store) {
	const runs, rounds = 16, 10
	for n := range runs {
		s.accept(n, "a")
	}
	var writers, readers errgroup.Group
	done := make(chan struct{})
	for n := range runs {
		writers.Go(func() error {
			// Each call also holds a record of the neighbour's own run, in the
			// other order, so that calls overlap in the rows that they lock.
			for i := range uint64(rounds) {
				_, err := s.Append(s.Context(), []journal.Batch{
					{Run: runID(n), Epoch: 1, Records: records(i, executor.NodeLost{Node: "n"})},
					{Run: runID((n + 1) % runs), Epoch: 99, Records: records(i, executor.NodeLost{Node: "n"})},
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	for n := range 4 {
		readers.Go(func() error {
			for {
				select {
				case <-done:
					return nil
				default:
				}
				if err := s.readGapless(runID(n)); err != nil {
					return err
				}
				if _, err := s.Renew(s.Context(), "a", ttl); err != nil {
					return err
				}
			}
		})
	}
	err := writers.Wait()
	close(done)
	s.fatal(errors.Join(err, readers.Wait()))
	for n := range runs {
		got, err := s.Read(s.Context(), runID(n), 0, 2*rounds)
		s.fatal(err)
		if len(got) != rounds {
			s.Errorf("run %d has %d records, want %d", n, len(got), rounds)
		}
	}
}

// readGapless fails unless the records of a run are numbered from 1.
func (s *store) readGapless(run executor.RunID) error {
	got, err := s.Read(s.Context(), run, 0, 10_000)
	if err != nil {
		return err
	}
	for i, r := range got {
		if r.Seq != uint64(i)+1 {
			return fmt.Errorf("record %d of %s has number %d", i+1, run, r.Seq)
		}
	}
	return nil
}

func acquiresExclusively(s *store) {
	const rounds, runs, owners = 10, 20, 4
	for n := range runs {
		s.accept(n, "")
	}
	for round := range rounds {
		names := make([]string, owners)
		taken := make([]int, owners)
		var g errgroup.Group
		for i := range owners {
			names[i] = fmt.Sprintf("owner %d of round %d", i, round)
			g.Go(func() (err error) {
				taken[i], err = s.acquireAll(names[i])
				return err
			})
		}
		s.fatal(g.Wait())
		total := 0
		for i, name := range names {
			total += taken[i]
			s.fatal(s.Release(s.Context(), name))
		}
		if total != runs {
			s.Errorf("%d leases were given on %d runs in round %d", total, runs, round)
		}
	}
}

// acquireAll acquires runs, a few at a time, until none is free, and returns
// how many it got.
func (s *store) acquireAll(owner string) (n int, err error) {
	for {
		leases, err := s.Acquire(s.Context(), owner, ttl, 3)
		if err != nil || len(leases) == 0 {
			return n, err
		}
		n += len(leases)
	}
}

func acceptsRace(s *store) {
	const calls = 12
	ids := make([]executor.RunID, calls)
	wins := make([]bool, calls)
	var g errgroup.Group
	for i := range calls {
		g.Go(func() (err error) {
			r := newRun(1)
			r.ID, r.IdempotencyKey, r.Owner = runID(100+i), "k", "a"
			ids[i], wins[i], err = s.Accept(s.Context(), r)
			return err
		})
	}
	s.fatal(g.Wait())
	won := 0
	for i := range calls {
		if wins[i] {
			won++
		}
		if ids[i] != ids[0] {
			s.Errorf("call %d got %s, call 0 got %s", i, ids[i], ids[0])
		}
	}
	if won != 1 {
		s.Errorf("%d calls were told that their run is new, want 1", won)
	}
}

func fightsLeaveNoGap(s *store) {
	// Two owners take the runs from each other again and again, each lease
	// being over at once, and append as long as they are not fenced.
	const runs, rounds = 4, 15
	for n := range runs {
		s.accept(n, "")
	}
	var g errgroup.Group
	for _, owner := range []string{"a", "b"} {
		g.Go(func() error {
			for range rounds {
				if err := s.stepAll(owner); err != nil {
					return err
				}
			}
			return nil
		})
	}
	s.fatal(g.Wait())
	total := 0
	for n := range runs {
		s.fatal(s.readGapless(runID(n)))
		got, err := s.Read(s.Context(), runID(n), 0, 10_000)
		s.fatal(err)
		total += len(got)
	}
	if total == 0 {
		s.Error("nothing was appended at all")
	}
}

// stepAll acquires all runs and appends one record to each.
func (s *store) stepAll(owner string) error {
	leases, err := s.Acquire(s.Context(), owner, over, 100)
	if err != nil {
		return err
	}
	batches := make([]journal.Batch, len(leases))
	for i, l := range leases {
		got, err := s.Read(s.Context(), l.Run, 0, 10_000)
		if err != nil {
			return err
		}
		batches[i] = journal.Batch{Run: l.Run, Epoch: l.Epoch, Records: records(uint64(len(got)), executor.NodeLost{Node: "n"})}
	}
	_, err = s.Append(s.Context(), batches)
	return err
}
