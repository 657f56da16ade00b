package embedded

import "sync"

// A queue hands events to the loop. Senders never block: a node that reports
// must not wait for a flush.
type queue[T any] struct {
	mu    sync.Mutex // guards the following fields
	items []T

	ready chan struct{} // has a token while items may not be empty
}

func newQueue[T any]() *queue[T] {
	return &queue[T]{ready: make(chan struct{}, 1)}
}

func (q *queue[T]) put(item T) {
	q.mu.Lock()
	q.items = append(q.items, item)
	q.mu.Unlock()
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// take returns everything that is queued, in order, and reuses spare's memory
// for what comes next.
func (q *queue[T]) take(spare []T) []T {
	q.mu.Lock()
	defer q.mu.Unlock()
	items := q.items
	q.items = spare[:0]
	return items
}
