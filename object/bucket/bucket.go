// Package bucket keeps objects where they outlive nodes: in S3, in what speaks
// its protocol, or in a folder.
package bucket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/s3blob"
	"gocloud.dev/gcerrors"

	"example.org/weft/object"
)

// What is kept beside an object's bytes.
const (
	metaKind = "weft-kind"
	kindFile = "file"
	kindDir  = "dir"
)

// A Bucket holds objects under their IDs, a directory as its tar stream. It is
// safe for concurrent use.
//
// A bucket does not know digests: it has its own checksums. Of a directory it
// knows the size of the stream only.
type Bucket struct {
	blobs *blob.Bucket
	url   string
}

// Open opens the bucket at an address:
//
//	s3://NAME?region=R&prefix=P/                       credentials: the usual AWS chain
//	s3://NAME?endpoint=http://HOST:PORT&use_path_style=true&region=us-east-1
//	file:///FOLDER?create_dir=true
func Open(ctx context.Context, address string) (*Bucket, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("cannot read the bucket's address: %w", err)
	}
	if u.Scheme == fileblob.Scheme {
		query := u.Query()
		query.Set("no_tmp_dir", "true") // the system's may be on another file system
		u.RawQuery = query.Encode()
	}
	var schemes blob.URLMux
	schemes.RegisterBucket(s3blob.Scheme, &s3blob.URLOpener{})
	schemes.RegisterBucket(fileblob.Scheme, &fileblob.URLOpener{})
	blobs, err := schemes.OpenBucketURL(ctx, u)
	if err != nil {
		return nil, fmt.Errorf("cannot open bucket %s: %w", u.Redacted(), err)
	}
	return &Bucket{blobs: blobs, url: u.Redacted()}, nil
}

// Close gives up the bucket. Objects stay.
func (b *Bucket) Close() error { return b.blobs.Close() }

// Stat returns the object's size and kind, or object.ErrNotFound.
func (b *Bucket) Stat(ctx context.Context, id object.ID) (object.Info, error) {
	attrs, err := b.blobs.Attributes(ctx, string(id))
	if err != nil {
		return object.Info{}, b.failure("stat", id, err)
	}
	return object.Info{Size: attrs.Size, Dir: attrs.Metadata[metaKind] == kindDir}, nil
}

// Open streams what travels of the object from that byte on. The caller closes
// it.
func (b *Bucket) Open(ctx context.Context, id object.ID, from int64) (io.ReadCloser, error) {
	if from > 0 {
		// S3 refuses to read nothing.
		info, err := b.Stat(ctx, id)
		if err != nil {
			return nil, err
		}
		if from >= info.Size {
			return io.NopCloser(bytes.NewReader(nil)), nil
		}
	}
	r, err := b.blobs.NewRangeReader(ctx, string(id), from, -1, nil)
	if err != nil {
		return nil, b.failure("read", id, err)
	}
	return r, nil
}

// Create writes an object; when it returns nil the object is on stable storage.
// An object is never replaced: object.ErrExists. If r fails there is none.
func (b *Bucket) Create(ctx context.Context, id object.ID, dir bool, r io.Reader) (object.Info, error) {
	kind := kindFile
	if dir {
		kind = kindDir
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := b.blobs.NewWriter(ctx, string(id), &blob.WriterOptions{
		ContentType: "application/octet-stream", Metadata: map[string]string{metaKind: kind},
		DisableContentTypeDetection: true, IfNotExist: true,
	})
	if err != nil {
		return object.Info{}, b.failure("write", id, err)
	}
	size, err := io.Copy(w, r)
	if err != nil {
		cancel() // what was written is dropped
		_ = w.Close()
		return object.Info{}, b.failure("write", id, err)
	}
	if err := w.Close(); err != nil {
		return object.Info{}, b.failure("write", id, err)
	}
	return object.Info{Size: size, Dir: dir}, nil
}

// Delete removes an object, or returns object.ErrNotFound.
func (b *Bucket) Delete(ctx context.Context, id object.ID) error {
	// S3 does not say whether there was one.
	if _, err := b.Stat(ctx, id); err != nil {
		return err
	}
	if err := b.blobs.Delete(ctx, string(id)); err != nil {
		return b.failure("delete", id, err)
	}
	return nil
}

// failure gives an error the words that callers branch on.
func (b *Bucket) failure(verb string, id object.ID, err error) error {
	code := gcerrors.Code(err)
	if code == gcerrors.NotFound {
		err = errors.Join(object.ErrNotFound, err)
	}
	if code == gcerrors.FailedPrecondition || code == gcerrors.AlreadyExists {
		err = errors.Join(object.ErrExists, err)
	}
	return fmt.Errorf("cannot %s %s in bucket %s: %w", verb, id, b.url, err)
}
