package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/runtime"
	"example.org/weft/object/peer"
	"example.org/weft/object/store"
)

// A Node runs attempts on this machine and holds their objects. It is safe for
// concurrent use.
type Node struct {
	folders sync.Mutex // keeps a run's folder from going while one is made in it

	cfg      Config
	root     *os.Root // of Config.Dir
	store    *store.Store
	exec     *runtime.Exec
	lists    *listCache
	items    *itemCache
	reading  chan struct{} // has room for the builtins that read at a time
	dial     *http.Client  // to other nodes
	listener net.Listener  // nil: nobody can fetch from here
	server   *http.Server
	work     sync.WaitGroup // every goroutine of the node

	mu       sync.Mutex // guards the following fields
	queue    []*attempt // in order of arrival
	attempts map[executor.AttemptID]*attempt
	cpu      int64 // free, in thousandths of a core
	memory   int64 // free, in bytes
	programs map[string]bool
	closed   bool
	short    bool // the disk had too little room when it was looked at last
	looks    bool // for room, every roomPause
}

// Open opens the node in its folder, which is made if need be, and begins to
// serve its objects. Working folders of attempts that died with an earlier
// process are removed; those of failed attempts stay.
func Open(cfg Config) (*Node, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, fmt.Errorf("cannot open node %s: %w", cfg.ID, err)
	}
	n := &Node{
		cfg: cfg, lists: newListCache(), items: newItemCache(), reading: make(chan struct{}, maxReading), dial: peer.NewHTTPClient(),
		exec:     runtime.NewExec(runtime.ExecOptions{Path: cfg.Path, Grace: cfg.Grace}),
		attempts: map[executor.AttemptID]*attempt{}, programs: map[string]bool{},
		cpu: milli(cfg.CPU), memory: cfg.Memory,
	}
	if err := n.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot open node %s: %w", cfg.ID, err), n.release())
	}
	return n, nil
}

func (n *Node) open() error {
	ctx, done := background()
	defer done(nil)
	var err error
	if n.store, err = store.Open(n.cfg.Dir + "/objects"); err != nil { // makes the folders above it too
		return err
	}
	if n.root, err = os.OpenRoot(n.cfg.Dir); err != nil {
		return err
	}
	if err := n.sweep(); err != nil {
		return err
	}
	if n.cfg.Listen == "" {
		return nil
	}
	if n.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", n.cfg.Listen); err != nil {
		return err
	}
	n.server = &http.Server{Handler: n.handler(), ReadHeaderTimeout: 10 * time.Second}
	n.work.Go(func() {
		if err := n.server.Serve(n.listener); !errors.Is(err, http.ErrServerClosed) {
			n.cfg.Log.Error("cannot serve objects", slog.String("node", string(n.cfg.ID)), slog.Any("err", err))
		}
	})
	return nil
}

// Store returns the objects that the node holds.
func (n *Node) Store() *store.Store { return n.store }

// Addr returns where other nodes fetch objects from, as host:port; empty when
// the node does not listen.
func (n *Node) Addr() string {
	if n.listener == nil {
		return ""
	}
	return n.listener.Addr().String()
}

// Close aborts all attempts, reports each of them lost, and returns when
// nothing of the node runs any more.
func (n *Node) Close() error {
	n.mu.Lock()
	n.closed = true
	ids := make([]executor.AttemptID, 0, len(n.attempts))
	for id := range n.attempts {
		ids = append(ids, id)
	}
	n.mu.Unlock()
	for _, id := range ids {
		n.Abort(id, "the node is being closed")
	}
	var err error
	if n.server != nil {
		err = n.server.Close()
	}
	n.work.Wait()
	return errors.Join(err, n.release())
}

// release gives up what open took, as far as it came.
func (n *Node) release() error {
	err := n.exec.Close()
	n.dial.CloseIdleConnections()
	if n.store != nil {
		err = errors.Join(err, n.store.Close())
	}
	if n.root != nil {
		err = errors.Join(err, n.root.Close())
	}
	return err
}

// background is the context of everything that no caller waits for; Abort and
// Close end it.
func background() (context.Context, context.CancelCauseFunc) {
	return context.WithCancelCause(context.Background()) //nolint:forbidigo // an attempt outlives the call that brought it
}
