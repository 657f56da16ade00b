package embedded

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
)

// Open opens an object on whichever node holds it; journal.ErrNotFound when
// none does. Only of an upload has the reference a name and a media type: what
// a function made is named by the value that refers to it.
func (e *Engine) Open(ctx context.Context, id object.ID) (io.ReadSeekCloser, object.Ref, error) {
	for _, n := range e.cfg.Nodes {
		if !n.Store().Has(id) {
			continue
		}
		ref, err := e.describe(ctx, n, id)
		if err != nil {
			return nil, object.Ref{}, err
		}
		file, err := n.Store().OpenFile(id)
		return file, ref, err
	}
	return nil, object.Ref{}, fmt.Errorf("cannot open %s: %w", id, journal.ErrNotFound)
}

// Put keeps what a user gives, on stable storage, and returns its reference.
func (e *Engine) Put(ctx context.Context, name, mediaType string, r io.Reader) (object.Ref, error) {
	ref, err := e.put(ctx, object.Mint("upload/"+uuid.NewString(), name), name, mediaType, r)
	if err != nil {
		return ref, err
	}
	return ref, journal.PutUpload(ctx, e.cfg.Documents, ref)
}

// describe returns what is known of an object that a node holds.
func (e *Engine) describe(ctx context.Context, n Node, id object.ID) (object.Ref, error) {
	info, err := n.Store().Stat(ctx, id)
	if err != nil {
		return object.Ref{}, err
	}
	return journal.Upload(ctx, e.cfg.Documents, object.Ref{ID: id, Size: info.Size, Digest: info.Digest})
}

func (e *Engine) put(ctx context.Context, id object.ID, name, mediaType string, r io.Reader) (object.Ref, error) {
	s := e.cfg.Nodes[0].Store()
	info, err := s.Create(ctx, id, false, r)
	if errors.Is(err, object.ErrExists) {
		info, err = s.Stat(ctx, id)
	}
	if err == nil {
		err = s.Sync(ctx, id)
	}
	return object.Ref{ID: id, Size: info.Size, MediaType: mediaType, Name: name, Digest: info.Digest}, err
}

// spill makes an object of a value that is too large to stand inline.
func (e *Engine) spill(ctx context.Context, run executor.RunID, name string, v object.Value) (object.Value, error) {
	if v.Large != nil {
		return v, nil
	}
	text, err := json.Marshal(v)
	if err != nil || len(text) <= object.MaxInline {
		return v, err
	}
	ref, err := e.put(ctx, object.Mint(string(run), "outputs/"+name), name, "application/json", bytes.NewReader(text))
	if err != nil {
		return object.Value{}, err
	}
	return object.Value{Large: &object.Large{
		Ref: ref, IsList: v.List != nil, Length: len(v.List), Bytes: v.Bytes(),
	}}, nil
}
