package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"example.org/weft/server/api"
)

// A client speaks to a server's REST interface.
type client struct {
	base  string // "http://127.0.0.1:7070"
	token string // empty: none
	http  *http.Client
}

func newClient(base, token string) *client {
	return &client{base: strings.TrimSuffix(base, "/"), token: token, http: &http.Client{}}
}

// A request is one call of the interface.
type request struct {
	method, path string
	query        url.Values
	header       http.Header
	body         io.Reader
}

// send performs a request. An answer that is no success is returned as the
// problem that the server states, a server that cannot be reached with exit
// code 3.
func (c *client) send(ctx context.Context, r request) (*http.Response, error) {
	target := c.base + "/api/v1" + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target, r.body)
	if err != nil {
		return nil, err
	}
	maps.Copy(req.Header, r.header)
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, unreachable(fmt.Errorf("cannot reach the server: %w", err))
	}
	if resp.StatusCode >= http.StatusBadRequest {
		defer resp.Body.Close()
		return nil, problemOf(resp)
	}
	return resp, nil
}

// problemOf reads the problem that an answer states.
func problemOf(resp *http.Response) error {
	const most = 1 << 20
	text, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return fmt.Errorf("cannot read the server's answer %s: %w", resp.Status, err)
	}
	problem := new(api.Problem)
	if json.Unmarshal(text, problem) != nil || problem.Status == 0 {
		return fmt.Errorf("the server answered %s", resp.Status)
	}
	return problem
}

// call performs a request with a JSON body (nil: none) and reads the JSON
// answer into out (nil: dropped).
func (c *client) call(ctx context.Context, r request, in, out any) error {
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		r.body = bytes.NewReader(text)
		r.header = withHeader(r.header, "Content-Type", "application/json")
	}
	resp, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if out == nil {
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("cannot read the server's answer: %w", err)
	}
	return nil
}

func withHeader(h http.Header, name, value string) http.Header {
	if h == nil {
		h = make(http.Header)
	}
	h.Set(name, value)
	return h
}

// An sse is one server-sent event.
type sse struct{ id, event, data string }

// errStreamEnded says that a stream of events ended, which every stream may do:
// ask again from the last id on.
var errStreamEnded = errors.New("the event stream ended")

// stream calls yield for the events of a stream until it returns false.
func (c *client) stream(ctx context.Context, path string, query url.Values, after string, yield func(sse) bool) error {
	header := http.Header{"Accept": {"text/event-stream"}}
	if after != "" {
		header.Set("Last-Event-ID", after)
	}
	resp, err := c.send(ctx, request{method: http.MethodGet, path: path, query: query, header: header})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return readEvents(resp.Body, yield)
}

// readEvents parses an event stream (WHATWG HTML, section 9.2).
func readEvents(r io.Reader, yield func(sse) bool) error {
	const longest = 64 << 20
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), longest)
	var e sse
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case lines.Text() == "":
			if e.data != "" && !yield(e) {
				return nil
			}
			e = sse{id: e.id}
		case name == "id":
			e.id = value
		case name == "event":
			e.event = value
		case name == "data":
			e.data += value
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return errStreamEnded
}
