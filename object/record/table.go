package record

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
)

// A table reads the records of a file with separated values.
type table struct {
	in   *bounded
	csv  *csv.Reader
	line int // of the record that was read last; 0: none was
}

func newTable(r io.Reader, comma rune) *table {
	in := &bounded{r: r}
	t := &table{in: in, csv: csv.NewReader(in)}
	t.csv.Comma, t.csv.ReuseRecord = comma, true
	return t
}

func (t *table) offset() int64 { return t.csv.InputOffset() }

func (t *table) next() (item, error) {
	t.in.left = MaxItem
	fields, err := t.csv.Read()
	if errors.Is(err, errTooLong) {
		return nil, fmt.Errorf("the record after line %d has more than %d bytes: is a quote not closed?", t.line, MaxItem)
	}
	if bad, ok := errors.AsType[*csv.ParseError](err); ok {
		if errors.Is(bad.Err, csv.ErrFieldCount) {
			return nil, fmt.Errorf("line %d has %d fields, the first record has %d", bad.StartLine, len(fields), t.csv.FieldsPerRecord)
		}
		return nil, fmt.Errorf("line %d, column %d: %w", bad.Line, bad.Column, bad.Err)
	}
	if err != nil {
		return nil, err
	}
	t.line, _ = t.csv.FieldPos(0)
	return row(fields), nil
}

// A row is a record of a table.
type row []string

func (r row) json(names []string) ([]byte, error) {
	if len(r) != len(names) {
		return nil, fmt.Errorf("a record of %d fields in a table of %d", len(r), len(names))
	}
	fields := make(map[string]string, len(names))
	for i, name := range names {
		fields[name] = r[i]
	}
	return encode(fields)
}

var errTooLong = errors.New("too long")

// bounded lets so many more bytes be read.
type bounded struct {
	r    io.Reader
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.r.Read(p)
	b.left -= n
	return n, err
}
