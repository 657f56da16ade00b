package peer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"example.org/weft/object"
)

// A Client reads the objects of one other node. It is safe for concurrent use.
type Client struct {
	addr    string
	key     Key
	attempt string
	http    *http.Client
}

// NewHTTPClient returns what the clients of a node share: a pool of connections
// and limits on how long another node may stay silent. It follows no redirect,
// so a token goes nowhere else.
func NewHTTPClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			MaxIdleConnsPerHost:   8,
			IdleConnTimeout:       time.Minute,
			ResponseHeaderTimeout: 30 * time.Second,
			DisableCompression:    true, // bytes are counted and digested as they are
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// NewClient returns a client of the node at addr (host:port), for what an attempt
// needs from there.
func NewClient(addr string, key Key, attempt string, c *http.Client) *Client {
	return &Client{addr: addr, key: key, attempt: attempt, http: c}
}

// Stat returns what the other node knows of the object, its digest included,
// or object.ErrNotFound.
func (c *Client) Stat(ctx context.Context, id object.ID) (object.Info, error) {
	return c.info(ctx, http.MethodHead, id, MayRead(id))
}

// Keep is Stat, when the object is on stable storage.
func (c *Client) Keep(ctx context.Context, id object.ID) (object.Info, error) {
	return c.info(ctx, http.MethodPost, id, MayKeep(id))
}

func (c *Client) info(ctx context.Context, method string, id object.ID, may string) (object.Info, error) {
	answer, err := c.ask(ctx, method, id, may, 0)
	if err != nil {
		return object.Info{}, err
	}
	defer answer.Body.Close()
	size, err := strconv.ParseInt(answer.Header.Get(headerSize), 10, 64)
	if err != nil {
		return object.Info{}, fmt.Errorf("cannot read what node %s says of %s: %w", c.addr, id, err)
	}
	return object.Info{
		Size: size, Dir: answer.Header.Get(headerKind) == kindDir,
		Digest: object.Digest(answer.Header.Get(headerDigest)),
	}, nil
}

// Open streams what travels of the object from that byte on. A stream that
// breaks ends with an error, never with io.EOF. The caller closes it.
func (c *Client) Open(ctx context.Context, id object.ID, from int64) (io.ReadCloser, error) {
	answer, err := c.ask(ctx, http.MethodGet, id, MayRead(id), from)
	if err != nil {
		return nil, err
	}
	return answer.Body, nil
}

// ask returns an answer of 200, or of 206 when it was asked to begin later.
func (c *Client) ask(ctx context.Context, method string, id object.ID, may string, from int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://"+c.addr+"/objects/"+string(id), nil)
	if err != nil {
		return nil, fmt.Errorf("cannot ask node %s: %w", c.addr, err)
	}
	c.key.Authorize(req, may, c.attempt)
	want := http.StatusOK
	if from > 0 {
		req.Header.Set("Range", "bytes="+strconv.FormatInt(from, 10)+"-")
		want = http.StatusPartialContent
	}
	answer, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("cannot ask node %s: %w", c.addr, err)
	}
	if answer.StatusCode == want {
		return answer, nil
	}
	err = fmt.Errorf("cannot read %s from node %s: it answers %s", id, c.addr, answer.Status)
	if answer.StatusCode == http.StatusNotFound {
		err = fmt.Errorf("cannot read %s from node %s: %w", id, c.addr, object.ErrNotFound)
	}
	return nil, errors.Join(err, answer.Body.Close())
}
