package record

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// Stride is how many items stand between two places of an index: reading from a
// multiple of it on costs least.
const Stride = 64

// An index is where in a file every Stride-th item begins, 8 bytes each; then a
// trailer as JSON, and in the last 4 bytes the trailer's length. So it is
// written without knowing how much will come, and read at one place.
const (
	offsetSize = 8
	lengthSize = 4
)

type trailer struct {
	Format Format   `json:"format"`
	Items  int      `json:"items"`
	Fields []string `json:"fields,omitempty"` // of a table
}

// WriteIndex reads a file once and writes its index. It returns the number of
// items. An error says in which line of the file the mistake is.
func WriteIndex(w io.Writer, file io.Reader, f Format) (items int, err error) {
	r := newReader(bufio.NewReaderSize(file, 64<<10), f)
	about := trailer{Format: f}
	if about.Fields, err = header(r, f); err != nil {
		return 0, err
	}
	out := bufio.NewWriter(w)
	for {
		at := r.offset()
		_, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, err
		}
		if about.Items%Stride == 0 {
			if err := binary.Write(out, binary.BigEndian, at); err != nil {
				return 0, err
			}
		}
		about.Items++
	}
	text, err := json.Marshal(about)
	if err != nil {
		return 0, err
	}
	if _, err := out.Write(binary.BigEndian.AppendUint32(text, uint32(len(text)))); err != nil {
		return 0, err
	}
	return about.Items, out.Flush()
}

// header reads the names of a table's fields; there are none in an empty file.
func header(r itemReader, f Format) ([]string, error) {
	if f != CSV && f != TSV {
		return nil, nil
	}
	first, err := r.next()
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	names, _ := first.(row)
	fields := slices.Clone([]string(names))
	fields[0] = strings.TrimPrefix(fields[0], "\ufeff") // as spreadsheets write it
	for i, name := range fields {
		if slices.Contains(fields[:i], name) {
			return nil, fmt.Errorf("line 1 has two fields %q: the first record names the fields", name)
		}
	}
	return fields, nil
}

// A File is a file whose bytes can be read at any place.
type File interface {
	io.ReaderAt
	io.Seeker
}

// Read returns items from up to, not including, to of a file as JSON, by the
// file's index. It reads them and a few before them, wherever in the file they
// stand.
func Read(index File, file io.ReaderAt, from, to int) ([]json.RawMessage, error) {
	about, err := readTrailer(index)
	if err != nil {
		return nil, fmt.Errorf("cannot read the index: %w", err)
	}
	if from < 0 || to > about.Items || from > to {
		return nil, fmt.Errorf("items %d to %d of a list of %d", from, to, about.Items)
	}
	if from == to {
		return []json.RawMessage{}, nil
	}
	r, err := about.readerAt(index, file, from)
	if err != nil {
		return nil, err
	}
	items := make([]json.RawMessage, to-from)
	for i := range items {
		found, err := r.next()
		if err == nil {
			items[i], err = found.json(about.Fields)
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read item %d: %w", from+i, err)
		}
	}
	return items, nil
}

// readerAt returns a reader whose next item is item i.
func (t *trailer) readerAt(index, file io.ReaderAt, i int) (itemReader, error) {
	var at [offsetSize]byte
	if _, err := index.ReadAt(at[:], int64(i/Stride*offsetSize)); err != nil {
		return nil, fmt.Errorf("cannot read the index: %w", err)
	}
	from := int64(binary.BigEndian.Uint64(at[:]))
	r := newReader(bufio.NewReader(io.NewSectionReader(file, from, math.MaxInt64-from)), t.Format)
	for range i % Stride {
		if _, err := r.next(); err != nil {
			return nil, fmt.Errorf("cannot read up to item %d: %w", i, err)
		}
	}
	return r, nil
}

func readTrailer(index File) (trailer, error) {
	var about trailer
	end, err := index.Seek(0, io.SeekEnd)
	if err != nil {
		return about, err
	}
	var length [lengthSize]byte
	if _, err := index.ReadAt(length[:], end-lengthSize); err != nil {
		return about, err
	}
	n := int64(binary.BigEndian.Uint32(length[:]))
	if n > end-lengthSize {
		return about, errors.New("it is not an index")
	}
	text := make([]byte, n)
	if _, err := index.ReadAt(text, end-lengthSize-n); err != nil {
		return about, err
	}
	return about, json.Unmarshal(text, &about)
}
