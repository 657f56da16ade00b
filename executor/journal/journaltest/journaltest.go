// Package journaltest is the suite that every journal must pass.
package journaltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
)

// A DB is a journal with all its abilities.
type DB interface {
	journal.Journal
	journal.Releaser
	journal.Mailbox
	journal.Catalog
	journal.Documents
	journal.Groups
	journal.Cache
	journal.Watcher
	Close() error
}

// Run runs the suite. newStore makes an empty store that lives as long as the
// test, and returns the function that opens it; the suite opens a store again
// only after it closed it.
func Run(t *testing.T, newStore func(t *testing.T) (open func() DB)) {
	t.Helper()
	groups := []struct {
		name  string
		tests []test
	}{
		{"append", appendTests},
		{"lease", leaseTests},
		{"inbox", inboxTests},
		{"workflows", workflowTests},
		{"accept", acceptTests},
		{"runs", runsTests},
		{"documents", documentTests},
		{"groups", groupTests},
		{"cache", cacheTests},
		{"watch", watchTests},
		{"concurrency", concurrencyTests},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			for _, tt := range g.tests {
				t.Run(tt.name, func(t *testing.T) {
					t.Parallel()
					s := &store{T: t, open: newStore(t)}
					s.DB = s.open()
					t.Cleanup(func() { s.DB.Close() })
					tt.run(s)
				})
			}
		})
	}
}

type test struct {
	name string
	run  func(s *store)
}

// A store is an open journal and the test that uses it.
type store struct {
	*testing.T
	DB
	open func() DB
}

// start is the time at which everything happens that has no time of its own.
var start = time.Date(2026, 1, 2, 3, 4, 5, 678_901_000, time.UTC)

// ttl is longer than any test.
const ttl = time.Hour

// over is the time to live of a lease that nobody need wait for.
const over = -time.Second

// fatal ends the test when err is not nil.
func (s *store) fatal(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// accept makes run n of workflow "w", which owner has at epoch 1.
func (s *store) accept(n int, owner string) executor.RunID {
	s.Helper()
	r := newRun(n)
	r.Owner = owner
	return s.acceptRun(r)
}

func (s *store) acceptRun(r journal.NewRun) executor.RunID {
	s.Helper()
	id, accepted, err := s.Accept(s.Context(), r)
	s.fatal(err)
	if !accepted || id != r.ID {
		s.Fatalf("Accept(%s) = %s, %t; want the run itself, accepted", r.ID, id, accepted)
	}
	return id
}

func newRun(n int) journal.NewRun {
	return journal.NewRun{
		ID: runID(n), Workflow: "w", Version: "v1",
		Inputs:  map[string]object.Value{"n": object.FromJSON(fmt.Appendf(nil, "%d", n))},
		Options: executor.Options{Placement: "store"},
		TTL:     ttl, Created: start.Add(time.Duration(n) * time.Second),
	}
}

func runID(n int) executor.RunID { return executor.RunID(fmt.Sprintf("run_%026d", n)) }

// append appends facts to a run at an epoch, after record number after.
func (s *store) append(run executor.RunID, epoch, after uint64, facts ...executor.Fact) {
	s.Helper()
	fenced, err := s.Append(s.Context(), []journal.Batch{{Run: run, Epoch: epoch, Records: records(after, facts...)}})
	s.fatal(err)
	if len(fenced) > 0 {
		s.Fatalf("Append(%s) at epoch %d was fenced", run, epoch)
	}
}

// records numbers facts from after+1 on, a millisecond apart.
func records(after uint64, facts ...executor.Fact) []executor.Record {
	list := make([]executor.Record, len(facts))
	for i, f := range facts {
		seq := after + 1 + uint64(i)
		list[i] = executor.Record{Seq: seq, At: start.Add(time.Duration(seq) * time.Millisecond), Fact: f}
	}
	return list
}

// wantRecords fails unless the journal of run holds exactly these.
func (s *store) wantRecords(run executor.RunID, want []executor.Record) {
	s.Helper()
	got, err := s.Read(s.Context(), run, 0, len(want)+10)
	s.fatal(err)
	s.wantEqual("records of "+string(run), got, want)
}

// wantEqual fails unless got and want look the same as JSON; nothing is the
// same as an empty list.
func (s *store) wantEqual(what string, got, want any) {
	s.Helper()
	g, err := json.Marshal(got)
	s.fatal(err)
	w, err := json.Marshal(want)
	s.fatal(err)
	empty := string(g) == "[]" && string(w) == "null"
	if !bytes.Equal(g, w) && !empty {
		s.Errorf("%s:\n got %.2000s\nwant %.2000s", what, g, w)
	}
}

// row returns the row of a run, which must be in the list.
func (s *store) row(run executor.RunID) journal.RunRow {
	s.Helper()
	rows, err := s.Runs(s.Context(), journal.Filter{ID: run, Limit: 10})
	s.fatal(err)
	if len(rows) != 1 {
		s.Fatalf("Runs has %d rows for %s, want 1", len(rows), run)
	}
	return rows[0]
}
