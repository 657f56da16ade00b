package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/google/uuid"

	"example.org/weft/executor"
	"example.org/weft/executor/embedded"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/postgres"
	"example.org/weft/executor/journal/sqlite"
	"example.org/weft/executor/node"
	"example.org/weft/object"
	"example.org/weft/object/bucket"
	"example.org/weft/object/peer"
	"example.org/weft/object/store/space"
	"example.org/weft/server"
	"example.org/weft/web"
)

// A database is a journal and what belongs to it.
type database interface { //nolint:interfacebloat // the seam of the journal, put together of its parts
	journal.Journal
	journal.Releaser
	journal.Mailbox
	journal.Catalog
	journal.Documents
	journal.Watcher
	journal.Groups
	journal.Cache
	Close() error
}

// An engine is embedded.Engine or temporal.Engine.
type engine interface {
	server.Engine
	server.Objects
	Serve(ctx context.Context) error
}

// A stack is one server: journal, nodes, engine and REST interface.
type stack struct {
	db     database
	bucket *bucket.Bucket // nil: none
	nodes  []*node.Node
	engine engine
	stop   func() // of the engine's connection; nil: it has none
	api    *server.Server
	log    *slog.Logger
}

// stackConfig is what a server is made of.
type stackConfig struct {
	dir      string
	database string        // URL of a Postgres; empty: SQLite in dir
	bucket   string        // URL of what --placement store goes through; empty: none
	nodes    int           // 0: as many as the folder has, at least one
	path     string        // PATH of functions; empty: that of a bare system
	token    string        // empty: loopback only, open
	hosts    []string      // names besides the loopback's that an open server answers to
	temporal temporalFlags // host empty: the engine is the embedded one
	getenv   func(string) string
	log      *slog.Logger
}

// openStack opens everything, in the order in which the parts need each other.
// What was opened before a failure is closed again.
func openStack(ctx context.Context, cfg stackConfig) (_ *stack, err error) {
	s := &stack{log: cfg.log}
	defer func() {
		if err != nil {
			err = errors.Join(tellRoom(cfg.dir, err), s.close())
		}
	}()
	dir, err := filepath.Abs(cfg.dir)
	if err != nil {
		return nil, err
	}
	if s.db, err = openDatabase(ctx, dir, cfg.database); err != nil {
		s.db = nil
		return nil, err
	}
	if cfg.bucket != "" {
		if s.bucket, err = bucket.Open(ctx, cfg.bucket); err != nil {
			return nil, usage(err)
		}
	}
	programs := journal.NewPrograms(s.db)
	var members server.Members
	if cfg.temporal.host != "" {
		members, err = s.openTemporal(dir, cfg, programs)
	} else {
		err = s.openEmbedded(dir, cfg, programs)
	}
	if err != nil {
		return nil, err
	}
	s.api = server.New(server.Config{
		Catalog: s.db, History: s.db, Mailbox: s.db, Watcher: s.db, Documents: s.db,
		Groups: s.db, Programs: programs, Engine: s.engine, Objects: s.engine, Members: members, Log: cfg.log,
		Token: cfg.token, Open: cfg.token == "", Hosts: cfg.hosts, Dashboard: web.Handler(), Getenv: cfg.getenv,
	})
	return s, nil
}

// tellRoom adds to an error that says that a disk is full how full it is, and
// what to do.
func tellRoom(dir string, err error) error {
	s, spaceErr := space.Of(dir)
	if !space.IsFull(err) || spaceErr != nil {
		return err
	}
	return fmt.Errorf("%w: %s", err, s)
}

// openEmbedded opens the nodes of this process and the engine that runs there.
func (s *stack) openEmbedded(dir string, cfg stackConfig, programs *journal.Programs) error {
	if err := s.openNodes(dir, cfg.path, cfg.nodes); err != nil {
		return err
	}
	members := make([]embedded.Node, len(s.nodes))
	for i, n := range s.nodes {
		members[i] = n
	}
	s.engine = embedded.New(embedded.Config{
		Journal: s.db, Releaser: s.db, Catalog: s.db, Documents: s.db, Watcher: s.db,
		Groups: s.db, Mailbox: s.db, Cache: s.db, Programs: programs,
		Nodes: members, Owner: uuid.NewString(), Logger: cfg.log,
	})
	return nil
}

// openDatabase opens the database that is named. If it cannot be reached that
// is an error: nothing falls back to the folder.
func openDatabase(ctx context.Context, dir, url string) (database, error) {
	if url != "" {
		return postgres.Open(ctx, url)
	}
	return openJournal(ctx, dir)
}

// openJournal opens the journal in dir. A process that was killed may hold its
// lock a moment longer, by a child that it was just starting.
func openJournal(ctx context.Context, dir string) (*sqlite.DB, error) {
	const patience, pause = 2 * time.Second, 20 * time.Millisecond
	for until := time.Now().Add(patience); ; {
		db, err := sqlite.Open(ctx, dir)
		var locked *sqlite.LockedError
		if !errors.As(err, &locked) || alive(locked.PID) || time.Now().After(until) {
			return db, err
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// alive reports whether there is a process of that number.
func alive(pid int) bool {
	return pid > 0 && !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

// openNodes opens the nodes of this process. Together they have the machine's
// cores and memory; each has a store of its own, and what one holds the others
// fetch over loopback HTTP. With a count of 0 they are those of the calls
// before, which hold objects that runs still read.
func (s *stack) openNodes(dir, path string, count int) error {
	if count == 0 {
		before, err := os.ReadDir(filepath.Join(dir, "nodes"))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		count = max(1, len(before))
	}
	key := peer.NewKey()
	for i := range count {
		id := nodeID(i)
		cfg := node.Config{
			ID: id, Dir: filepath.Join(dir, "nodes", string(id)),
			CPU:    max(1, float64(runtime.NumCPU())/float64(count)),
			Memory: machineMemory() / int64(count),
			Path:   path,
			Listen: "127.0.0.1:0", Key: key, Locate: s.locate, Log: s.log,
		}
		if s.bucket != nil {
			cfg.Bucket = s.bucket
		}
		n, err := node.Open(cfg)
		if err != nil {
			return err
		}
		s.nodes = append(s.nodes, n)
	}
	return nil
}

func nodeID(i int) executor.NodeID { return executor.NodeID("n" + strconv.Itoa(i+1)) }

const headerPatience = 10 * time.Second

// locate returns the nodes that hold an object.
func (s *stack) locate(id object.ID) []node.Holder {
	var holders []node.Holder
	for i, n := range s.nodes {
		if n.Store().Has(id) {
			holders = append(holders, node.Holder{Node: nodeID(i), Addr: n.Addr()})
		}
	}
	return holders
}

// close closes what was opened, in the reverse order.
func (s *stack) close() error {
	var errs []error
	if s.api != nil {
		s.api.Close()
	}
	for _, n := range s.nodes {
		errs = append(errs, n.Close())
	}
	if s.stop != nil {
		s.stop()
	}
	if s.bucket != nil {
		errs = append(errs, s.bucket.Close())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	return errors.Join(errs...)
}

// machineMemory is the machine's memory in bytes; 0 when it cannot be told.
func machineMemory() int64 {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	var kib int64
	if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &kib); err != nil {
		return 0
	}
	return kib << 10
}
