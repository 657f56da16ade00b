package temporal

import (
	"context"
	"sync"
	"time"

	"example.org/weft/executor"
)

// attempts are those that a node was asked to run or to stop. They are kept for
// a while when they have ended: an execution that continued as new, or that did
// not get the answer, asks for them again.
type attempts struct {
	mu   sync.Mutex // guards the following fields, and what they lead to
	all  map[executor.AttemptID]*attempt
	over []executor.AttemptID // those that have ended, in that order
}

type attempt struct {
	begun   bool // the function is known to run
	over    bool
	facts   []Fact
	waiters map[*waiter]bool
}

// A waiter waits for several attempts.
type waiter struct {
	left       int
	first, all chan struct{} // closed when the first has ended, and when all have
}

// maxOver is how many attempts are kept that have ended.
const maxOver = 20_000

// add reports whether the attempt is new here.
func (s *attempts) add(id executor.AttemptID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[executor.AttemptID]*attempt{}
	}
	if s.all[id] != nil {
		return false
	}
	s.all[id] = &attempt{waiters: map[*waiter]bool{}}
	return true
}

// report takes a fact of an attempt, in order. The last of them ends it.
func (s *attempts) report(id executor.AttemptID, f executor.Fact) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.all[id]
	if a == nil || a.over {
		return
	}
	switch f.(type) {
	case executor.AttemptStarted:
		a.begun = true
		return
	case executor.Succeeded, executor.Failed, executor.AttemptLost, executor.HandedOver:
		defer s.end(id, a)
	default:
	}
	a.facts = append(a.facts, Fact{f})
}

// end tells who waits, and drops the attempt that ended first. The caller holds
// mu.
func (s *attempts) end(id executor.AttemptID, a *attempt) {
	a.over = true
	for w := range a.waiters {
		w.told()
	}
	s.over = append(s.over, id)
	if len(s.over) > maxOver {
		delete(s.all, s.over[0])
		s.over = s.over[1:]
	}
}

func (w *waiter) told() {
	w.left--
	if !closed(w.first) {
		close(w.first)
	}
	if w.left == 0 {
		close(w.all)
	}
}

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// await returns when all attempts have ended, or when the first have and the
// rest takes longer than an eighth of the time that those took.
func (s *attempts) await(ctx context.Context, ids []executor.AttemptID) ([]Answer, error) {
	const least, most, part = 20 * time.Millisecond, time.Second, 8
	asked := time.Now()
	w, stop := s.watch(ids)
	defer stop()
	select {
	case <-w.first:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	rest := time.NewTimer(min(max(time.Since(asked)/part, least), most))
	defer rest.Stop()
	select {
	case <-w.all:
	case <-rest.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return s.answers(ids), nil
}

// watch returns who is told of the ends of attempts until stop is called.
func (s *attempts) watch(ids []executor.AttemptID) (w *waiter, stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w = &waiter{left: len(ids), first: make(chan struct{}), all: make(chan struct{})}
	for _, id := range ids {
		if a := s.all[id]; a == nil || a.over {
			w.told()
		} else {
			a.waiters[w] = true
		}
	}
	return w, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, id := range ids {
			if a := s.all[id]; a != nil {
				delete(a.waiters, w)
			}
		}
	}
}

func (s *attempts) answers(ids []executor.AttemptID) []Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	var answers []Answer
	for _, id := range ids {
		if a := s.all[id]; a != nil && a.over {
			answers = append(answers, Answer{id, a.facts})
		}
	}
	return answers
}

// begun returns those attempts whose function is known to run.
func (s *attempts) begun(ids []executor.AttemptID) []executor.AttemptID {
	s.mu.Lock()
	defer s.mu.Unlock()
	var begun []executor.AttemptID
	for _, id := range ids {
		if a := s.all[id]; a != nil && a.begun {
			begun = append(begun, id)
		}
	}
	return begun
}

// settled returns when nobody waits for an answer, or ctx is done.
func (s *attempts) settled(ctx context.Context) {
	for ctx.Err() == nil {
		s.mu.Lock()
		waiting := false
		for _, a := range s.all {
			waiting = waiting || len(a.waiters) > 0
		}
		s.mu.Unlock()
		if !waiting {
			return
		}
		wait(ctx, 20*time.Millisecond)
	}
}
