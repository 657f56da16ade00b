package temporal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"example.org/weft/executor"
	"example.org/weft/executor/node"
	"example.org/weft/object"
	"example.org/weft/object/peer"
)

// holders are all that may have an object, as a server reaches them: its own
// store first, then the nodes.
type holders struct {
	local   *node.Node
	cluster *cluster
	key     peer.Key
	http    *http.Client
}

// clients returns a client of every other node, for what a run (or a user) needs.
func (h *holders) clients(forWhom string) []*peer.Client {
	var clients []*peer.Client
	for _, r := range h.cluster.members() {
		if r.ID != h.local.Status().ID {
			clients = append(clients, peer.NewClient(r.Addr, h.key, forWhom, h.http))
		}
	}
	return clients
}

// keep returns when a node that has the object has it on stable storage;
// object.ErrNotFound when all say that they have not.
func (h *holders) keep(ctx context.Context, run executor.RunID, id object.ID) (object.Info, error) {
	if s := h.local.Store(); s.Has(id) {
		if err := s.Sync(ctx, id); err != nil {
			return object.Info{}, err
		}
		digest, err := s.Digest(ctx, id)
		return object.Info{Digest: digest}, err
	}
	var unreachable error
	for _, c := range h.clients(string(run)) {
		info, err := c.Keep(ctx, id)
		if err == nil {
			return info, nil
		}
		if !errors.Is(err, object.ErrNotFound) {
			unreachable = errors.Join(unreachable, err)
		}
	}
	if unreachable != nil {
		return object.Info{}, unreachable
	}
	return object.Info{}, fmt.Errorf("cannot keep %s: %w", id, object.ErrNotFound)
}

// open opens an object wherever it is. Its bytes stay there: they are streamed
// as they are read.
func (h *holders) open(ctx context.Context, id object.ID) (io.ReadSeekCloser, object.Ref, error) {
	ref := object.Ref{ID: id}
	if s := h.local.Store(); s.Has(id) {
		info, err := s.Stat(ctx, id)
		if err != nil {
			return nil, ref, err
		}
		ref.Size, ref.Digest = info.Size, info.Digest
		f, err := s.OpenFile(id)
		return f, ref, err
	}
	var unreachable error
	for _, c := range h.clients("download") {
		info, err := c.Stat(ctx, id)
		if err == nil {
			ref.Size, ref.Digest = info.Size, info.Digest
			if info.Dir {
				return nil, ref, fmt.Errorf("cannot open %s as a file: it is a folder", id)
			}
			return &remote{ctx: ctx, from: c, id: id, size: info.Size}, ref, nil
		}
		if !errors.Is(err, object.ErrNotFound) {
			unreachable = errors.Join(unreachable, err)
		}
	}
	if unreachable != nil {
		return nil, ref, unreachable
	}
	return nil, ref, fmt.Errorf("cannot open %s: %w", id, object.ErrNotFound)
}

// A remote is an object on another node, read as a file. It lives for one
// request.
type remote struct {
	ctx  context.Context //nolint:containedctx // an io.Reader has no other way to be told
	from *peer.Client
	id   object.ID
	size int64
	at   int64
	body io.ReadCloser // from at on; nil: not asked for yet
}

func (r *remote) Read(p []byte) (n int, err error) {
	if r.at >= r.size {
		return 0, io.EOF
	}
	if r.body == nil {
		if r.body, err = r.from.Open(r.ctx, r.id, r.at); err != nil {
			return 0, err
		}
	}
	n, err = r.body.Read(p)
	r.at += int64(n)
	return n, err
}

func (r *remote) Seek(offset int64, whence int) (int64, error) {
	at := offset
	switch whence {
	case io.SeekCurrent:
		at += r.at
	case io.SeekEnd:
		at += r.size
	}
	if at < 0 {
		return 0, fmt.Errorf("cannot seek to %d", at)
	}
	if at != r.at {
		if err := r.Close(); err != nil {
			return 0, err
		}
		r.at = at
	}
	return at, nil
}

func (r *remote) Close() error {
	if r.body == nil {
		return nil
	}
	err := r.body.Close()
	r.body = nil
	return err
}

// put keeps bytes in a node's store, on stable storage.
func put(ctx context.Context, n *node.Node, id object.ID, name, mediaType string, r io.Reader) (object.Ref, error) {
	info, err := n.Store().Create(ctx, id, false, r)
	if errors.Is(err, object.ErrExists) {
		info, err = n.Store().Stat(ctx, id)
	}
	if err == nil {
		err = n.Store().Sync(ctx, id)
	}
	return object.Ref{ID: id, Size: info.Size, MediaType: mediaType, Name: name, Digest: info.Digest}, err
}

// has reports whether anybody has an object.
func (h *holders) has(ctx context.Context, id object.ID) bool {
	if h.local.Store().Has(id) {
		return true
	}
	for _, c := range h.clients("redrive") {
		if _, err := c.Stat(ctx, id); err == nil {
			return true
		}
	}
	return false
}
