package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"example.org/weft/workflows/excamera/vp8"
)

var errNoOutput = errors.New("-o says where to write; it is missing")

// create writes a file by write.
func create(name string, write func(io.Writer) error) error {
	if name == "" {
		return errNoOutput
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<18)
	return errors.Join(write(w), w.Flush(), f.Close())
}

// A chunk is an IVF file in memory: few frames, encoded.
type chunk struct {
	header vp8.IVFHeader
	frames [][]byte
}

func readChunk(name string) (chunk, error) {
	f, err := os.Open(name)
	if err != nil {
		return chunk{}, err
	}
	defer f.Close()
	r, err := vp8.NewIVFReader(f)
	if err != nil {
		return chunk{}, fmt.Errorf("%s: %w", name, err)
	}
	c := chunk{header: r.Header}
	for {
		data, _, err := r.Next()
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return chunk{}, fmt.Errorf("%s: %w", name, err)
		}
		c.frames = append(c.frames, data)
	}
}

// write writes the chunk as IVF; its frames are at even distances.
func (c *chunk) write(w io.Writer) error {
	c.header.Frames = uint32(len(c.frames))
	out, err := vp8.NewIVFWriter(w, c.header)
	if err != nil {
		return err
	}
	for i, data := range c.frames {
		if err := out.Write(data, uint64(i)); err != nil {
			return err
		}
	}
	return nil
}

// withY4M opens a file of raw pictures for use.
func withY4M(name string, use func(*vp8.Y4MReader) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := vp8.NewY4MReader(f)
	if err == nil {
		err = use(r)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// readState returns the state in a file, or nil where no file is named.
func readState(name string) (*vp8.State, error) {
	if name == "" {
		return nil, nil //nolint:nilnil // a stream begins with no state
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	s := new(vp8.State)
	if err := s.UnmarshalBinary(data); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}
