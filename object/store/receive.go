package store

import (
	"context"
	"errors"
	"fmt"
	"io"

	"example.org/weft/object"
)

// A Source is where an object can be had from: another node, or a bucket.
type Source interface {
	// Stat returns object.ErrNotFound if the source has no such object.
	Stat(ctx context.Context, id object.ID) (object.Info, error)

	// Open reads what travels of the object, from that byte on.
	Open(ctx context.Context, id object.ID, from int64) (io.ReadCloser, error)
}

// maxBreaks is how often in a row a stream may break without one more byte
// having come.
const maxBreaks = 4

// A flight is one object on its way into the store.
type flight struct {
	done chan struct{} // closed when it is over
	err  error         // set before done is closed
}

// Receive brings the object from src, resuming after breaks, and verifies its
// digest if src knows it. However many ask at one time, it is fetched once;
// moved is the bytes that came, told to the one caller that fetched.
func (s *Store) Receive(ctx context.Context, id object.ID, src Source) (moved int64, err error) {
	for !s.Has(id) {
		f, first := s.board(id)
		if first {
			moved, err = s.receive(ctx, id, src)
			s.land(id, f, err)
			return moved, err
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return 0, fmt.Errorf("cannot receive %s: %w", id, context.Cause(ctx))
		}
		// Whoever fetched may have been aborted; that is not our end.
		if f.err != nil && !errors.Is(f.err, context.Canceled) && !errors.Is(f.err, context.DeadlineExceeded) {
			return 0, f.err
		}
	}
	return 0, nil
}

// board returns the flight of id, and whether the caller is the first on it and
// so has to do the work.
func (s *Store) board(id object.ID) (f *flight, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.flights[id]; f != nil {
		return f, false
	}
	f = &flight{done: make(chan struct{})}
	s.flights[id] = f
	return f, true
}

func (s *Store) land(id object.ID, f *flight, err error) {
	s.mu.Lock()
	delete(s.flights, id)
	s.mu.Unlock()
	f.err = err
	close(f.done)
}

func (s *Store) receive(ctx context.Context, id object.ID, src Source) (int64, error) {
	info, err := src.Stat(ctx, id)
	if err != nil {
		return 0, fmt.Errorf("cannot receive %s: %w", id, err)
	}
	r := &resumer{ctx: ctx, src: src, id: id, size: -1}
	if !info.Dir {
		r.size = info.Size
	}
	_, err = s.create(ctx, id, info.Dir, r, info.Digest)
	err = errors.Join(err, r.close())
	if errors.Is(err, object.ErrExists) {
		err = nil
	}
	if err != nil {
		return r.moved, fmt.Errorf("cannot receive %s: %w", id, err)
	}
	return r.moved, nil
}

// A resumer reads an object as if its stream never broke. It lives for one call.
type resumer struct {
	ctx    context.Context //nolint:containedctx // an io.Reader has no other way to be told
	src    Source
	id     object.ID
	size   int64 // -1: unknown, the stream itself says when it is whole
	moved  int64
	stream io.ReadCloser
	breaks int
}

func (r *resumer) Read(p []byte) (int, error) {
	for {
		n, err := r.read(p)
		r.moved += int64(n)
		if n > 0 {
			r.breaks = 0
			return n, nil
		}
		switch {
		case err == nil:
			continue
		case errors.Is(err, io.EOF) && (r.size < 0 || r.moved == r.size):
			return 0, io.EOF
		case r.ctx.Err() != nil:
			return 0, context.Cause(r.ctx)
		case errors.Is(err, object.ErrNotFound):
			return 0, err
		case r.breaks == maxBreaks:
			return 0, fmt.Errorf("stream broke at byte %d: %w", r.moved, noEOF(err))
		}
		r.breaks++
		if err := r.close(); err != nil {
			return 0, err
		}
	}
}

// noEOF keeps the end of a short stream from being taken for a proper one.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (r *resumer) read(p []byte) (int, error) {
	if r.stream == nil {
		stream, err := r.src.Open(r.ctx, r.id, r.moved)
		if err != nil {
			return 0, err
		}
		r.stream = stream
	}
	return r.stream.Read(p)
}

func (r *resumer) close() error {
	if r.stream == nil {
		return nil
	}
	err := r.stream.Close()
	r.stream = nil
	return err
}
