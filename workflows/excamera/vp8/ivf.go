package vp8

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// An IVFHeader is what an IVF file says of its stream.
type IVFHeader struct {
	Width, Height int
	// Rate and Scale are the frames per second as a fraction: a time stamp counts
	// Scale/Rate seconds.
	Rate, Scale uint32
	Frames      uint32 // 0 where the writer did not know
}

// maxFrameSize bounds what a reader takes for one frame: the size of a partition
// has 19 bits and those of the eight after it 24 each.
const maxFrameSize = 9 << 24

const (
	ivfHeaderSize = 32
	ivfFrameSize  = 12
)

// An IVFReader reads the frames of an IVF file.
type IVFReader struct {
	Header IVFHeader
	r      io.Reader
	count  int
	offset int64
}

// NewIVFReader reads the header of the file.
func NewIVFReader(r io.Reader) (*IVFReader, error) {
	r = bufio.NewReader(r)
	var b [ivfHeaderSize]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return nil, fmt.Errorf("cannot read the header of 32 bytes of an IVF file: %w", noEOF(err))
	}
	if string(b[:4]) != "DKIF" {
		return nil, fmt.Errorf("no IVF file: it begins with %q instead of \"DKIF\"", b[:4])
	}
	if codec := b[8:12]; string(codec) != "VP80" {
		return nil, fmt.Errorf("the IVF file holds %q instead of \"VP80\"", codec)
	}
	size := int64(binary.LittleEndian.Uint16(b[6:]))
	if size < ivfHeaderSize {
		return nil, fmt.Errorf("the IVF file says that its header has %d bytes; it has 32 at least", size)
	}
	if _, err := io.CopyN(io.Discard, r, size-ivfHeaderSize); err != nil {
		return nil, fmt.Errorf("cannot read the header of the IVF file: %w", noEOF(err))
	}
	return &IVFReader{r: r, offset: size, Header: IVFHeader{
		Width:  int(binary.LittleEndian.Uint16(b[12:])),
		Height: int(binary.LittleEndian.Uint16(b[14:])),
		Rate:   binary.LittleEndian.Uint32(b[16:]),
		Scale:  binary.LittleEndian.Uint32(b[20:]),
		Frames: binary.LittleEndian.Uint32(b[24:]),
	}}, nil
}

// Next returns the next frame and its time stamp, or io.EOF after the last.
func (r *IVFReader) Next() (data []byte, pts uint64, err error) {
	var b [ivfFrameSize]byte
	if _, err := io.ReadFull(r.r, b[:]); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, 0, io.EOF
		}
		return nil, 0, r.failed(err)
	}
	size := binary.LittleEndian.Uint32(b[:])
	if size > maxFrameSize {
		return nil, 0, r.failed(fmt.Errorf("it has %d bytes, more than a VP8 frame can have", size))
	}
	// The size may be a lie: read what is there rather than make room for it.
	data, err = io.ReadAll(io.LimitReader(r.r, int64(size)))
	if err == nil && len(data) < int(size) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, 0, r.failed(err)
	}
	r.count++
	r.offset += ivfFrameSize + int64(size)
	return data, binary.LittleEndian.Uint64(b[4:]), nil
}

func (r *IVFReader) failed(err error) error {
	return fmt.Errorf("cannot read frame %d of the IVF file, at byte %d: %w", r.count, r.offset, err)
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// An IVFWriter writes an IVF file.
type IVFWriter struct{ w io.Writer }

// NewIVFWriter writes the header of the file.
func NewIVFWriter(w io.Writer, h IVFHeader) (*IVFWriter, error) {
	b := make([]byte, 0, ivfHeaderSize)
	b = append(b, "DKIF"...)
	b = binary.LittleEndian.AppendUint16(b, 0)
	b = binary.LittleEndian.AppendUint16(b, ivfHeaderSize)
	b = append(b, "VP80"...)
	b = binary.LittleEndian.AppendUint16(b, uint16(h.Width))
	b = binary.LittleEndian.AppendUint16(b, uint16(h.Height))
	b = binary.LittleEndian.AppendUint32(b, h.Rate)
	b = binary.LittleEndian.AppendUint32(b, h.Scale)
	b = binary.LittleEndian.AppendUint32(b, h.Frames)
	b = binary.LittleEndian.AppendUint32(b, 0)
	if _, err := w.Write(b); err != nil {
		return nil, fmt.Errorf("cannot write the header of an IVF file: %w", err)
	}
	return &IVFWriter{w: w}, nil
}

// Write writes a frame.
func (w *IVFWriter) Write(data []byte, pts uint64) error {
	b := make([]byte, 0, ivfFrameSize)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	b = binary.LittleEndian.AppendUint64(b, pts)
	if _, err := w.w.Write(b); err != nil {
		return fmt.Errorf("cannot write to the IVF file: %w", err)
	}
	if _, err := w.w.Write(data); err != nil {
		return fmt.Errorf("cannot write to the IVF file: %w", err)
	}
	return nil
}
