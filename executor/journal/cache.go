package journal

import (
	"context"
	"time"
)

// A CacheEntry is what an attempt of a pure function made, for others to reuse.
type CacheEntry struct {
	Key  string // of the function and its inputs
	Task string // workflow and task: its last entry tells what is another since
	Made time.Time
	Data []byte // JSON; the engine's
}

// A Cache keeps results by their keys. It is safe for concurrent use.
type Cache interface {
	// PutCached keeps entries, each in the place of one with the same key.
	PutCached(ctx context.Context, entries []CacheEntry) error

	// Cached returns the entry with a key, or ErrNotFound.
	Cached(ctx context.Context, key string) (CacheEntry, error)

	// LastCached returns the entry of a task that was made last, or ErrNotFound.
	LastCached(ctx context.Context, task string) (CacheEntry, error)
}
