package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"example.org/weft/executor"
	"example.org/weft/object"
	"example.org/weft/object/peer"
)

// A lostError says that objects are nowhere to be had.
type lostError struct {
	ids []object.ID
	err error // of the first
}

func (e *lostError) Error() string {
	if more := len(e.ids) - 1; more > 0 {
		return fmt.Sprintf("object %s and %d more are lost: %v", e.ids[0], more, e.err)
	}
	return fmt.Sprintf("object %s is lost: %v", e.ids[0], e.err)
}

func (e *lostError) Unwrap() error { return e.err }

// place makes an object appear at a path in the folder.
func (s *stager) place(ctx context.Context, ref object.Ref, at string) error {
	if s.attempt.ViaStore {
		return s.placeFromBucket(ctx, ref, at)
	}
	for {
		if err := s.fetch(ctx, ref.ID); err != nil {
			return err
		}
		copied, err := s.node.store.Link(ref.ID, s.folder.Root, at)
		switch {
		case errors.Is(err, object.ErrChanged), errors.Is(err, object.ErrNotFound):
			continue // it is gone here; elsewhere it may be whole
		case err != nil:
			return err
		case copied:
			s.enter(executor.TransportCopy, s.node.cfg.ID, ref.Size, 1)
		default:
			s.enter(executor.TransportLink, s.node.cfg.ID, ref.Size, 1)
			s.linked = append(s.linked, ref.ID)
		}
		return nil
	}
}

// fetch returns when the object is in the node's store. Bytes that it moved are
// entered; for whoever comes second there are none.
func (s *stager) fetch(ctx context.Context, id object.ID) error {
	if s.node.store.Has(id) {
		return nil
	}
	if s.patience.IsZero() {
		s.patience = time.Now().Add(s.node.cfg.Patience)
	}
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		err := s.fetchOnce(ctx, id)
		var gone *lostError
		if err == nil {
			s.patience = time.Time{}
		}
		if err == nil || errors.As(err, &gone) || ctx.Err() != nil {
			return err
		}
		if time.Now().Add(pause).After(s.patience) {
			return &lostError{[]object.ID{id}, fmt.Errorf("unreachable for %s: %w", s.node.cfg.Patience, err)}
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}

// fetchOnce tries everybody who may have the object. It returns a lostError
// when all of them say that they have not.
func (s *stager) fetchOnce(ctx context.Context, id object.ID) error {
	n := s.node
	var unreachable error
	if n.cfg.Locate != nil {
		for _, h := range n.cfg.Locate(id) {
			if h.Node == n.cfg.ID {
				continue
			}
			moved, err := n.store.Receive(ctx, id, peer.NewClient(h.Addr, n.cfg.Key, s.attempt.Attempt.String(), n.dial))
			s.moved(executor.TransportPeer, h.Node, moved)
			if err == nil {
				return nil
			}
			if !errors.Is(err, object.ErrNotFound) {
				unreachable = errors.Join(unreachable, fmt.Errorf("from node %s: %w", h.Node, err))
			}
		}
	}
	if n.cfg.Bucket != nil {
		moved, err := n.store.Receive(ctx, id, n.cfg.Bucket)
		s.moved(executor.TransportBucket, "", moved)
		if err == nil {
			return nil
		}
		if !errors.Is(err, object.ErrNotFound) {
			unreachable = errors.Join(unreachable, fmt.Errorf("from the bucket: %w", err))
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if unreachable != nil {
		return unreachable
	}
	return &lostError{[]object.ID{id}, errors.New("nobody has it")}
}

func (s *stager) moved(t executor.Transport, from executor.NodeID, bytes int64) {
	if bytes > 0 {
		s.enter(t, from, bytes, 1)
	}
}

// placeFromBucket reads the object from the bucket although it may be here, as
// a task on a platform without locality would. One that is not in the bucket,
// an input of the run, is put there first.
func (s *stager) placeFromBucket(ctx context.Context, ref object.Ref, at string) error {
	if s.node.cfg.Bucket == nil {
		return errors.New("placement through the store needs a bucket")
	}
	if err := s.intoBucket(ctx, ref.ID); err != nil {
		return err
	}
	own := object.Mint(s.attempt.Attempt.String(), at)
	moved, err := s.node.store.Receive(ctx, own, alias{s.node.cfg.Bucket, ref.ID})
	s.moved(executor.TransportBucket, "", moved)
	if err != nil {
		return err
	}
	if _, err := s.node.store.Link(own, s.folder.Root, at); err != nil {
		return err
	}
	return s.node.store.Delete(ctx, own)
}

// intoBucket puts an object there that is not yet.
func (s *stager) intoBucket(ctx context.Context, id object.ID) error {
	_, err := s.node.cfg.Bucket.Stat(ctx, id)
	if !errors.Is(err, object.ErrNotFound) {
		return err
	}
	if err := s.fetch(ctx, id); err != nil {
		return err
	}
	moved, err := s.node.upload(ctx, id)
	s.moved(executor.TransportBucket, "", moved)
	return err
}

// upload copies an object of the node into the bucket and returns the bytes
// that went; none if another attempt was faster.
func (n *Node) upload(ctx context.Context, id object.ID) (int64, error) {
	info, err := n.store.Stat(ctx, id)
	if err != nil {
		return 0, err
	}
	r, err := n.store.Open(ctx, id, 0)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	counted := &countingReader{r: r}
	_, err = n.cfg.Bucket.Create(ctx, id, info.Dir, counted)
	if errors.Is(err, object.ErrExists) {
		err = nil
	}
	return counted.n, err
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// An alias is a bucket in which one object answers to whatever ID is asked for.
type alias struct {
	bucket Bucket
	id     object.ID
}

func (a alias) Stat(ctx context.Context, _ object.ID) (object.Info, error) {
	return a.bucket.Stat(ctx, a.id)
}

func (a alias) Open(ctx context.Context, _ object.ID, from int64) (io.ReadCloser, error) {
	return a.bucket.Open(ctx, a.id, from)
}
