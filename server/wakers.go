package server

import (
	"slices"
	"sync"
)

// wakers are those who want to know that something happened. The zero value
// has none.
type wakers struct {
	mu   sync.Mutex // guards the following field
	subs []chan struct{}
}

// subscribe returns a channel that has something in it after each wake, until
// stop. Wakes that were not looked at become one.
func (w *wakers) subscribe() (woken <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.subs = append(w.subs, c)
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.subs = slices.DeleteFunc(w.subs, func(s chan struct{}) bool { return s == c })
	}
}

func (w *wakers) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.subs {
		select {
		case c <- struct{}{}:
		default: // it has not looked at the last wake yet
		}
	}
}
