package temporal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/client"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/node"
	"example.org/weft/executor/planning"
	"example.org/weft/object"
	"example.org/weft/object/peer"
	"example.org/weft/planner"
)

// Database is the journal and what belongs to it.
type Database interface { //nolint:interfacebloat // the seam of the journal, put together of its parts
	journal.Journal
	journal.Mirror
	journal.Mailbox
	journal.Catalog
	journal.Documents
	journal.Watcher
	journal.Groups
}

// Config is what an engine works with.
type Config struct {
	Client    client.Client
	Namespace string // of the client: runs of another one are not this engine's
	Database  Database
	Programs  *journal.Programs // of the database
	Local     *node.Node        // holds what users give; nothing runs there
	Peers     *Peers            // that Local locates objects by
	Key       peer.Key          // of all nodes
	Log       *slog.Logger

	// NodePatience is how long a node may be silent before it counts as lost.
	// The default is 10 s.
	NodePatience time.Duration

	// Bandwidth between two nodes in bytes per second, for placement and plan.
	// The default is 125 MB/s: a gigabit.
	Bandwidth float64

	// HistoryLimit is how many events an execution may have before it continues
	// as new; 0: the Temporal server says.
	HistoryLimit int
}

const (
	defaultNodePatience = 10 * time.Second
	defaultBandwidth    = 125e6

	// silence is how long a node may say nothing about what it was asked, before
	// it is asked again. That it is gone is known before, from its reports; this
	// is for questions and answers that were lost on their way.
	silence = 15 * time.Second

	// leaseTTL keeps other engines from runs that are Temporal's.
	leaseTTL = 100 * 365 * 24 * time.Hour
)

// An Engine drives runs by a Temporal server, on the nodes that report to it. Its
// methods are safe for concurrent use. Several may share a database and a
// Temporal server.
type Engine struct {
	cfg     Config
	log     *slog.Logger
	owner   string
	cluster *cluster
	memory  *planning.Memory
	holders *holders
	follow  *followers
	sent    map[int64]time.Time // messages, by the goroutine of Serve alone
	kick    chan struct{}
}

// New returns an engine that does nothing before Serve.
func New(cfg Config) *Engine {
	if cfg.NodePatience == 0 {
		cfg.NodePatience = defaultNodePatience
	}
	if cfg.Bandwidth == 0 {
		cfg.Bandwidth = defaultBandwidth
	}
	e := &Engine{
		cfg: cfg, log: cfg.Log, owner: journal.ElsewherePrefix + cfg.Namespace,
		cluster: newCluster(cfg.Database, cfg.NodePatience), memory: planning.NewMemory(cfg.Database),
		sent: map[int64]time.Time{}, kick: make(chan struct{}, 1),
	}
	e.holders = &holders{local: cfg.Local, cluster: e.cluster, key: cfg.Key, http: peer.NewHTTPClient()}
	e.follow = &followers{source: source{cfg.Database, cfg.Programs}}
	return e
}

// source reads runs and programs from the database itself.
type source struct {
	journal.Journal
	programs *journal.Programs
}

// Program implements Source.
func (s source) Program(ctx context.Context, version string) (*dsl.Program, error) {
	return s.programs.Get(ctx, version)
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
	// The plan is there before the run, which may be begun by another server.
	plan, err := e.Plan(ctx, program, r.Inputs)
	if err == nil {
		err = planning.StorePlan(ctx, e.cfg.Database, r.ID, plan)
	}
	if err != nil {
		e.log.WarnContext(ctx, "cannot plan", "run", r.ID, "err", err) // a run without a plan still finishes
	}
	r.Owner, r.TTL = e.owner, leaseTTL
	id, created, err := e.cfg.Database.Accept(ctx, r)
	if err != nil || !created {
		return id, created, err
	}
	if program.Concurrency != nil {
		if err := journal.CancelAhead(ctx, e.cfg.Database, e.cfg.Database, program, id); err != nil {
			e.warn(ctx, "cannot cancel the runs of a group", err)
		}
		e.wake()
		return id, true, nil
	}
	head := Head{Version: program.Version}
	if err := e.start(ctx, id, 1, head); err != nil {
		e.log.WarnContext(ctx, "cannot start a run, will try again", "run", id, "err", err)
	}
	return id, true, nil
}

