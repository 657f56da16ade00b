package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"example.org/weft/executor"
	"example.org/weft/executor/node"
	"example.org/weft/executor/temporal"
	"example.org/weft/object/peer"
	"example.org/weft/server"
)

// temporalPatience is how long Temporal may take to answer at the start.
const temporalPatience = 30 * time.Second

// nodeFlags say what a node is.
type nodeFlags struct {
	temporal  temporalFlags
	id        string
	listen    string
	advertise string
	cpu       float64
	memory    string
	labels    map[string]string
	drain     time.Duration
}

func (a *app) nodeCommand() *cobra.Command {
	var f nodeFlags
	host, _ := os.Hostname()
	cmd := &cobra.Command{
		Use:   "node",
		Short: "Be one more machine of a server with --engine temporal",
		Long: "Be one more machine of a server with --engine temporal: run what is placed here and hold what that makes.\n" +
			"On SIGTERM what runs comes to its end and what queues is given back.",
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.temporal.host == "" {
				return usage(errors.New("say where Temporal is: --temporal HOST:PORT"))
			}
			if err := server.CheckAddress(f.listen, a.getenv("WEFT_TOKEN") != ""); err != nil {
				return usage(fmt.Errorf("%w (the token is read from $WEFT_TOKEN)", err))
			}
			return a.serveNode(cmd.Context(), f)
		},
	}
	a.serverFlag(cmd)
	f.temporal.registerHost(cmd)
	cmd.Flags().StringVar(&f.id, "id", host, "name of the node, its own among all; the same after a restart")
	cmd.Flags().StringVar(&f.listen, "listen", "127.0.0.1:0", "address where other nodes fetch objects; any but a loopback one needs $WEFT_TOKEN")
	cmd.Flags().StringVar(&f.advertise, "advertise", "", "how others reach that, host:port (default the address itself)")
	cmd.Flags().Float64Var(&f.cpu, "cpu", 0, "cores to give to functions (default all)")
	cmd.Flags().StringVar(&f.memory, "memory", "", "memory to give to functions, such as 8GB (default all)")
	cmd.Flags().StringToStringVar(&f.labels, "label", nil, "name=value, shown by weft nodes; may be repeated")
	cmd.Flags().DurationVar(&f.drain, "drain", 25*time.Second, "how long what runs may go on when the node is told to stop")
	return cmd
}

// serveNode is a node until the program is told to stop.
func (a *app) serveNode(ctx context.Context, f nodeFlags) error {
	log := a.logger(slog.LevelInfo)
	memory, err := f.bytes()
	if err != nil {
		return usage(err)
	}
	dial, cancel := context.WithTimeout(ctx, temporalPatience)
	defer cancel()
	c, err := f.temporal.dial(dial, log)
	if err != nil {
		return err
	}
	defer c.Close()
	peers, key := &temporal.Peers{}, peer.KeyOf(a.getenv("WEFT_TOKEN"))
	n, err := node.Open(node.Config{
		ID: executor.NodeID(f.id), Dir: filepath.Join(a.dir, "nodes", f.id), CPU: f.cpu, Memory: memory,
		Path: a.getenv("PATH"), Listen: f.listen, Key: key, Locate: peers.Locate, Log: log,
	})
	if err != nil {
		return err
	}
	link := newServerLink(a.client())
	w := temporal.NewWorker(temporal.WorkerConfig{
		Client: c, Local: n, Peers: peers, Source: link, Registry: link, Server: link.client.base,
		Addr: f.address(n), Labels: f.labels, Key: key, Log: log, DrainPatience: f.drain,
	})
	err = w.Serve(ctx, func() { fmt.Fprintf(a.stderr, "weft node %s serves objects at %s\n", f.id, n.Addr()) })
	return errors.Join(err, n.Close())
}

func (f *nodeFlags) bytes() (int64, error) {
	if f.memory == "" {
		return 0, nil
	}
	n, err := humanize.ParseBytes(f.memory)
	if err != nil {
		return 0, fmt.Errorf("cannot read --memory %q: want a size such as 8GB", f.memory)
	}
	return int64(n), nil
}

// address is how other nodes reach this one.
func (f *nodeFlags) address(n *node.Node) string {
	if f.advertise == "" {
		return n.Addr()
	}
	if _, _, err := net.SplitHostPort(f.advertise); err == nil {
		return f.advertise
	}
	_, port, _ := net.SplitHostPort(n.Addr())
	return net.JoinHostPort(f.advertise, port)
}
