// Package vp8 is a VP8 codec whose state is a value.
//
// It decodes all of RFC 6386, and it can encode a frame again against other
// reference frames than it was made for. The state that a decoder is in after a
// frame (pictures, probabilities, segments, filter deltas) can be taken out,
// compared, written down and handed to another decoder: a frame is a function
// from a State to a State. This is what lets a video be encoded in chunks, in
// parallel, without paying for a key frame at the start of each: Rebase fits a
// chunk to the state that the chunk before it ends in. The idea is that of
// Fouladi et al., "Encoding, Fast and Slow" (NSDI 2017).
//
// The way of the data:
//
//	IVF -> Decoder.Decode -> Frame -> Y4M
//	IVF + Y4M + State -> Rebase -> IVF + State
//
// Comments cite RFC 6386 by section. Nothing here reads a clock, starts a
// goroutine or depends on anything but the standard library; equal inputs give
// equal bytes.
package vp8