// Plan returns the plan that a run with these inputs would get.
func (e *Engine) Plan(ctx context.Context, program *dsl.Program, inputs map[string]object.Value) (*planner.Plan, error) {
	required := program.Requires()
	const patience, pause = 3 * time.Second, 50 * time.Millisecond
	for until := time.Now().Add(patience); time.Now().Before(until); wait(ctx, pause) {
		if known, err := e.cluster.ask(ctx, required); err != nil || known {
			break
		}
	}
	c := planner.Cluster{Bandwidth: e.cfg.Bandwidth}
	for _, r := range e.cluster.members() {
		if r.Storage {
			continue
		}
		lacking := func(program string) bool { return !r.Programs[program] }
		c.Nodes = append(c.Nodes, planner.Node{
			ID: string(r.ID), CPU: r.CPU, Memory: r.Memory,
			Programs: slices.DeleteFunc(slices.Clone(required), lacking),
		})
	}
	return planner.Make(program, planning.Inputs(inputs), e.memory.Profile(), c), nil
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// Nodes returns what the nodes can take and do, as they last said.
func (e *Engine) Nodes(context.Context) []node.Status {
	var all []node.Status
	for _, r := range e.cluster.members() {
		if !r.Storage {
			all = append(all, r.Status)
		}
	}
	return all
}

// Logs returns what an attempt wrote to a stream, "stdout" or "stderr".
func (e *Engine) Logs(ctx context.Context, attempt executor.AttemptID, stream string) (io.ReadCloser, error) {
	var unreachable error
	for _, r := range e.cluster.members() {
		if r.Storage {
			continue
		}
		log, err := node.FetchLog(ctx, e.holders.http, r.Addr, e.cfg.Key, attempt, stream)
		if err == nil {
			return log, nil
		}
		if !errors.Is(err, object.ErrNotFound) {
			unreachable = errors.Join(unreachable, err)
		}
	}
	if unreachable != nil {
		return nil, unreachable
	}
	return nil, fmt.Errorf("cannot read logs of %s: %w", attempt, object.ErrNotFound)
}

// Put keeps what a user gives, on stable storage, and returns its reference.
func (e *Engine) Put(ctx context.Context, name, mediaType string, r io.Reader) (object.Ref, error) {
	ref, err := put(ctx, e.cfg.Local, object.Mint("upload/"+uuid.NewString(), name), name, mediaType, r)
	if err != nil {
		return ref, err
	}
	return ref, journal.PutUpload(ctx, e.cfg.Database, ref)
}

// Open opens an object on whichever node holds it; object.ErrNotFound when none
// does. Only of an upload has the reference a name and a media type.
func (e *Engine) Open(ctx context.Context, id object.ID) (io.ReadSeekCloser, object.Ref, error) {
	file, ref, err := e.holders.open(ctx, id)
	if err != nil {
		return nil, ref, err
	}
	named, err := journal.Upload(ctx, e.cfg.Database, ref)
	if err != nil {
		return nil, ref, errors.Join(err, file.Close())
	}
	return file, named, nil
}

// Report takes what a node says of itself.
func (e *Engine) Report(ctx context.Context, r node.Report) (node.Welcome, error) {
	before, err := e.cluster.join(ctx, r)
	if err != nil {
		return node.Welcome{}, err
	}
	if before != nil {
		e.nodeLost(ctx, *before) // its process is another one: what ran is gone
	}
	return e.cluster.welcome(r.ID), nil
}

// Leave forgets a node that has finished or given back what it had.
func (e *Engine) Leave(ctx context.Context, id executor.NodeID, boot string) error {
	return e.cluster.leave(ctx, id, boot)
}

// nodeLost tells the runs with attempts on a node that it is gone.
func (e *Engine) nodeLost(ctx context.Context, r node.Report) {
	told := map[executor.RunID]bool{}
	for _, id := range e.cluster.attemptsOn(r) {
		if told[id.Run] {
			continue
		}
		told[id.Run] = true
		key := "node-lost/" + string(r.ID) + "/" + r.Boot
		if err := e.cfg.Database.Post(ctx, id.Run, key, executor.NodeLost{Node: r.ID}); err != nil {
			e.log.WarnContext(ctx, "cannot tell a run that a node is lost", "run", id.Run, "node", r.ID, "err", err)
		}
	}
	e.log.WarnContext(ctx, "a node is lost", "node", r.ID, "runs", len(told))
}
