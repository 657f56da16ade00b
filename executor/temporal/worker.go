package temporal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/client"
	sdk "go.temporal.io/sdk/worker"

	"example.org/weft/executor"
	"example.org/weft/executor/node"
	"example.org/weft/object"
	"example.org/weft/object/peer"
)

// A Registry is where a node reports: a server.
type Registry interface {
	Report(ctx context.Context, r node.Report) (node.Welcome, error)
	Leave(ctx context.Context, id executor.NodeID, boot string) error
}

// Peers are the other nodes, as a server said last.
type Peers struct {
	mu   sync.Mutex // guards the following field
	list []node.Peer
}

func (p *Peers) set(list []node.Peer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = list
}

// Locate says that every other node may have any object: those that have not say
// so. It is for node.Config.
func (p *Peers) Locate(object.ID) []node.Holder {
	p.mu.Lock()
	defer p.mu.Unlock()
	holders := make([]node.Holder, len(p.list))
	for i, one := range p.list {
		holders[i] = node.Holder{Node: one.ID, Addr: one.Addr}
	}
	return holders
}

// WorkerConfig is what a node works with.
type WorkerConfig struct {
	Client   client.Client
	Local    *node.Node
	Peers    *Peers // that Local locates objects by
	Source   Source
	Registry Registry
	Server   string            // address at which functions call attempts back
	Addr     string            // where others fetch objects; empty: Local's own
	Labels   map[string]string // for node_selector
	Key      peer.Key          // of all nodes
	Log      *slog.Logger

	// DrainPatience is how long what runs may go on when the node is told to
	// stop; what only queues is given back at once. The default is 25 s.
	DrainPatience time.Duration
}

// A Worker is one node at work for a Temporal server.
type Worker struct {
	cfg  WorkerConfig
	boot string
	does *duties
}

// NewWorker returns a worker that does nothing before Serve.
func NewWorker(cfg WorkerConfig) *Worker {
	if cfg.DrainPatience == 0 {
		cfg.DrainPatience = 25 * time.Second
	}
	if cfg.Addr == "" {
		cfg.Addr = cfg.Local.Addr()
	}
	return &Worker{cfg: cfg, boot: uuid.NewString(), does: &duties{
		evaluator:   evaluator{local: cfg.Local, follow: &followers{source: cfg.Source}},
		callbackURL: cfg.Server, secret: cfg.Key,
	}}
}

// Serve works until ctx is done. Then it takes nothing new, gives back what
// queues, lets what runs come to its end for a while, and says that it leaves.
// Joined, if it is not nil, is called when the server knows the node.
func (w *Worker) Serve(ctx context.Context, joined func()) error {
	if err := w.report(ctx); err != nil {
		return err
	}
	id := w.cfg.Local.Status().ID
	tasks := sdk.New(w.cfg.Client, NodeQueue(id), sdk.Options{WorkerStopTimeout: 5 * time.Second, DisableWorkflowWorker: true})
	tasks.RegisterActivity(w.does)
	if err := tasks.Start(); err != nil {
		return fmt.Errorf("cannot work for Temporal: %w", err)
	}
	if joined != nil {
		joined()
	}
	after := context.WithoutCancel(ctx)
	w.reportUntil(after, ctx.Done())
	w.drain(after)
	tasks.Stop()
	last, cancel := context.WithTimeout(after, 5*time.Second)
	defer cancel()
	return w.cfg.Registry.Leave(last, id, w.boot)
}

// reportUntil reports until the node is told to stop. A server that is away for
// a while is no reason to.
func (w *Worker) reportUntil(ctx context.Context, stop <-chan struct{}) {
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
			once, cancel := context.WithTimeout(ctx, 5*reportEvery)
			if err := w.report(once); err != nil {
				w.cfg.Log.WarnContext(once, "cannot report to the server", "err", err)
			}
			cancel()
		}
	}
}

func (w *Worker) report(ctx context.Context) error {
	r := node.Report{Status: w.cfg.Local.Status(), Addr: w.cfg.Addr, Boot: w.boot}
	r.Labels, r.Draining = w.cfg.Labels, w.does.draining.Load()
	welcome, err := w.cfg.Registry.Report(ctx, r)
	if err != nil {
		return err
	}
	w.cfg.Peers.set(welcome.Peers)
	w.cfg.Local.HasPrograms(welcome.Asked)
	return nil
}

// drain gives back what queues and waits for what runs.
func (w *Worker) drain(ctx context.Context) {
	w.does.draining.Store(true)
	if err := w.report(ctx); err != nil {
		w.cfg.Log.WarnContext(ctx, "cannot say that the node drains", "err", err)
	}
	for _, a := range w.cfg.Local.Status().Queued {
		w.cfg.Local.Abort(a.Attempt, errDraining.Error())
	}
	ctx, cancel := context.WithTimeoutCause(ctx, w.cfg.DrainPatience, errors.New("too long"))
	defer cancel()
	quiet := make(chan struct{})
	go func() {
		defer close(quiet)
		for len(w.cfg.Local.Status().Running) > 0 && ctx.Err() == nil {
			wait(ctx, 100*time.Millisecond)
		}
	}()
	w.reportUntil(context.WithoutCancel(ctx), quiet)
	for _, a := range w.cfg.Local.Status().Running {
		w.cfg.Local.Abort(a.Attempt, errDraining.Error())
	}
	w.does.attempts.settled(ctx)
}
