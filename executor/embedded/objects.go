package embedded

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

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
	text, err := json.Marshal(ref)
	if err != nil {
		return ref, err
	}
	return ref, e.cfg.Documents.PutDocument(ctx, uploadKind, string(ref.ID), text)
}

// describe returns what is known of an object that a node holds.
func (e *Engine) describe(ctx context.Context, n Node, id object.ID) (object.Ref, error) {
	info, err := n.Store().Stat(ctx, id)
	if err != nil {
		return object.Ref{}, err
	}
	ref := object.Ref{ID: id, Size: info.Size, Digest: info.Digest}
	text, err := e.cfg.Documents.Document(ctx, uploadKind, string(id))
	if errors.Is(err, journal.ErrNotFound) {
		return ref, nil
	}
	if err != nil {
		return ref, err
	}
	return ref, json.Unmarshal(text, &ref)
}

// uploadKind is the kind of the documents that keep the references of uploads.
const uploadKind = "upload"

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

// keepOutputs puts every object of a run's outputs on stable storage, with its
// digest, and makes an object of each output that is too large to stand inline.
func (e *Engine) keepOutputs(ctx context.Context, run executor.RunID, outputs map[string]object.Value) (map[string]object.Value, error) {
	kept := make(map[string]object.Value, len(outputs))
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		v, err := e.keepValue(ctx, outputs[name])
		if err == nil {
			v, err = e.spill(ctx, run, name, v)
		}
		if err != nil {
			return nil, fmt.Errorf("output %s: %w", name, err)
		}
		kept[name] = v
	}
	return kept, nil
}

// keepValue returns v with the digests of its objects, which it has put on
// stable storage.
func (e *Engine) keepValue(ctx context.Context, v object.Value) (object.Value, error) {
	var err error
	switch {
	case v.File != nil:
		v.File, err = e.keepRef(ctx, *v.File)
	case v.Dir != nil:
		v.Dir, err = e.keepRef(ctx, *v.Dir)
	case v.Large != nil:
		var ref *object.Ref
		large := *v.Large
		if ref, err = e.keepRef(ctx, large.Ref); err == nil {
			large.Ref = *ref
		}
		v.Large = &large
	case v.List != nil:
		list := make([]object.Value, len(v.List))
		for i := 0; i < len(list) && err == nil; i++ {
			list[i], err = e.keepValue(ctx, v.List[i])
		}
		v.List = list
	case v.Map != nil:
		fields := make(map[string]object.Value, len(v.Map))
		for _, name := range slices.Sorted(maps.Keys(v.Map)) {
			if fields[name], err = e.keepValue(ctx, v.Map[name]); err != nil {
				break
			}
		}
		v.Map = fields
	}
	return v, err
}

func (e *Engine) keepRef(ctx context.Context, ref object.Ref) (*object.Ref, error) {
	for _, n := range e.cfg.Nodes {
		if !n.Store().Has(ref.ID) {
			continue
		}
		if err := n.Store().Sync(ctx, ref.ID); err != nil {
			return nil, err
		}
		var err error
		ref.Digest, err = n.Store().Digest(ctx, ref.ID)
		return &ref, err
	}
	return nil, fmt.Errorf("cannot keep %s: %w", ref.ID, journal.ErrNotFound)
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
