package record

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// A lineReader reads lines of text, or of JSON.
type lineReader struct {
	in     *bufio.Reader
	format Format
	at     int64
	line   int // of the item that was read last, from 1
	long   []byte
}

func (l *lineReader) offset() int64 { return l.at }

func (l *lineReader) next() (item, error) {
	for {
		text, err := l.read()
		if err != nil {
			return nil, err
		}
		switch {
		case l.format == Lines && !utf8.Valid(text):
			return nil, fmt.Errorf("line %d is not UTF-8 text", l.line)
		case l.format == Lines:
			return textLine(text), nil
		case len(bytes.TrimSpace(text)) == 0:
		case !json.Valid(text):
			return nil, fmt.Errorf("line %d is not JSON: %s", l.line, jsonMistake(text))
		default:
			return jsonLine(text), nil
		}
	}
}

// read returns the next line without its end.
func (l *lineReader) read() ([]byte, error) {
	text, err := l.in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		l.long = l.long[:0]
		for errors.Is(err, bufio.ErrBufferFull) && len(l.long) <= MaxItem {
			l.long = append(l.long, text...)
			text, err = l.in.ReadSlice('\n')
		}
		l.long = append(l.long, text...)
		text = l.long
	}
	l.line++
	if len(text) > MaxItem {
		return nil, fmt.Errorf("line %d has more than %d bytes", l.line, MaxItem)
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(text) == 0) {
		return nil, err
	}
	l.at += int64(len(text))
	return bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r")), nil
}

// jsonMistake says what is wrong with a text that is no JSON value.
func jsonMistake(text []byte) string {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return err.Error()
	}
	return "not a value"
}

type textLine []byte

func (t textLine) json([]string) ([]byte, error) { return encode(string(t)) }

type jsonLine []byte

func (j jsonLine) json([]string) ([]byte, error) {
	var b bytes.Buffer
	err := json.Compact(&b, j)
	return b.Bytes(), err
}

// encode writes JSON without escaping what only HTML minds.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
