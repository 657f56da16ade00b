package vp8

import (
	"errors"
	"fmt"
)

// ErrNoKeyFrame is returned for a frame that needs a frame before it where there
// was none.
var ErrNoKeyFrame = errors.New("the stream does not begin with a key frame")

// A CorruptError says where in the data of a frame something is that no frame has.
type CorruptError struct {
	Offset int // in bytes from the beginning of the frame
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("byte %d of the frame: %s", e.Offset, e.Reason)
}

func corrupt(offset int, format string, args ...any) error {
	return &CorruptError{Offset: offset, Reason: fmt.Sprintf(format, args...)}
}
