package vp8

import (
	"bytes"
	"crypto/sha256"
)

// A State is all that the frames after a point of a stream depend on: the three
// reference frames, the probabilities, the segments and the filter deltas. It
// is a value: nothing changes it, and it may be used by many at the same time.
type State struct {
	width, height int
	refs          [numRefs]*Frame
	ctx           context
	segments      []uint8 // the segment of each macroblock, row by row
}

// Size returns the width and height of the pictures, in pixels.
func (s *State) Size() (width, height int) { return s.width, s.height }

// Last returns the frame that was decoded last, or rather the last one that
// others may be predicted from. It must not be written to.
func (s *State) Last() *Frame { return s.refs[last] }

// Equal reports whether the same frames, decoded after either state, give the
// same pictures: whether their serialised forms are equal.
func (s *State) Equal(t *State) bool {
	return s.width == t.width && s.height == t.height && s.ctx == t.ctx && bytes.Equal(s.segments, t.segments) &&
		s.refs[last].equal(t.refs[last]) && s.refs[golden].equal(t.refs[golden]) && s.refs[altRef].equal(t.refs[altRef])
}

// Digest is the SHA-256 of the serialised form.
func (s *State) Digest() ([sha256.Size]byte, error) {
	b, err := s.MarshalBinary()
	return sha256.Sum256(b), err
}
