// Package record finds the items of a file, its lines or records, without
// holding more than one of them: an index says where in the file they stand.
//
// It is for whoever holds the file. Everyone else has the number of items and
// names one by its place (object.Item).
package record

import (
	"bufio"
	"errors"
	"fmt"
	"path"
	"strings"
)

// MaxItem is the most bytes that one item may have in the file. Whoever reads an
// item holds it in memory, and a quote that is never closed must not be one.
const MaxItem = 1 << 20

// A Format says what the items of a file are.
type Format string

// The formats.
const (
	Lines     Format = "lines" // text, without the end of its line
	CSV       Format = "csv"   // RFC 4180: maps of text, named by the first record
	TSV       Format = "tsv"   // the same with tabs
	JSONLines Format = "jsonl" // a JSON value in each line; empty lines count for nothing
)

// FormatOf returns the format of a file's records by its media type or else by
// its name; ok is false when neither says it.
func FormatOf(mediaType, name string) (f Format, ok bool) {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	switch mediaType {
	case "text/csv":
		return CSV, true
	case "text/tab-separated-values":
		return TSV, true
	case "application/jsonl", "application/x-ndjson", "application/json-lines":
		return JSONLines, true
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".csv":
		return CSV, true
	case ".tsv":
		return TSV, true
	case ".jsonl", ".ndjson":
		return JSONLines, true
	}
	return "", false
}

// ParseFormat returns the format of records with that name.
func ParseFormat(name string) (Format, error) {
	switch f := Format(name); f {
	case CSV, TSV, JSONLines:
		return f, nil
	case Lines:
		return "", errors.New("lines are not records: use builtin: lines")
	}
	return "", fmt.Errorf("no format %q of records: want csv, tsv or jsonl", name)
}

// An itemReader reads the items of a file in order.
type itemReader interface {
	// next reads the next item; io.EOF after the last. The item is valid until
	// the next call.
	next() (item, error)
	// offset is where in the file, counted from where reading began, the item
	// begins that next reads next.
	offset() int64
}

// An item can say what it is as JSON.
type item interface {
	json(fields []string) ([]byte, error)
}

// newReader reads the items that stand in r from its first byte on.
func newReader(r *bufio.Reader, f Format) itemReader {
	switch f {
	case CSV:
		return newTable(r, ',')
	case TSV:
		return newTable(r, '\t')
	case Lines, JSONLines:
	}
	return &lineReader{in: r, format: f}
}
