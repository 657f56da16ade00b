package vp8

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// A State is written as (numbers little-endian):
//
//	"VP8S" 1           magic and version
//	width height       2 bytes each
//	context            the coefficients' probabilities, those of vectors and modes,
//	                   whether the values of segments are absolute, their
//	                   quantisers and filter levels, the filter deltas
//	segments           1 byte: 0 if all macroblocks are in segment 0, else 1 and
//	                   2 bits for each, four to a byte, the first in the low bits
//	references         1 byte each for last, golden, alt-ref: which picture
//	pictures           as many as the references name: Y, U and V, row by row, of
//	                   whole macroblocks
//
// Equal states have equal forms: a picture that stands for several references is
// written once.
const stateMagic = "VP8S\x01"

// MarshalBinary returns the serialised form. It implements
// encoding.BinaryMarshaler.
func (s *State) MarshalBinary() ([]byte, error) {
	var b []byte
	b = append(b, stateMagic...)
	b = binary.LittleEndian.AppendUint16(b, uint16(s.width))
	b = binary.LittleEndian.AppendUint16(b, uint16(s.height))
	ctx := s.ctx
	ctx.visit(func(field []byte) { b = append(b, field...) })
	b = appendSegments(b, s.segments)
	pictures, names := s.pictures()
	b = append(b, names[:]...)
	for _, f := range pictures {
		for i := range f.planes {
			for y := range f.planes[i].height {
				b = append(b, f.planes[i].row(y)...)
			}
		}
	}
	return b, nil
}

// UnmarshalBinary reads the serialised form. It implements
// encoding.BinaryUnmarshaler.
func (s *State) UnmarshalBinary(data []byte) error {
	r := bytes.NewReader(data)
	if err := s.read(r); err != nil {
		return fmt.Errorf("cannot read a state at byte %d of %d: %w", len(data)-r.Len(), len(data), noEOF(err))
	}
	return nil
}

func (s *State) read(r *bytes.Reader) error {
	var head [len(stateMagic) + 4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	if string(head[:len(stateMagic)]) != stateMagic {
		return fmt.Errorf("it begins with %q instead of %q", head[:len(stateMagic)], stateMagic)
	}
	width := int(binary.LittleEndian.Uint16(head[len(stateMagic):]))
	height := int(binary.LittleEndian.Uint16(head[len(stateMagic)+2:]))
	if width < 1 || width > maxSide || height < 1 || height > maxSide {
		return fmt.Errorf("its pictures are %d x %d pixels", width, height)
	}
	cols, rows := (width+15)/16, (height+15)/16
	if need := cols * rows * 384; r.Len() < need {
		return fmt.Errorf("a picture of %d x %d pixels takes %d bytes: %w", width, height, need, io.ErrUnexpectedEOF)
	}
	*s = State{width: width, height: height, segments: make([]uint8, cols*rows)}
	if err := s.ctx.read(r); err != nil {
		return err
	}
	if err := readSegments(r, s.segments); err != nil {
		return err
	}
	if err := s.readPictures(r); err != nil {
		return err
	}
	if r.Len() > 0 {
		return fmt.Errorf("it ends, but %d bytes follow", r.Len())
	}
	return nil
}

// visit shows the fields of the context in the order in which they are written,
// and takes over what was changed.
func (c *context) visit(field func([]byte)) {
	for i := range c.coeffs {
		for j := range c.coeffs[i] {
			for k := range c.coeffs[i][j] {
				field(c.coeffs[i][j][k][:])
			}
		}
	}
	field(c.mvs[0][:])
	field(c.mvs[1][:])
	field(c.yModes[:])
	field(c.uvModes[:])
	absolute := []byte{asContext(c.absolute)}
	field(absolute)
	c.absolute = absolute[0] != 0
	for _, values := range []*[4]int8{&c.quantizer, &c.filter, &c.ref, &c.mode} {
		b := []byte{byte(values[0]), byte(values[1]), byte(values[2]), byte(values[3])}
		field(b)
		for i := range values {
			values[i] = int8(b[i])
		}
	}
}

func (c *context) read(r io.Reader) error {
	var failed error
	c.visit(func(field []byte) {
		if failed == nil {
			_, failed = io.ReadFull(r, field)
		}
	})
	return failed
}

func appendSegments(b []byte, segments []uint8) []byte {
	if !slices.ContainsFunc(segments, func(s uint8) bool { return s != 0 }) {
		return append(b, 0)
	}
	b = append(b, 1)
	for four := range slices.Chunk(segments, 4) {
		packed := byte(0)
		for i, s := range four {
			packed |= s << (2 * i)
		}
		b = append(b, packed)
	}
	return b
}

func readSegments(r *bytes.Reader, segments []uint8) error {
	some, err := r.ReadByte()
	if err != nil || some == 0 {
		return err
	}
	if some != 1 {
		return fmt.Errorf("whether there are segments is 0 or 1, not %d", some)
	}
	for four := range slices.Chunk(segments, 4) {
		packed, err := r.ReadByte()
		if err != nil {
			return err
		}
		for i := range four {
			four[i] = packed >> (2 * i) & 3
		}
	}
	return nil
}

// pictures returns the distinct references, and which of them each stands for.
func (s *State) pictures() (pictures []*Frame, names [3]byte) {
	for i, f := range s.refs[last:] {
		at := slices.IndexFunc(pictures, f.equal)
		if at < 0 {
			at = len(pictures)
			pictures = append(pictures, f)
		}
		names[i] = byte(at)
	}
	return pictures, names
}

func (s *State) readPictures(r *bytes.Reader) error {
	var names [3]byte
	if _, err := io.ReadFull(r, names[:]); err != nil {
		return err
	}
	var pictures []*Frame
	for i, name := range names {
		if int(name) > len(pictures) {
			return fmt.Errorf("reference %d is picture %d, which none before it comes to", i+1, name)
		}
		if int(name) == len(pictures) {
			f := newFrame(s.width, s.height)
			f.shared = true
			if err := f.readPlanes(r); err != nil {
				return err
			}
			pictures = append(pictures, f)
		}
		s.refs[last+i] = pictures[name]
	}
	return nil
}

// readPlanes reads whole macroblocks.
func (f *Frame) readPlanes(r io.Reader) error {
	for i := range f.planes {
		for y := range f.planes[i].height {
			if _, err := io.ReadFull(r, f.planes[i].row(y)); err != nil {
				return err
			}
		}
	}
	f.extend()
	return nil
}
