package object

import "errors"

// The errors of whoever holds objects, for callers to branch on.
var (
	// ErrNotFound says that the holder does not have the object.
	ErrNotFound = errors.New("object: not found")

	// ErrExists says that the holder has an object of that ID already.
	// Objects are immutable: it was not replaced.
	ErrExists = errors.New("object: exists already")

	// ErrChanged says that the bytes of the object were changed behind the
	// holder's back. They must not be used; the object counts as lost there.
	ErrChanged = errors.New("object: changed after it was made")

	// ErrCorrupt says that bytes on their way did not have the object's digest.
	ErrCorrupt = errors.New("object: wrong digest")
)

// An Info is what a holder says of an object. Between holders a file travels as
// its bytes and a directory as a tar stream, in one form only, so that both
// have one digest.
type Info struct {
	Size   int64  // bytes; of a directory, the sum over its files
	Dir    bool   // the object is a directory
	Digest Digest // of what travels; empty while it has not been computed
}
