package journaltest

import (
	"errors"
	"time"

	"example.org/weft/executor/journal"
)

var cacheTests = []test{
	{"a result is found by its key, and the last one of a task by its name", findsResults},
	{"a result takes the place of one with the same key", replacesResult},
	{"a result that is not there is not found", findsNoResult},
}

func result(key, task string, after time.Duration) journal.CacheEntry {
	return journal.CacheEntry{Key: key, Task: task, Made: start.Add(after), Data: []byte(`{"of":"` + key + `"}`)}
}

func findsResults(s *store) {
	one, two, other := result("k1", "w/a", 0), result("k2", "w/a", time.Hour), result("k0", "w/b", 2*time.Hour)
	s.fatal(s.PutCached(s.Context(), []journal.CacheEntry{two, other, one}))
	for _, want := range []journal.CacheEntry{one, two, other} {
		got, err := s.Cached(s.Context(), want.Key)
		s.fatal(err)
		s.wantEqual("result", got, want)
	}
	got, err := s.LastCached(s.Context(), "w/a")
	s.fatal(err)
	s.wantEqual("last result", got, two)
}

func replacesResult(s *store) {
	s.fatal(s.PutCached(s.Context(), []journal.CacheEntry{result("k", "w/a", time.Hour)}))
	later := result("k", "w/b", 2*time.Hour)
	s.fatal(s.PutCached(s.Context(), []journal.CacheEntry{result("k", "w/c", 0), later}))
	got, err := s.Cached(s.Context(), "k")
	s.fatal(err)
	s.wantEqual("result", got, later)
	if _, err := s.LastCached(s.Context(), "w/a"); !errors.Is(err, journal.ErrNotFound) {
		s.Errorf("the result that was replaced: %v, want ErrNotFound", err)
	}
}

func findsNoResult(s *store) {
	for _, key := range []string{"k", "", "'", "nul\x00", "\xff"} {
		if _, err := s.Cached(s.Context(), key); !errors.Is(err, journal.ErrNotFound) {
			s.Errorf("Cached(%q) = %v, want ErrNotFound", key, err)
		}
		if _, err := s.LastCached(s.Context(), key); !errors.Is(err, journal.ErrNotFound) {
			s.Errorf("LastCached(%q) = %v, want ErrNotFound", key, err)
		}
	}
	bad := []journal.CacheEntry{result("good", "w/a", 0), result("nul\x00", "w/a", 0)}
	if err := s.PutCached(s.Context(), bad); !errors.Is(err, journal.ErrText) {
		s.Errorf("PutCached with a zero byte in a key = %v, want ErrText", err)
	}
	if _, err := s.Cached(s.Context(), "good"); !errors.Is(err, journal.ErrNotFound) {
		s.Errorf("half a PutCached was kept: %v", err)
	}
}
