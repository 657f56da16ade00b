package journaltest

import (
	"errors"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
)

var workflowTests = []test{
	{"a version is kept as it was sent", keepsWorkflow},
	{"the version put last is the latest", knowsLatest},
	{"workflows are listed by name", listsWorkflows},
	{"what is not there is not found", findsNoWorkflow},
	{"a version is kept with those that it runs", keepsPins},
	{"a part of another workflow is not the latest of its name", keepsParts},
}

var acceptTests = []test{
	{"a run is pending with all that was given", acceptsPending},
	{"the same key gives the same run", acceptsOnce},
	{"the same key with something else is a conflict", refusesOtherInputs},
	{"a run is not accepted twice without a key", refusesSameRun},
}

func workflow(name, version string) journal.Workflow {
	return journal.Workflow{Name: name, Version: version, Source: []byte("name: " + name + "\x00\xff " + version), Created: start}
}

func (s *store) wantWorkflow(name, version string, want journal.Workflow) {
	s.Helper()
	got, err := s.Workflow(s.Context(), name, version)
	s.fatal(err)
	s.wantEqual("workflow", got, want)
}

func keepsWorkflow(s *store) {
	s.fatal(s.PutWorkflow(s.Context(), workflow("a", "1")))
	later := workflow("a", "1")
	later.Created = start.Add(time.Hour)
	s.fatal(s.PutWorkflow(s.Context(), later))
	s.wantWorkflow("a", "1", workflow("a", "1"))
}

func knowsLatest(s *store) {
	s.fatal(s.PutWorkflow(s.Context(), workflow("a", "1")))
	s.fatal(s.PutWorkflow(s.Context(), workflow("a", "2")))
	s.wantWorkflow("a", "", workflow("a", "2"))
	s.wantWorkflow("a", "1", workflow("a", "1"))
	s.wantWorkflow("", "1", workflow("a", "1"))
	s.fatal(s.PutWorkflow(s.Context(), workflow("a", "1")))
	s.wantWorkflow("a", "", workflow("a", "1"))
}

func listsWorkflows(s *store) {
	for _, name := range []string{"b", "a-b", "B", "a", "a_b", "ä"} {
		s.fatal(s.PutWorkflow(s.Context(), workflow(name, "1")))
		s.fatal(s.PutWorkflow(s.Context(), workflow(name, "2")))
	}
	var names []string
	after := ""
	for {
		page, err := s.Workflows(s.Context(), after, 4)
		s.fatal(err)
		for _, w := range page {
			names = append(names, w.Name+w.Version)
			after = w.Name
		}
		if len(page) < 4 {
			break
		}
	}
	s.wantEqual("names", names, []string{"B2", "a2", "a-b2", "a_b2", "b2", "ä2"})
}

func keepsPins(s *store) {
	w := workflow("a", "1")
	w.Pins = map[string]string{"./b.yaml": "2", "c@prod": "3"}
	s.fatal(s.PutWorkflow(s.Context(), w))
	s.wantWorkflow("a", "1", w)
	page, err := s.Workflows(s.Context(), "", 1)
	s.fatal(err)
	s.wantEqual("workflows", page, []journal.Workflow{w})
}

func keepsParts(s *store) {
	part := workflow("a", "2")
	part.Part = true
	s.fatal(s.PutWorkflow(s.Context(), part))
	if _, err := s.Workflow(s.Context(), "a", ""); !errors.Is(err, journal.ErrNotFound) {
		s.Errorf("a part is the latest of its name: %v", err)
	}
	s.fatal(s.PutWorkflow(s.Context(), workflow("a", "1")))
	s.fatal(s.PutWorkflow(s.Context(), part))
	s.wantWorkflow("a", "", workflow("a", "1"))
	s.wantWorkflow("a", "2", workflow("a", "2"))
}

func findsNoWorkflow(s *store) {
	s.fatal(s.PutWorkflow(s.Context(), workflow("a", "1")))
	for _, w := range [][2]string{{"b", ""}, {"a", "2"}, {"", "2"}, {"", ""}, {"a'", ""}, {"a\x00", ""}, {"a", "\xff"}} {
		if _, err := s.Workflow(s.Context(), w[0], w[1]); !errors.Is(err, journal.ErrNotFound) {
			s.Errorf("Workflow(%q, %q) = %v, want ErrNotFound", w[0], w[1], err)
		}
	}
	if err := s.PutWorkflow(s.Context(), workflow("a\x00", "1")); !errors.Is(err, journal.ErrText) {
		s.Errorf("PutWorkflow with a zero byte in its name = %v, want ErrText", err)
	}
}

func acceptsPending(s *store) {
	r := withOwner(newRun(1), "a", ttl)
	s.acceptRun(r)
	got := s.row(r.ID)
	got.Cursor = ""
	s.wantEqual("row", got, journal.RunRow{
		Summary: executor.Summary{
			ID: r.ID, Workflow: "w", Version: "v1", Status: executor.StatusPending,
			Inputs: r.Inputs, Options: r.Options,
		},
		Created: r.Created, Owner: "a", Epoch: 1,
	})
}

func acceptsOnce(s *store) {
	first := newRun(1)
	first.IdempotencyKey = "key'"
	first.Inputs["x"] = object.FromJSON([]byte(`{"a": 1, "b": [1.50]}`))
	s.acceptRun(first)
	second := newRun(1)
	second.ID, second.IdempotencyKey = runID(2), "key'"
	second.Inputs["x"] = object.FromJSON([]byte(`{"b":[1.50],"a":1}`))
	id, accepted, err := s.Accept(s.Context(), second)
	s.fatal(err)
	if accepted || id != first.ID {
		s.Errorf("second Accept = %s, %t; want the first run and false", id, accepted)
	}

	// Another workflow has keys of its own.
	second.Workflow = "other"
	s.acceptRun(second)
}

func refusesOtherInputs(s *store) {
	first := newRun(1)
	first.IdempotencyKey = "k"
	s.acceptRun(first)
	inputs, version := newRun(2), newRun(1)
	inputs.IdempotencyKey = "k"
	version.ID, version.IdempotencyKey, version.Version = runID(2), "k", "v2"
	for _, r := range []journal.NewRun{inputs, version} {
		if _, _, err := s.Accept(s.Context(), r); !errors.Is(err, journal.ErrConflict) {
			s.Errorf("Accept = %v, want ErrConflict", err)
		}
	}
	rows, err := s.Runs(s.Context(), journal.Filter{Limit: 10})
	s.fatal(err)
	if len(rows) != 1 {
		s.Errorf("there are %d runs, want 1", len(rows))
	}
}

func refusesSameRun(s *store) {
	s.accept(1, "a")
	if _, _, err := s.Accept(s.Context(), newRun(1)); err == nil {
		s.Error("a run was accepted twice")
	}
	bad := newRun(2)
	bad.IdempotencyKey = "\x00"
	if _, _, err := s.Accept(s.Context(), bad); !errors.Is(err, journal.ErrText) {
		s.Errorf("Accept with a zero byte in its key = %v, want ErrText", err)
	}
}
