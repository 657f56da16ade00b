package journaltest

import (
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

var leaseTests = []test{
	{"free runs are acquired once, oldest first", acquiresFree},
	{"an accepted run belongs to its owner", ownsAccepted},
	{"accepting a run prolongs the lease of its owner", acceptProlongs},
	{"a lease that ran out is acquired by another", takesOver},
	{"a renewed lease is not", renews},
	{"renewing tells which runs are left", renewTellsLosses},
	{"released runs are free, also for their former owner", releases},
	{"releasing without runs gives all up", releasesAll},
	{"an ended run is nobody's to acquire or renew", endedIsNoLease},
	{"a redriven run is open and free, and ends again", redrivenIsFree},
	{"of two redrives of one end one is refused", redrivesOnce},
}

func withOwner(r journal.NewRun, owner string, ttl time.Duration) journal.NewRun {
	r.Owner, r.TTL = owner, ttl
	return r
}

// wantLeases has owner acquire up to limit runs and fails unless it gets these.
func (s *store) wantLeases(owner string, ttl time.Duration, limit int, want ...journal.Lease) {
	s.Helper()
	got, err := s.Acquire(s.Context(), owner, ttl, limit)
	s.fatal(err)
	s.wantEqual("leases of "+owner, got, want)
}

// wantRenewed has owner renew and fails unless it has these.
func (s *store) wantRenewed(owner string, want ...executor.RunID) {
	s.Helper()
	got, err := s.Renew(s.Context(), owner, ttl)
	s.fatal(err)
	s.wantEqual("runs of "+owner, got, want)
}

func lease(n int, epoch uint64) journal.Lease {
	return journal.Lease{Run: runID(n), Version: "v1", Epoch: epoch}
}

func acquiresFree(s *store) {
	for n := range 3 {
		s.accept(n, "")
	}
	s.wantLeases("a", ttl, 2, lease(0, 2), lease(1, 2))
	s.wantLeases("b", ttl, 2, lease(2, 2))
	s.wantLeases("b", ttl, 2)
	row := s.row(runID(2))
	if row.Owner != "b" || row.Epoch != 2 {
		s.Errorf("row says owner %q, epoch %d; want b, 2", row.Owner, row.Epoch)
	}
}

func ownsAccepted(s *store) {
	s.accept(1, "a")
	s.wantLeases("b", ttl, 10)
	s.wantLeases("a", ttl, 10)
	s.wantRenewed("a", runID(1))
}

func acceptProlongs(s *store) {
	s.acceptRun(withOwner(newRun(1), "a", over))
	s.accept(2, "a")
	s.wantLeases("b", ttl, 10)
	s.wantRenewed("a", runID(1), runID(2))
}

func takesOver(s *store) {
	s.acceptRun(withOwner(newRun(1), "a", 20*time.Millisecond))
	var got []journal.Lease
	for begin := time.Now(); len(got) == 0; {
		if time.Since(begin) > 20*time.Second {
			s.Fatal("a lease of 20 ms is not over after 20 s")
		}
		var err error
		got, err = s.Acquire(s.Context(), "b", ttl, 10)
		s.fatal(err)
	}
	s.wantEqual("leases", got, []journal.Lease{lease(1, 2)})
	s.wantRenewed("a")
	s.wantRenewed("b", runID(1))
}

func renews(s *store) {
	s.acceptRun(withOwner(newRun(1), "a", over))
	s.wantRenewed("a", runID(1))
	s.wantLeases("b", ttl, 10)
}

func renewTellsLosses(s *store) {
	s.acceptRun(withOwner(newRun(1), "a", over))
	s.acceptRun(withOwner(newRun(2), "a", over))
	s.wantLeases("b", ttl, 1, lease(1, 2))
	s.wantRenewed("a", runID(2))
	s.wantRenewed("b", runID(1))
}

func releases(s *store) {
	s.accept(1, "a")
	s.accept(2, "a")
	s.fatal(s.Release(s.Context(), "b", runID(2))) // not b's to release
	s.fatal(s.Release(s.Context(), "a", runID(1)))
	s.wantRenewed("a", runID(2))
	s.wantLeases("a", ttl, 10, lease(1, 2))
}

func releasesAll(s *store) {
	s.accept(1, "a")
	s.accept(2, "a")
	s.accept(3, "b")
	s.fatal(s.Release(s.Context(), "a"))
	s.wantRenewed("a")
	s.wantLeases("c", ttl, 10, lease(1, 2), lease(2, 2))
}

func endedIsNoLease(s *store) {
	run := s.accept(1, "a")
	s.append(run, 1, 0, started(), finished(executor.StatusSucceeded, ""))
	s.wantRenewed("a")
	s.fatal(s.Release(s.Context(), "a"))
	s.wantLeases("b", ttl, 10)
	if got := s.row(run).Owner; got != "a" {
		s.Errorf("owner of an ended run is %q, want its last one, a", got)
	}
}

func redrivenIsFree(s *store) {
	run := s.accept(1, "a")
	s.append(run, 1, 0, started(), finished(executor.StatusFailed, "c failed"))
	before := s.row(run)
	s.append(run, 1, 2, executor.Redriven{From: "c"})
	row := s.row(run)
	if row.Status != executor.StatusRunning || row.Error != "" || row.Outputs != nil || !row.Ended.IsZero() || row.Owner != "" {
		s.Errorf("row of a redriven run is %+v, want it running, without end, error, outputs and owner", row)
	}
	if row.Started != before.Started {
		s.Errorf("started %v, want %v as before", row.Started, before.Started)
	}
	s.wantRenewed("a")
	s.wantLeases("a", ttl, 10, lease(1, 2)) // its last owner lives
	s.fatal(s.Post(s.Context(), run, "", executor.Paused{}))
	s.wantInbox("a", executor.Paused{})
	s.append(run, 2, 3, finished(executor.StatusSucceeded, ""))
	s.wantLeases("b", ttl, 10)
	if got := s.row(run).Status; got != executor.StatusSucceeded {
		s.Errorf("status is %s, want succeeded", got)
	}
}

func redrivesOnce(s *store) {
	run := s.accept(1, "a")
	s.append(run, 1, 0, started(), finished(executor.StatusFailed, "c failed"))
	s.append(run, 1, 2, executor.Redriven{})
	second := []journal.Batch{{Run: run, Epoch: 1, Records: records(2, executor.Redriven{})}}
	if _, err := s.Append(s.Context(), second); err == nil {
		s.Error("a second redrive of the same end is taken")
	}
	s.wantRecords(run, records(0, started(), finished(executor.StatusFailed, "c failed"), executor.Redriven{}))
}
