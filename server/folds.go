package server

import (
	"container/list"
	"context"
	"sync"

	"example.org/weft/executor"
)

// folds keeps the folds that somebody uses, and of the others those that were
// used last, as long as they are few and small.
type folds struct {
	from foldSource

	mu     sync.Mutex // guards the following fields
	open   map[executor.RunID]*user
	idle   *list.List // of *user, the one longest idle first
	events uint64     // of the idle folds
	closed bool
}

// A user is a fold and how many use it now.
type user struct {
	fold   *fold
	count  int
	idle   *list.Element // nil while count > 0
	events uint64
}

func newFolds(from foldSource) *folds {
	return &folds{from: from, open: map[executor.RunID]*user{}, idle: list.New()}
}

// acquire returns the fold of a run that need not exist. Every call is followed
// by one of release.
func (c *folds) acquire(id executor.RunID) *fold {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.open[id]
	if u == nil {
		u = &user{fold: newFold(id, c.from)}
		c.open[id] = u
	}
	if u.idle != nil {
		c.idle.Remove(u.idle)
		c.events -= u.events
		u.idle = nil
	}
	u.count++
	return u.fold
}

func (c *folds) release(f *fold) {
	f.mu.Lock()
	keep, events := f.loaded, uint64(0)
	if f.loaded {
		events = f.run.Seq()
	}
	f.mu.Unlock()

	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.open[f.id]
	u.count--
	if u.count > 0 {
		return
	}
	u.events = events
	u.idle = c.idle.PushBack(u)
	c.events += events
	if !keep || c.closed {
		c.evict(u)
	}
	for c.idle.Len() > maxFolds || c.events > maxFoldEvents && c.idle.Len() > 1 {
		c.evict(c.idle.Front().Value.(*user))
	}
}

// evict forgets a fold that nobody uses. The caller holds c.mu.
func (c *folds) evict(u *user) {
	c.idle.Remove(u.idle)
	c.events -= u.events
	delete(c.open, u.fold.id)
	u.fold.close()
}

// look calls see with a run as it stands now: it reads the journal, where those
// who keep a fold wait to be told that there is more.
func (c *folds) look(ctx context.Context, id executor.RunID, see func(*fold) error) error {
	f := c.acquire(id)
	defer c.release(f)
	f.stale.Store(true)
	return f.look(ctx, func() error { return see(f) })
}

// close forgets every fold: those in use when they are released.
func (c *folds) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for c.idle.Len() > 0 {
		c.evict(c.idle.Front().Value.(*user))
	}
}

func (c *folds) size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}
