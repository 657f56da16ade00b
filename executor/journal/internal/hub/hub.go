// Package hub wakes those who watch runs.
package hub

import (
	"sync"

	"example.org/weft/executor"
)

// A Hub calls back the watchers of runs, all from one goroutine, so that who
// tells it of an append never waits for them. Create one with New.
type Hub struct {
	work chan struct{} // holds one token while something is pending
	quit chan struct{}
	done chan struct{}
	once sync.Once

	mu       sync.Mutex // guards the following fields
	watchers map[executor.RunID]map[*watcher]bool
	pending  map[*watcher]bool
}

type watcher struct{ wake func() }

// New returns a hub that works until Close.
func New() *Hub {
	h := &Hub{
		work:     make(chan struct{}, 1),
		quit:     make(chan struct{}),
		done:     make(chan struct{}),
		watchers: make(map[executor.RunID]map[*watcher]bool),
		pending:  make(map[*watcher]bool),
	}
	go h.serve()
	return h
}

// Close ends the calls and waits for the one under way. It may be called twice.
func (h *Hub) Close() {
	h.once.Do(func() { close(h.quit) })
	<-h.done
}

// Watch has wake called after each Wake of run, or of any run when it is empty,
// until stop.
func (h *Hub) Watch(run executor.RunID, wake func()) (stop func()) {
	w := &watcher{wake}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watchers[run] == nil {
		h.watchers[run] = make(map[*watcher]bool)
	}
	h.watchers[run][w] = true
	return func() { h.remove(run, w) }
}

func (h *Hub) remove(run executor.RunID, w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.pending, w)
	delete(h.watchers[run], w)
	if len(h.watchers[run]) == 0 {
		delete(h.watchers, run)
	}
}

// Wake says that something happened to a run. The empty run wakes only those
// who watch all.
func (h *Hub) Wake(run executor.RunID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.add(run)
	h.add("")
	h.signal()
}

// WakeAll says that something may have happened to any run.
func (h *Hub) WakeAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for run := range h.watchers {
		h.add(run)
	}
	h.signal()
}

func (h *Hub) add(run executor.RunID) {
	for w := range h.watchers[run] {
		h.pending[w] = true
	}
}

func (h *Hub) signal() {
	if len(h.pending) == 0 {
		return
	}
	select {
	case h.work <- struct{}{}:
	default:
	}
}

func (h *Hub) serve() {
	defer close(h.done)
	for {
		select {
		case <-h.quit:
			return
		case <-h.work:
			for _, w := range h.take() {
				w.wake()
			}
		}
	}
}

func (h *Hub) take() []*watcher {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*watcher, 0, len(h.pending))
	for w := range h.pending {
		all = append(all, w)
	}
	clear(h.pending)
	return all
}
