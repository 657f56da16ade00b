package journal

import (
	"context"
	"encoding/json"
	"errors"

	"example.org/weft/object"
)

// uploadKind is the kind of the documents that keep the references of uploads.
const uploadKind = "upload"

// PutUpload keeps the name and media type of an object that a user gave.
func PutUpload(ctx context.Context, d Documents, ref object.Ref) error {
	text, err := json.Marshal(ref)
	if err != nil {
		return err
	}
	return d.PutDocument(ctx, uploadKind, string(ref.ID), text)
}

// Upload returns the reference of an upload as it was kept; of any other object
// ref itself, since what a function made is named by the value that refers to it.
func Upload(ctx context.Context, d Documents, ref object.Ref) (object.Ref, error) {
	text, err := d.Document(ctx, uploadKind, string(ref.ID))
	if errors.Is(err, ErrNotFound) {
		return ref, nil
	}
	if err != nil {
		return ref, err
	}
	return ref, json.Unmarshal(text, &ref)
}
