package postgres_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// A proxy stands between a journal and its database.
type proxy struct {
	url string // of the database by way of the proxy

	mu     sync.Mutex // guards the following field
	marker []byte     // of the request whose answer is lost; empty: none
}

// cut loses the answer to the next request with a marker in it, and the
// connection with it; the database has answered by then.
func (p *proxy) cut(t *testing.T, marker string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.marker = []byte(marker)
}

func (p *proxy) cuts(request []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.marker) == 0 || !bytes.Contains(request, p.marker) {
		return false
	}
	p.marker = nil
	return true
}

// startProxy starts a proxy to the database at databaseURL, on a socket.
func startProxy(t *testing.T, databaseURL string) *proxy {
	t.Helper()
	cfg, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "weft-proxy-") //nolint:usetesting // t.TempDir is too long for the name of a socket
	if err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", filepath.Join(dir, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("host", dir)
	u.RawQuery = query.Encode()
	p := &proxy{url: u.String()}
	var wg sync.WaitGroup
	wg.Go(func() { p.serve(t.Context(), l, filepath.Join(cfg.Host, ".s.PGSQL.5432"), &wg) })
	t.Cleanup(func() {
		l.Close()
		wg.Wait()
		os.RemoveAll(dir)
	})
	return p
}

func (p *proxy) serve(ctx context.Context, l net.Listener, database string, wg *sync.WaitGroup) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		server, err := new(net.Dialer).DialContext(ctx, "unix", database)
		if err != nil {
			client.Close()
			return
		}
		lose := make(chan struct{})
		wg.Go(func() { p.forward(server, client, lose) })
		wg.Go(func() { answer(client, server, lose) })
	}
}

// forward brings requests to the server, and closes lose before it brings one
// whose answer is to be lost.
func (p *proxy) forward(server, client net.Conn, lose chan struct{}) {
	defer server.Close()
	buffer := make([]byte, 1<<16)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		if p.cuts(buffer[:n]) {
			close(lose)
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// answer brings answers to the client until it is to lose one.
func answer(client, server net.Conn, lose chan struct{}) {
	defer client.Close()
	buffer := make([]byte, 1<<16)
	for {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		select {
		case <-lose:
			return
		default:
		}
		if _, err := io.Copy(client, bytes.NewReader(buffer[:n])); err != nil {
			return
		}
	}
}
