package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"example.org/weft/executor"
	"example.org/weft/object"
	"example.org/weft/object/peer"
)

// Config is what a node is opened with. ID and Dir must be given.
type Config struct {
	ID  executor.NodeID
	Dir string // the node's own folder: objects, working folders, logs

	CPU    float64 // cores to give to attempts; 0: all of the machine
	Memory int64   // bytes to give to attempts; 0: all of the machine

	Path  string        // PATH of functions; empty: runtime.DefaultPath
	Grace time.Duration // from SIGTERM to SIGKILL; 0: 5 s

	// Listen is where other nodes fetch objects from, for example
	// "127.0.0.1:0". Empty: nowhere, the node is alone.
	Listen string
	// Key is what the nodes that fetch from each other share. It must be given
	// with Listen.
	Key peer.Key

	// Locate returns who holds an object, best first; nil: nobody but this
	// node. It is asked again after a failure.
	Locate func(object.ID) []Holder
	// Patience is how long holders may be unreachable before an object counts
	// as lost; 0: 30 s.
	Patience time.Duration

	Bucket Bucket // nil: none
	Log    *slog.Logger
}

// A Holder is a node that has an object.
type Holder struct {
	Node executor.NodeID
	Addr string // host:port, as its Addr returns
}

// A Bucket holds objects that outlive nodes.
type Bucket interface {
	Stat(ctx context.Context, id object.ID) (object.Info, error)
	Open(ctx context.Context, id object.ID, from int64) (io.ReadCloser, error)
	Create(ctx context.Context, id object.ID, dir bool, r io.Reader) (object.Info, error)
}

// withDefaults returns the configuration as it is used, or what is wrong in it.
func (c Config) withDefaults() (Config, error) {
	switch {
	case c.ID == "" || c.Dir == "":
		return c, errors.New("a node needs an id and a folder")
	case c.CPU < 0 || c.Memory < 0:
		return c, fmt.Errorf("a node cannot have %g cores and %d bytes of memory", c.CPU, c.Memory)
	case c.Listen != "" && len(c.Key) == 0:
		return c, errors.New("a node that listens needs a key")
	}
	if c.CPU == 0 {
		c.CPU = float64(runtime.NumCPU())
	}
	if c.Memory == 0 {
		var info unix.Sysinfo_t
		if err := unix.Sysinfo(&info); err != nil {
			return c, fmt.Errorf("cannot read the size of memory: %w", err)
		}
		c.Memory = int64(info.Totalram) * int64(info.Unit)
	}
	if c.Patience == 0 {
		c.Patience = 30 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}
