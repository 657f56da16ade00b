package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/node"
	"example.org/weft/object"
	"example.org/weft/object/store"
	"example.org/weft/planner"
)

// A Node runs attempts and holds objects; *node.Node is one.
type Node interface { //nolint:interfacebloat // what a node is to its engine; *node.Node has no smaller half
	// Invoke starts an attempt or queues it, and returns at once. Its final
	// fact is reported exactly once, from another goroutine.
	Invoke(inv node.Invocation, report func(executor.Fact))

	// Abort stops an attempt, which then reports how it ended. An attempt that
	// the node does not know reports nothing.
	Abort(attempt executor.AttemptID, reason string)

	Status() node.Status

	// HasPrograms looks for programs that functions require.
	HasPrograms(names []string) map[string]bool

	Store() *store.Store

	// Logs returns what the attempt wrote to a stream, "stdout" or "stderr";
	// object.ErrNotFound when this node did not run it.
	Logs(attempt executor.AttemptID, stream string) (io.ReadSeekCloser, error)
}

// Config is what an engine works with. Journal, Releaser, Catalog, Documents,
// Watcher, Groups, Mailbox and Cache are usually one value.
type Config struct {
	Journal   journal.Journal
	Releaser  journal.Releaser
	Catalog   journal.Catalog
	Programs  *journal.Programs // of the catalog
	Documents journal.Documents
	Watcher   journal.Watcher
	Groups    journal.Groups
	Mailbox   journal.Mailbox
	Cache     journal.Cache

	Nodes  []Node // at least one; objects given by users go to the first
	Owner  string // names this process among those that share the journal
	Logger *slog.Logger

	// LeaseTTL is how long a run stays this engine's after its last sign of
	// life. The default is 15 s.
	LeaseTTL time.Duration

	// Bandwidth between two nodes in bytes per second, for placement and plan.
	// The default is 1 GB/s: loopback.
	Bandwidth float64
}

// patience is how long the end of Serve may take.
const patience = 10 * time.Second

const (
	defaultLeaseTTL  = 15 * time.Second
	defaultBandwidth = 1e9
)

// An Engine drives runs. Its methods are safe for concurrent use.
type Engine struct {
	cfg       Config
	log       *slog.Logger
	events    *queue[event]
	profiles  profiles
	gate      gate
	address   string        // see Advertise
	kick      chan struct{} // asks the keeper to look at the inbox now
	decoded   memo
	functions sync.Map    // digests of functions whose form is kept
	held      atomic.Bool // the journal cannot be written, which has been said
}

// New returns an engine that does nothing before Serve.
func New(cfg Config) *Engine {
	if cfg.LeaseTTL == 0 {
		cfg.LeaseTTL = defaultLeaseTTL
	}
	if cfg.Bandwidth == 0 {
		cfg.Bandwidth = defaultBandwidth
	}
	return &Engine{
		cfg:    cfg,
		log:    cfg.Logger,
		events: newQueue[event](),
		kick:   make(chan struct{}, 1),
	}
}

// Advertise says at which address, such as "http://127.0.0.1:7070", functions
// reach the server, to call an attempt back. It comes before Serve.
func (e *Engine) Advertise(address string) { e.address = address }

// Serve takes over the runs that are open and drives them and those that are
// submitted, until ctx is done; then it stops the attempts that run, makes what
// it knows durable, and returns. Runs that have not ended stay open: whoever
// serves next goes on with them.
func (e *Engine) Serve(ctx context.Context) error {
	profile, err := loadProfile(ctx, e.cfg.Documents)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	e.profiles.set(profile)

	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { e.keepLeases(ctx) })
	err = newLoop(e).serve(ctx)
	cancel()
	wg.Wait()
	if e.held.Load() {
		return err // leases end by themselves
	}
	after, done := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer done()
	return errors.Join(err, e.cfg.Releaser.Release(after, e.cfg.Owner))
}

// Submit accepts a run durably and begins it. With an idempotency key that was
// used before it returns the run of that time and false. The workflow's version
// must be in the catalog.
func (e *Engine) Submit(ctx context.Context, r journal.NewRun) (executor.RunID, bool, error) {
	program, err := e.cfg.Programs.Get(ctx, r.Version)
	if err != nil {
		return "", false, err
	}
	if r.Group, err = journal.GroupOf(program, r); err != nil {
		return "", false, err
	}
	r.Owner, r.TTL = e.cfg.Owner, e.cfg.LeaseTTL
	id, created, err := e.cfg.Catalog.Accept(ctx, r)
	if err != nil || !created {
		return id, created, err
	}
	e.open(ctx, journal.Lease{Run: id, Version: r.Version, Epoch: 1}, program, r)
	return id, true, nil
}

// open hands a run without records to the loop, with its plan.
func (e *Engine) open(ctx context.Context, lease journal.Lease, program *dsl.Program, r journal.NewRun) {
	plan, err := e.Plan(ctx, program, r.Inputs)
	if err == nil {
		err = storePlan(ctx, e.cfg.Documents, lease.Run, plan)
	}
	if err != nil {
		// A run without a plan still finishes.
		e.log.WarnContext(ctx, "cannot plan", "run", lease.Run, "err", err)
	}
	run := opened{
		lease: lease, program: program, plan: plan,
		started: executor.Started{
			Workflow: program.Name, Version: program.Version, Inputs: r.Inputs,
			Decisions: executor.Decisions, Options: r.Options,
		},
	}
	if program.Concurrency != nil {
		e.awaitTurn(ctx, run)
		return
	}
	e.events.put(run)
}

// Plan returns the plan that a run with these inputs would get.
func (e *Engine) Plan(_ context.Context, program *dsl.Program, inputs map[string]object.Value) (*planner.Plan, error) {
	return planner.Make(program, planInputs(inputs), e.profiles.get(), e.cluster(program)), nil
}

// Nodes returns what the nodes can take and do.
func (e *Engine) Nodes(context.Context) []node.Status {
	statuses := make([]node.Status, len(e.cfg.Nodes))
	for i, n := range e.cfg.Nodes {
		statuses[i] = n.Status()
	}
	return statuses
}

// Logs returns what an attempt wrote to a stream, "stdout" or "stderr".
func (e *Engine) Logs(_ context.Context, attempt executor.AttemptID, stream string) (io.ReadCloser, error) {
	for _, n := range e.cfg.Nodes {
		r, err := n.Logs(attempt, stream)
		if !errors.Is(err, object.ErrNotFound) {
			return r, err
		}
	}
	return nil, fmt.Errorf("cannot read logs of %s: %w", attempt, journal.ErrNotFound)
}

// cluster is what a plan of the program is made for.
func (e *Engine) cluster(p *dsl.Program) planner.Cluster {
	c := planner.Cluster{Bandwidth: e.cfg.Bandwidth}
	required := p.Requires()
	for _, n := range e.cfg.Nodes {
		s, has := n.Status(), n.HasPrograms(required)
		lacking := func(program string) bool { return !has[program] }
		c.Nodes = append(c.Nodes, planner.Node{
			ID: string(s.ID), CPU: s.CPU, Memory: s.Memory,
			Programs: slices.DeleteFunc(slices.Clone(required), lacking),
		})
	}
	return c
}
