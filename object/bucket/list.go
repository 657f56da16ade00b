package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"
)

// An Entry is one object of a bucket as a listing has it, under the name that
// whoever put it there gave it.
type Entry struct {
	Key      string    `json:"key"` // without the prefix of the bucket's address
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
}

// List yields what is in the bucket, by key, a page at a time. It ends with an
// error when the bucket cannot be read on.
func (b *Bucket) List(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for it := b.blobs.List(nil); ; {
			o, err := it.Next(ctx)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(Entry{}, fmt.Errorf("cannot list bucket %s: %w", b.url, err))
				return
			}
			if !yield(Entry{Key: o.Key, Size: o.Size, Modified: o.ModTime.UTC()}, nil) {
				return
			}
		}
	}
}
