package vp8

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A Y4MHeader is what a YUV4MPEG2 file says of its pictures, which must be 4:2:0
// with 8 bits.
type Y4MHeader struct {
	Width, Height int
	Rate, Scale   uint32 // frames per second, as a fraction
}

// maxSide is what 14 bits of a key frame can say.
const maxSide = 1<<14 - 1

// A Y4MReader reads the pictures of a Y4M file.
type Y4MReader struct {
	Header Y4MHeader
	r      *bufio.Reader
	count  int
}

// NewY4MReader reads the header of the file.
func NewY4MReader(r io.Reader) (*Y4MReader, error) {
	y := &Y4MReader{r: bufio.NewReaderSize(r, 1<<16)}
	line, err := y.line()
	if err != nil {
		return nil, fmt.Errorf("cannot read the header of a Y4M file: %w", err)
	}
	fields := strings.Fields(line)
	if len(fields) == 0 || fields[0] != "YUV4MPEG2" {
		return nil, fmt.Errorf("no Y4M file: it begins with %q instead of \"YUV4MPEG2\"", line)
	}
	for _, field := range fields[1:] {
		if err := y.Header.parse(field[0], field[1:]); err != nil {
			return nil, fmt.Errorf("cannot read %q in the header of the Y4M file: %w", field, err)
		}
	}
	if y.Header.Width == 0 || y.Header.Height == 0 {
		return nil, errors.New("the header of the Y4M file lacks the width (W) or the height (H)")
	}
	return y, nil
}

func (h *Y4MHeader) parse(key byte, value string) error {
	var err error
	switch key {
	case 'W':
		h.Width, err = parseSide(value)
	case 'H':
		h.Height, err = parseSide(value)
	case 'F':
		h.Rate, h.Scale, err = parseRate(value)
	case 'C':
		if !strings.HasPrefix(value, "420") || strings.HasPrefix(value, "420p") && value != "420paldv" {
			err = errors.New("the pictures must be 4:2:0 with 8 bits (yuv420p)")
		}
	}
	return err
}

func parseSide(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxSide {
		return 0, fmt.Errorf("want 1 to %d pixels", maxSide)
	}
	return n, nil
}

func parseRate(s string) (rate, scale uint32, err error) {
	over, under, _ := strings.Cut(s, ":")
	n, err := strconv.ParseUint(over, 10, 32)
	if err == nil {
		var d uint64
		d, err = strconv.ParseUint(under, 10, 32)
		scale = uint32(d)
	}
	if err != nil {
		return 0, 0, errors.New("want the frames per second as a fraction, like 24:1")
	}
	return uint32(n), scale, nil
}

// line reads a line, of no more than a header has.
func (y *Y4MReader) line() (string, error) {
	line, err := y.r.ReadSlice('\n')
	if err != nil {
		if errors.Is(err, bufio.ErrBufferFull) {
			err = errors.New("the line has no end")
		}
		return "", noEOF(err)
	}
	return strings.TrimSuffix(string(line), "\n"), nil
}

// NewFrame returns a picture of the size of those of the file.
func (y *Y4MReader) NewFrame() *Frame { return newFrame(y.Header.Width, y.Header.Height) }

// Next reads the next picture into f, or returns io.EOF after the last.
func (y *Y4MReader) Next(f *Frame) error {
	if _, err := y.r.Peek(1); errors.Is(err, io.EOF) {
		return io.EOF
	}
	line, err := y.line()
	if err == nil && line != "FRAME" && !strings.HasPrefix(line, "FRAME ") {
		err = fmt.Errorf("it begins with %.20q instead of \"FRAME\"", line)
	}
	if err == nil {
		err = f.readFrom(y.r)
	}
	if err != nil {
		return fmt.Errorf("cannot read picture %d of the Y4M file: %w", y.count, noEOF(err))
	}
	y.count++
	return nil
}

// readFrom reads the visible pixels and fills up the macroblocks at the edges.
func (f *Frame) readFrom(r io.Reader) error {
	for i := range f.planes {
		p := &f.planes[i]
		width, height := f.visible(i)
		for y := range height {
			row := p.row(y)
			if _, err := io.ReadFull(r, row[:width]); err != nil {
				return err
			}
			fill(row[width:], row[width-1])
		}
		for y := height; y < p.height; y++ {
			copy(p.row(y), p.row(height-1))
		}
	}
	return nil
}

// A Y4MWriter writes a Y4M file.
type Y4MWriter struct{ w io.Writer }

// NewY4MWriter writes the header of the file.
func NewY4MWriter(w io.Writer, h Y4MHeader) (*Y4MWriter, error) {
	_, err := fmt.Fprintf(w, "YUV4MPEG2 W%d H%d F%d:%d Ip C420jpeg\n", h.Width, h.Height, h.Rate, h.Scale)
	if err != nil {
		return nil, fmt.Errorf("cannot write the header of a Y4M file: %w", err)
	}
	return &Y4MWriter{w: w}, nil
}

// Write writes a picture.
func (y *Y4MWriter) Write(f *Frame) error {
	if _, err := io.WriteString(y.w, "FRAME\n"); err != nil {
		return fmt.Errorf("cannot write to the Y4M file: %w", err)
	}
	if _, err := f.WriteTo(y.w); err != nil {
		return fmt.Errorf("cannot write to the Y4M file: %w", err)
	}
	return nil
}
